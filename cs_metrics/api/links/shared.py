"""Sharing a page of a workspace by a link: live or frozen, whole or in part; and opening it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from cs_metrics.api.keeping import erased
from cs_metrics.api.links import link_given, snapshot
from cs_metrics.api.links.linked import Linked
from cs_metrics.api.links.looking import Looking
from cs_metrics.api.view import View
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.where import names
from cs_metrics.schema import TABLES
from cs_metrics.settings import resolve, today
from cs_metrics.workspace.kept import links, own_kpis
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import Records

if TYPE_CHECKING:
    from cs_metrics.api.version import Version
    from cs_metrics.api.workspace import Workspace


FILTERED = frozenset({"where", "seg"})
IDENTIFYING = frozenset({"customer_id", "name", "user_id"})
"""What names a customer: a filter by it is told by whom a page shows, and without it there would be nobody."""
"""The parameters of a page that hold a filter: where filters are locked, `where` alone says it."""


@dataclass(frozen=True)
class Opened:
    """What a link shows: a page with its parameters, through a view that has what the reader may see and no more.

    `pages`: it opens its page alone ("page": beside it only what opens a number, the page of a KPI), or "all" pages of
    analysis. `filters` says whether the reader may change what is filtered by ("open"), see it in `where` ("locked"),
    or neither ("hidden": `where` is {}). `workspace` is what a page may use of the workspace. `redacted`: columns are
    left out (`hidden`) or replaced by pseudonyms (`masked`), or cells of fewer than `least` are not shown. `proof`
    stands for the password in `reopen_link`; '' where there is none. `changed`: a sentence where data were erased from
    what a frozen link shows, '' where not.
    """

    link: str
    title: str
    note: str
    page: str
    params: dict[str, str]
    filters: str
    frozen: bool
    pages: str
    where: dict[str, Any]
    hidden: tuple[str, ...]
    masked: tuple[str, ...]
    least: int | None
    audience: str | list[str]
    created_by: str
    expires_at: datetime | None
    proof: str
    view: View
    workspace: Looking
    changed: str = ""

    @property
    def redacted(self) -> bool:
        return bool(self.hidden or self.masked or self.least)


class Shared:
    """The part of a `Workspace` that is about links."""

    folder: Folder
    records: Records

    @property
    def settings(self) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def as_of(self) -> datetime | None:
        raise NotImplementedError

    def version(self, number: int | None = None) -> Version:
        raise NotImplementedError

    def numbers(self) -> list[int]:
        raise NotImplementedError

    @whole
    def share(
        self,
        page: str,
        params: Mapping[str, str] | None = None,
        *,
        title: str = "",
        note: str = "",
        frozen: bool = False,
        version: int | None = None,
        definitions: Mapping[str, Any] | None = None,
        where: Mapping[str, Any] | None = None,
        filters: str = "open",
        hidden: Iterable[str] = (),
        masked: Iterable[str] = (),
        least: int | None = None,
        since: Any = None,
        until: Any = None,
        grain: str | None = None,
        by: str | None = None,
        pages: str = "page",
        audience: str | Iterable[str] = links.MEMBERS,
        password: str | None = None,
        expires_at: Any = None,
        who: str = "",
    ) -> str:
        """Make a link to a page and return its token; nobody can be told it again.

        `frozen`: it goes on showing this `version` (None: the latest) under the definitions, own KPIs and as-of of this
        moment; else always the latest data. `where` holds in all that it shows where `filters` are "locked" or
        "hidden"; then its columns are left out too, but for those that name a customer. `hidden`: columns that do not
        exist for its readers; `masked`: columns whose values are replaced by pseudonyms that say nothing, the same for
        the same value within this link (what is no text is left out). `least`: cells of fewer are not shown, and of
        `since`, `until`, `grain` and `by` (one attribute) it answers for these alone, so that no cell can be had by
        subtraction. `page`: one of those in `workspace.link_pages`, which says which are shown whole or not at all;
        `pages`: see `Opened`. `audience`: "members", "anyone", or e-mail addresses.
        `expires_at` (UTC): from then on it opens nothing. Raises WorkspaceError, QueryError.
        """
        said = link_given.checked({
            "page": page, "params": params, "title": title, "note": note, "frozen": frozen, "version": version,
            "definitions": definitions, "where": where, "filters": filters, "hidden": hidden, "masked": masked,
            "least": least, "since": since, "until": until, "grain": grain, "by": by, "pages": pages,
            "audience": audience, "password": password, "expires_at": expires_at, "who": who,
        })  # fmt: skip
        self._check_columns(said["hidden"] | said["masked"])
        if said["filters"] == "hidden":
            # the one value that is left of them would tell the filter
            said["hidden"] |= names(said["where"]) - IDENTIFYING - said["masked"]
        kept = resolve(self.settings, said["definitions"])
        seen = self.version(said["version"]) if frozen else None
        asis = ("page", "title", "note", "frozen", "where", "filters", "least", "pages", "audience", "expires_at")
        values = {name: said[name] for name in asis} | {
            "params": {k: v for k, v in said["params"].items() if said["filters"] == "open" or k not in FILTERED},
            "version": seen.number if seen else None,
            # a live link keeps what it switches, a frozen one every setting
            "settings": kept if frozen else today(said["definitions"]),
            "own": {r["kpi"]: r["content"] for r in own_kpis.listing(self.records)} if frozen else {},
            "as_of": seen.as_of.isoformat() if seen else None,
            "hidden": sorted(said["hidden"]),
            "masked": sorted(said["masked"] - said["hidden"]),
            "asked": asked_of(said),
            "snapshot": None,
            "created_by": said["who"],
        }
        if frozen:
            values["snapshot"] = snapshot.take(self.records, links.is_redacted(values))
        link, token = links.make(self.records, values, said["password"])
        told = {k: values[k] for k in ("page", "pages", "frozen", "filters", "hidden", "masked", "least", "audience")}
        self.records.log(said["who"], "link made", {"link": link, **told})
        return token

    def _check_columns(self, names: set[str]) -> None:
        """Raise QueryError for a column that is nowhere: with a slip of the pen it would be shown."""
        known = {(t.name, c.name) for t in TABLES.values() for c in t.columns}
        if names and self.numbers():
            tables = self.version().tables()
            known |= {(t, name) for t, about in tables.items() for name in (*about["columns"], *about["attributes"])}
        full = {column for _, column in known} | {f"{table}.{column}" for table, column in known}
        for name in sorted(names - full):
            raise QueryError(f"There is no column '{name}' to keep from a link's readers. {did_you_mean(name, full)}")

    def links(self) -> list[dict[str, Any]]:
        """Return the links, the latest first: link (its id), title, note, page, params, frozen, version, settings, own,
        as_of, where, filters, hidden, masked, least, asked, pages, audience, created_by, created_at, expires_at,
        revoked_at, revoked_by, with_password, opened (how often), opened_at (last)."""
        return links.listing(self.records)

    def link_opens(self, link: str, limit: int = 1_000) -> list[dict[str, Any]]:
        """Return who tried to open a link last, the latest first: opened_at, who ('' for who did not sign in), outcome
        ('' it opened, else why not)."""
        return links.opens(self.records, link, limit)

    @whole
    def revoke_link(self, link: str, *, who: str = "") -> None:
        """Take a link back: it opens nothing from now on. Raises WorkspaceError where there is none."""
        links.revoke(self.records, link, who)
        self.records.log(who, "link revoked", {"link": link})

    def open_link(self, token: str, password: str | None = None, *, who: str = "") -> Opened:
        """Return what a link shows to its reader, and note that `who` ('' for who did not sign in) opened it.

        Raises NotAllowedError where it opens nothing, has expired, is for others or asks for another password."""
        return self._opened(links.opened(self.records, token, password, who))

    def reopen_link(self, token: str, proof: str = "", *, who: str = "") -> Opened:
        """Return what `open_link` does to a reader who goes on looking, and note nothing: all is checked again, with
        the `Opened.proof` of then in the password's place. Raises as `open_link`."""
        return self._opened(links.reopened(self.records, token, proof, who))

    def _opened(self, found: Mapping[str, Any]) -> Opened:
        workspace = self._as_it_was(found["snapshot"])
        view = Linked(
            workspace.version(found["version"] if found["frozen"] else None),
            definitions=found["settings"],
            where=found["where"] if found["filters"] != "open" else {},
            hidden=found["hidden"],
            masked=found["masked"],
            key=bytes.fromhex(found["mask_key"]),
            as_of=None if found["as_of"] is None else datetime.fromisoformat(found["as_of"]),
            own=found["own"] if found["frozen"] else None,
            least=found["least"],
            asked=found["asked"],
            secret=found["filters"] == "hidden",
        )
        names = ("link", "title", "note", "page", "params", "filters", "frozen", "pages", "least", "audience",
                 "created_by", "expires_at", "proof")  # fmt: skip
        return Opened(
            **{name: found[name] for name in names},
            where=dict(view.where) if found["filters"] == "locked" else {},
            hidden=tuple(found["hidden"]),
            masked=tuple(found["masked"]),
            view=view,
            workspace=Looking(workspace, view),
            changed=erased.changed(self.records, found),
        )

    def _as_it_was(self, lines: Sequence[dict[str, Any]] | None) -> Workspace:
        """Return the workspace with the small things of a snapshot; None: as they are."""
        if lines is None:
            return cast("Workspace", self)
        still = object.__new__(type(self))
        still.folder, still.records = self.folder, snapshot.records_of(self.records.workspace, lines)
        return cast("Workspace", still)


def asked_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the period and the breakdown of a link as they are kept."""
    ends = {name: None if said[name] is None else said[name].isoformat() for name in ("since", "until")}
    return {**ends, "grain": said["grain"], "by": said["by"]}
