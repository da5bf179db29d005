"""Files become sheets of text, and sheets become tables: reading, proposing, mapping, converting, problems."""
