"""Erasing a customer from a workspace everywhere, and deleting a workspace, each with a proof of what went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow.compute as pc

from cs_metrics import facts
from cs_metrics.workspace.erasing import deleting, one_customer
from cs_metrics.workspace.erasing.deleting import Deleted
from cs_metrics.workspace.erasing.identity import CUSTOMER_COLUMNS
from cs_metrics.workspace.erasing.one_customer import Erased
from cs_metrics.workspace.publish.loads import Load
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import Records


class Erasing:
    """The part of a `Workspace` that takes data out of it for good."""

    folder: Folder
    records: Records

    def same_customers(self) -> dict[str, str]:
        raise NotImplementedError

    def erasure(self, customer_id: str, *, ids: Iterable[str] = ()) -> Erased:
        """Return what `erase_customer` would do, and do nothing. Raises WorkspaceError where nothing is known of it."""
        return one_customer.plan(self.folder, self.records, [customer_id, *ids], self.same_customers())

    def erase_customer(
        self,
        customer_id: str,
        *,
        ids: Iterable[str] = (),
        reason: str = "",
        who: str = "",
        progress: Callable[[float, str], None] | None = None,
    ) -> Erased:
        """Erase a customer from the uploads, all versions, caches and whatever people wrote; return the proof.

        `ids`: further ids of the same customer; those that were said to be one with it go too. Versions keep their
        numbers and are written anew without it, also where frozen links show them: such a link then says so. Nobody can
        undo this. If the process dies, the next one to open the workspace finishes it. Raises WorkspaceError.
        """
        return one_customer.erase(
            self.folder, self.records, [customer_id, *ids], self.same_customers(), facts.build, who, reason,
            progress or (lambda share, said: None),
        )  # fmt: skip

    def erasures(self) -> list[Erased]:
        """Return the proofs of customers that were erased, the latest first; `finished_at` None: not finished yet."""
        return one_customer.listing(self.records)

    def deletion(self) -> Deleted:
        """Return what `delete` would do, and do nothing. Raises WorkspaceError for the sample company."""
        return deleting.plan(self.folder, self.records)

    def delete(self, *, who: str = "") -> Deleted:
        """Delete the whole workspace for good: files, versions, caches, and its rows in a database that others share.
        Return the proof, which stands in `deletions.jsonl` beside the workspace as well. Raises WorkspaceError for the
        sample company."""
        return deleting.delete(self.folder, self.records, who)


def sentences(records: Records, loads: Iterable[Load]) -> list[str]:
    """Return a sentence for each erasure whose customer is in the rows of these loads: somebody brings it back."""
    customers = (
        customer
        for load in loads
        for name in sorted(CUSTOMER_COLUMNS & set(load.rows.column_names))
        for customer in pc.unique(load.rows.column(name)).to_pylist()
        if isinstance(customer, str)
    )
    return [
        f"Rows of a customer whose data were erased on {at.day} {at:%B %Y} are in this upload: take them out, "
        "or erase that customer again."
        for at in one_customer.returned(records, customers)
    ]


def changed(records: Records, link: Mapping[str, Any]) -> str:
    """Return what a reader of a frozen link is told where data were erased from its version since; '' where none."""
    if not link["frozen"] or link["version"] is None:
        return ""
    at = one_customer.changed(records, link["version"], link["created_at"])
    if at is None:
        return ""
    return (
        f"On {at.day} {at:%B %Y} data were erased from this link's version on request; its numbers are no longer "
        "those that were shared."
    )
