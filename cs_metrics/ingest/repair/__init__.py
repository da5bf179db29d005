"""Repairs by rule: what could be mended, what was, and what reading makes of texts by itself."""
