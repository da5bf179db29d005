"""Where the data contradict themselves: ids that may be one customer, rows of nobody known, files at odds."""
