"""What a team notes of the bad answers that it follows up: state, owner, note. Every change stays and can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from cs_metrics.analysis.feedback.loop import bad_answers
from cs_metrics.errors import WorkspaceError
from cs_metrics.periods import instant
from cs_metrics.workspace.kept import follow_ups
from cs_metrics.workspace.publish import versions
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import Records, now

# clocks of two machines differ
_AHEAD = timedelta(minutes=5)


class Followed:
    """The part of a `Workspace` that is about following up on bad answers."""

    folder: Folder
    records: Records

    @property
    def settings(self) -> dict[str, Any]:
        raise NotImplementedError

    def set_follow_ups(self, changes: Sequence[Mapping[str, Any]], *, version: int | None = None, who: str = "") -> str:
        """Change follow-ups together, all or none; return the change's id, for `undo_follow_ups`.

        Each change has `follow_up` (the key in `View.follow_ups`) and what is new: `state` (open, contacted, resolved),
        `owner` ('' for nobody), `note`; and `when` it took place (local time; left out: now). What it leaves out stays
        as it is, also where somebody else changes it in the same moment. `version`: the one with these answers (None:
        the latest). Raises WorkspaceError.
        """
        said = [(str(change.get("follow_up")), follow_ups.checked(change), change.get("when")) for change in changes]
        answers = self._answers([key for key, _, _ in said], version)
        lines = [(key, values, answers[key], self._moment(when, answers[key])) for key, values, when in said]
        told = [{"follow_up": key, **values} for key, values, _ in said]
        with self.records.whole():
            change = follow_ups.add(self.records, lines, who)
            self.records.log(who, "follow-up", {"change": change, "follow_ups": told})
        return change

    @whole
    def undo_follow_ups(self, change: str, *, who: str = "") -> int:
        """Take a change back and leave those made since; return how many follow-ups it was of. Raises WorkspaceError
        where there is none, or it was undone."""
        count = follow_ups.undo(self.records, change, who)
        self.records.log(who, "follow-up undone", {"change": change, "follow_ups": count})
        return count

    def follow_up_history(self, follow_up: str | None = None) -> pd.DataFrame:
        """Return every change, of one follow-up or of all, the earliest first: change, follow_up, customer_id (of the
        answer), state, owner, note (None: left as it was), happened_at, changed_at (UTC), who, undone."""
        lines = follow_ups.history(self.records)
        undone = {line["undoes"] for line in lines}
        columns = [
            "change",
            "follow_up",
            "customer_id",
            *follow_ups.FIELDS,
            "happened_at",
            "changed_at",
            "who",
            "undone",
        ]
        rows = [
            {**line, "customer_id": line["answer"].get("customer_id"), "undone": line["change"] in undone}
            for line in lines
            if not line["undoes"] and follow_up in (None, line["follow_up"])
        ]
        return pd.DataFrame(rows, columns=columns)

    def follow_up_changes(self) -> int:
        """Return how many changes were kept, undoings too: it grows with each one."""
        return follow_ups.count(self.records)

    def _answers(self, keys: list[str], version: int | None) -> dict[str, dict[str, Any]]:
        """Return the answers of these keys: of the version, else as they were when last changed."""
        number, path = versions.path_of(self.folder, version)
        earlier = {line["follow_up"]: line["answer"] for line in follow_ups.history(self.records) if line["answer"]}
        found = {**earlier, **bad_answers.found(cursor(path), self.settings, keys)}
        unknown = [key for key in keys if key not in found]
        if unknown:
            raise WorkspaceError(f"There is no answer with the key '{unknown[0]}' in version {number}.")
        return found

    def _moment(self, when: Any, answer: Mapping[str, Any]) -> datetime | None:
        """Return in UTC when a change took place; None: now. Raises WorkspaceError for before the answer, or ahead."""
        if when is None:
            return None
        local = instant(when, "when")
        if answer["answered_at"] and local < datetime.fromisoformat(answer["answered_at"]):
            raise WorkspaceError(f"'when' is {local}, before the answer itself ({answer['answered_at']}).")
        moment = local.replace(tzinfo=ZoneInfo(self.settings["timezone"])).astimezone(UTC).replace(tzinfo=None)
        if moment > now() + _AHEAD:
            raise WorkspaceError(f"'when' is {local}, which is in the future.")
        return moment
