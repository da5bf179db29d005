"""Sharing by links: the dialog, the list, and what a reader finds above a page."""
