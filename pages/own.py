"""A KPI of one's own: what it counts, tried on the data as it is written, then saved."""

from pages._ui import door, empty, shell
from pages._ui.kpi import own_parts

shell.guard()

shell.head("A KPI of your own")
if door.version_or_none() is None:
    empty.no_data()
own_parts.outcome()
editing = own_parts.choose()
definition = own_parts.form(editing)
own_parts.columns(definition)
tried = own_parts.trial(definition)
own_parts.save(definition, editing, ready=tried)
own_parts.deleted()
