"""A workspace, or a whole home, on its way elsewhere: archives, back-ups, and back."""
