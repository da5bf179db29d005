"""A scorecard: its name, its KPIs and their order; what makes a poor one is said."""

from pages._ui import door, empty, leave, shell
from pages._ui.kpi import scorecard_parts

shell.guard()

shell.head("Scorecard")
if door.version_or_none() is None:
    empty.no_data()
scorecard_parts.outcome()
card = scorecard_parts.editing()
if leave.given("save_scorecard", "make scorecards"):
    scorecard_parts.edit(card)
    scorecard_parts.deleted()
else:
    scorecard_parts.listing(card)
