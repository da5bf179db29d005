"""The KPI library: every KPI with what it is and its value in these data; found by name, category, stage or kind."""

from pages._ui import coverage, door, empty, filter_bar, shell
from pages._ui.kpi import card_parts, library_parts

shell.guard()

shell.head("KPI library")
if door.version_or_none() is None:
    empty.no_data()
asked = filter_bar.show(grain=False)
coverage.show()
entries = library_parts.choose()
values = library_parts.values(entries, asked)
library_parts.listing(entries, values, asked)
card_parts.pruning()
