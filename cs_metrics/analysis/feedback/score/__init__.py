"""The score of a survey: what it counts, how its answers spread, and whether a change of it is real."""
