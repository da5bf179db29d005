"""Recurring revenue: what moved it, whose it is, and where it is going."""
