"""Customer-success KPIs from spreadsheets: every number with its formula, its SQL and its rows."""
