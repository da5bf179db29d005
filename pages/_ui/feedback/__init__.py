"""The parts of the Feedback page."""
