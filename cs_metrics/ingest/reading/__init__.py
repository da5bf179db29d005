"""What a file holds: its kind, its encoding, its cells as they lie, read by a process with limits."""
