"""What a person says of two customer ids of a workspace: one customer, or two; and the version in which that holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from cs_metrics import facts
from cs_metrics.workspace.kept import matches
from cs_metrics.workspace.publish import finishing, publishing
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from cs_metrics.workspace.store.records import Records

if TYPE_CHECKING:
    from cs_metrics.api.version import Version


class Matched:
    """The part of a `Workspace` that is about which ids are one customer."""

    folder: Folder
    records: Records

    @property
    def settings(self) -> dict[str, Any]:
        raise NotImplementedError

    def version(self, number: int | None = None) -> Version:
        raise NotImplementedError

    @whole
    def accept_match(self, kept: str, other: str, *, evidence: str = "", who: str = "") -> None:
        """Say that the id `other` is the customer `kept`: from the next publishing on they are one customer under the
        id `kept`. Raises WorkspaceError where it contradicts other decisions."""
        matches.decide(self.records, kept, other, True, evidence, who)
        self.records.log(who, "match accepted", {"kept": kept, "other": other, "evidence": evidence})

    @whole
    def refuse_match(self, kept: str, other: str, *, evidence: str = "", who: str = "") -> None:
        """Say that two ids are two customers: they are not proposed again. Raises as `accept_match`."""
        matches.decide(self.records, kept, other, False, evidence, who)
        self.records.log(who, "match refused", {"kept": kept, "other": other, "evidence": evidence})

    @whole
    def swap_match(self, kept: str, other: str, *, who: str = "") -> None:
        """Let the id `other` of an accepted match stand for both; the same call with the ids the other way round takes
        it back. Raises WorkspaceError where the two were not said to be one customer."""
        matches.swap(self.records, kept, other, who)
        self.records.log(who, "match swapped", {"kept": other, "other": kept})

    @whole
    def undo_match(self, kept: str, other: str, *, who: str = "") -> None:
        """Forget what was said of two ids; from the next publishing on each is its own customer again."""
        matches.undo(self.records, kept, other)
        self.records.log(who, "match undone", {"kept": kept, "other": other})

    def match_decisions(self) -> pd.DataFrame:
        """Return what was said, the earliest first: kept, other, accepted, evidence, who, decided_at."""
        return pd.DataFrame(matches.listing(self.records), columns=list(matches.COLUMNS))

    def undecided(self, proposed: pd.DataFrame) -> pd.DataFrame:
        """Return those of proposed pairs (kept, other) that nobody decided on, in one way or another."""
        told = matches.listing(self.records)
        decided = {matches.pair(row["kept"], row["other"]) for row in told}
        same = matches.one_id(told)
        waiting = [
            matches.pair(kept, other) not in decided and same.get(kept, kept) != same.get(other, other)
            for kept, other in zip(proposed["kept"], proposed["other"], strict=True)
        ]
        return proposed[pd.Series(waiting, index=proposed.index, dtype=bool)].reset_index(drop=True)

    def same_customers(self) -> dict[str, str]:
        """Return the id that stands for a customer by each other id of it, as the next publishing takes it."""
        return matches.one_id(matches.listing(self.records))

    def apply_matches(
        self,
        *,
        note: str = "",
        who: str = "",
        progress: Callable[[float, str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Version:
        """Publish the rows of the latest version once more, with the matches as they are now, and return that version.
        Raises PublishError, or CancelledError when `cancelled()` turns true; then nothing was stored."""
        same = self.same_customers()

        def keep(done: publishing.Published) -> None:
            line = (who, "matches applied", {"version": done.number, "same": same})
            finishing.announce(self.folder, self.records, done.number, line)

        request = publishing.Request("match", self.settings, facts.build, note, keep=keep, same=same)
        done = publishing.again(self.folder, request, Progress(progress, cancelled))
        finishing.finish(self.folder, self.records, done.number)
        return self.version(done.number)
