"""The parts of the pages about KPIs: their library, their own page, cards, targets, notes, scorecards."""
