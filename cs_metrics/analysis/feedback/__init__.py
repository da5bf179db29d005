"""Feedback: what customers answer and write, who answered, what they did then, and why."""
