"""Closing the loop: bad answers followed up, how fast, and how the next answers moved."""
