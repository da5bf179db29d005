"""The parts of the page 'What they say'."""
