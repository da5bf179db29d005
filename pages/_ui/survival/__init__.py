"""The parts of the Survival page."""
