"""Why a score is what it is: segments ranked by effect, what goes with it, the tickets before it."""
