"""How uploads become a version: loads, merging, history, the file itself, and what it says about itself."""
