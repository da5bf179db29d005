"""What texts are: dates, numbers, yes or no, text; and their conversion into values."""
