"""Rules that open a to-do: what they ask of a KPI or of each account, who fulfils it, how often they were right."""
