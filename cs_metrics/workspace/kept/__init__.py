"""The small things that a team keeps and changes: one module for each, each with its rows in the SQL database."""
