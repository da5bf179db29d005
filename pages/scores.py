"""Scores: the weights and rules of each, to be changed, with what that does before it is saved."""

from pages._ui import door, empty, shell
from pages._ui.kpi import score_parts

shell.guard()

shell.head("Scores", about="A score is a weighted mean of components, each brought to 0 to 100 by a rule.")
if door.version_or_none() is None:
    empty.no_data()
score_parts.outcome()
score = score_parts.choose()
rules = score_parts.edit(score)
score_parts.preview(score, rules)
