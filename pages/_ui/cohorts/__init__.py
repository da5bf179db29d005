"""The parts of the Cohorts page."""
