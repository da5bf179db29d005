"""Why a KPI moved: the change split over attributes and accounts, and the search for what explains most."""
