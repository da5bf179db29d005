"""The workspaces of this app and their people: made, joined, taken along, erased; and the log of it."""
