"""The relations that KPIs count: each is a fact met with periods, with one row per what its grain says."""
