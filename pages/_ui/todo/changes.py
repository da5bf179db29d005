"""The changes of the To do page, each undone on a press."""

from __future__ import annotations

from pages._ui.undoing import Undoing

_CHANGES = Undoing("todo")
do, now, bar, deleted = _CHANGES.do, _CHANGES.now, _CHANGES.bar, _CHANGES.deleted
