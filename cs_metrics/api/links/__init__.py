"""What the reader of a shared link gets: the page, no more of the data than the link shows, and as it was then."""
