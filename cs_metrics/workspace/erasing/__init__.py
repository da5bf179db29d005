"""Taking out what must not be kept: one customer everywhere, or a whole workspace; with a proof of what went."""
