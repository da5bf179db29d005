"""Cohorts: of those who started together, who stays, what they bring, and how that is told."""
