"""The parts of the Revenue page."""
