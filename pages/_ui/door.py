"""The one door through which pages get data: a `View` of the version that the URL names, its answers cached.

Caches are keyed by workspace, version, settings and question. A published version changes only where data are erased
from it, and its file is another one then: none goes stale.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

import cs_metrics as cs
from cs_metrics import kpis
from cs_metrics.api import View
from cs_metrics.api.answering import answers
from cs_metrics.api.answering import own as own_kpis
from cs_metrics.api.keeping.acting import Acting
from cs_metrics.errors import WorkspaceError
from cs_metrics.kpis import KPI, listing, scorecards
from cs_metrics.kpis.scorecards import Scorecard
from cs_metrics.schema import TABLES, Type
from cs_metrics.settings import resolve
from pages._ui import state
from pages._ui.links import expiring, linked
from pages._ui.people import workspaces

# What people split by first.
COMMON = (
    "segment", "plan", "region", "country", "market", "industry", "product", "category", "channel", "csm",
    "acquisition_channel", "priority", "company_size",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What is asked, in the words of the public API. `where` is JSON text, so that a question can be a cache's key.

    `since` (inclusive) and `until` (exclusive) are None for all data; grain None asks for the range as a whole.
    """

    grain: str | None = None
    since: date | None = None
    until: date | None = None
    where: str = "{}"
    by: tuple[str, ...] = ()

    def arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of `View.compute` and its like."""
        return {
            "grain": self.grain,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "where": json.loads(self.where) or None,
            "by": list(self.by) or None,
        }


@dataclass(frozen=True)
class Attribute:
    """Something that rows can be filtered or split by. `name` as in a filter; `of` says whose it is.

    `values` are its values, the commonest first; empty where there are too many to choose from a list.
    """

    name: str
    label: str
    of: str
    type: str
    values: tuple[Any, ...]
    table: str = "customers"
    breakdown: bool = False
    nulls: int = 0


@dataclass(frozen=True)
class _Key:
    """Which view: what every cache here is keyed by."""

    home: str
    workspace: str
    version: int
    written: str
    settings: str
    link: str


def workspace() -> Acting:
    """Return the workspace that the URL names, in the hands of whoever asks: of a member, or of a link's reader."""
    held = linked.opened()
    return held.workspace if held is not None else workspaces.open_workspace(state.workspace())


def may(part: str) -> bool:
    """Return whether whoever asks may use a part of the workspace ("save_note")."""
    return bool(workspace().may(part))


def latest_number() -> int | None:
    """Return the number of the workspace's latest version; None while it has none."""
    numbers = workspace().numbers()
    return numbers[-1] if numbers else None


def version_or_none() -> View | None:
    """Return the view of the version that the URL names, or of the latest; None while the workspace has none. The
    reader of a link gets the link's."""
    held = linked.opened()
    if held is not None:
        return held.view
    latest = latest_number()
    if latest is None:
        return None
    switched = json.dumps(definitions(), sort_keys=True)
    name = state.workspace()
    return _view(str(cs.home()), name, workspaces.identity(name), state.version() or latest, switched)


def view() -> View:
    """Return what the reader may ask of the version; raise WorkspaceError where there is no version."""
    found = version_or_none()
    if found is None:
        raise WorkspaceError("This workspace has no data yet. Load spreadsheets on the Data page.")
    return found


def definitions() -> dict[str, Any]:
    """Return the definitions that the address switches, checked; {} where the workspace's own hold."""
    return answers.resolve_only(state.definitions())


def settings() -> dict[str, Any]:
    """Return every setting that holds for what is shown: the workspace's, with the definitions that the address
    switches. What is changed and saved is `workspace().settings`."""
    held = linked.opened()
    return held.view.settings if held is not None else resolve(workspace().settings, definitions())


def disputed(kpi_id: str) -> frozenset[str]:
    """Return the names of the disputed definitions that a KPI reads."""
    return kpis.disputed(kpi(kpi_id))


def as_of() -> datetime:
    """Return the version's as-of: the exclusive end of its data."""
    return view().as_of


def data_span() -> tuple[date, date]:
    """Return the days that a custom period starts from: the year up to the as-of."""
    end = as_of().date()
    return end - timedelta(days=365), end


def segments() -> list[dict[str, Any]]:
    """Return the workspace's saved segments: segment (its id), name, where."""
    return workspace().segments()


def segment(segment_id: str) -> dict[str, Any]:
    """Return one saved segment; raise WorkspaceError when it is gone."""
    for saved in segments():
        if saved["segment"] == segment_id:
            return saved
    raise WorkspaceError("The segment of this address was deleted. Clear the filters, or choose another segment.")


def attributes() -> list[Attribute]:
    """Return what can be filtered and split by, the customer's own first."""
    return list(_attributes(view(), _key()))


@st.cache_resource(max_entries=50, show_spinner=False)
def _attributes(_view: View, key: _Key) -> tuple[Attribute, ...]:
    found = [
        Attribute(
            name=row["name"],
            label=row["label"],
            of="of the customer" if row["table"] == "customers" else f"of a row in {row['table'].replace('_', ' ')}",
            type=row["type"],
            values=tuple(row["values"]) if isinstance(row["values"], list) else (),
            table=row["table"],
            breakdown=bool(row["breakdown"]),
            nulls=int(row["nulls"]),
        )
        for row in _view.dimensions().to_dict("records")
    ]
    return tuple(sorted(found, key=_nearness))


def _nearness(attribute: Attribute) -> tuple[bool, bool, bool, int]:
    """The customer's own before a row's; what tells nothing apart last, and before it why somebody left, which those
    alone have who did; what people split by first."""
    column = attribute.name.rsplit(".", 1)[-1].casefold()
    place = COMMON.index(column) if column in COMMON else len(COMMON)
    return attribute.table != "customers", len(attribute.values) == 1, column == "churn_reason", place


def few(tables: Iterable[str] | None = None) -> list[Attribute]:
    """Return the attributes with few enough values to choose from; with `tables` the customer's and those tables'."""
    wanted = None if tables is None else {"customers", *tables}
    found = (a for a in attributes() if a.breakdown and a.values)
    return [a for a in found if wanted is None or a.table in wanted]


def splits(tables: Iterable[str] | None = None) -> list[Attribute]:
    """Return what a value can be split by: of `few` what tells rows apart, and is not what is measured itself."""
    return [a for a in few(tables) if not _is_measure(a) and (len(a.values) > 1 or a.nulls)]


def _is_measure(attribute: Attribute) -> bool:
    """Whether it is a number of the data model, such as a score or an amount; a file's own numbers may be groups."""
    name = attribute.name.removeprefix(f"{attribute.table}.")
    return any(c.name == name and c.type in (Type.NUMBER, Type.MONEY) for c in TABLES[attribute.table].columns)


def kpi(kpi_id: str) -> KPI:
    """Return what a KPI is: name, unit, doc. Raises QueryError with the nearest ids."""
    return kpis.find(kpi_id, own())


def catalogue() -> list[KPI]:
    """Return every KPI: the app's, then the workspace's own."""
    return [*kpis.CATALOGUE.values(), *own().values()]


def own() -> dict[str, KPI]:
    """Return the KPIs of the workspace's own, by their ids."""
    held = linked.opened()
    if held is not None:
        return held.view.own
    workspace()  # refuses who may not see it, whatever is kept for others
    return expiring.ask(_own, str(cs.home()), state.workspace())


@st.cache_resource(ttl=2, max_entries=50, show_spinner=False)
def _own(home: str, name: str) -> dict[str, KPI]:
    """A page asks for a KPI's name a hundred times in a run, and what a person saves is seen at once: see `changed`."""
    return own_kpis.described({row["kpi"]: row["content"] for row in workspaces.open_workspace(name).own_kpis()})


def try_own(definition: dict[str, str]) -> pd.DataFrame:
    """Return what a KPI of one's own would give by month and over all data. Raises QueryError, NotComputableError."""
    return ask("try_own", definition)


def changed() -> None:
    """Forget what is known of the workspace's own KPIs: one was saved or deleted."""
    _own.clear()


def search(text: str) -> list[str]:
    """Return the ids of the KPIs that a text names, the nearest first."""
    return listing.search(text, catalogue())


def focus_areas() -> dict[str, list[str]]:
    """Return the KPIs that each focus area is told by."""
    return {area: list(ids) for area, ids in scorecards.OVERVIEW.groups.items()}


def cards() -> dict[str, Scorecard]:
    """Return every scorecard by its id: the workspace's own, then those that come with the app. A KPI that was deleted
    is left out."""
    known = {each.id for each in catalogue()}
    own_cards = [Scorecard(row["scorecard"], row["name"], {"": tuple(row["kpis"])}) for row in workspace().scorecards()]
    return {card.id: card.among(known) for card in (*own_cards, *scorecards.READY)}


def ask(method: str, *args: Any, **kwargs: Any) -> Any:
    """Call a method of the public API's View and keep its answer: `ask("retention", of="orders", grain="month")`.

    Arguments must be JSON values or dates; the answer must be data (a frame, a dict, text).
    """
    arguments = json.dumps({"args": args, "kwargs": kwargs}, sort_keys=True, default=str)
    return _asked(view(), _key(), method, arguments)


def compute(ids: Sequence[str], question: Question, *, totals: bool = False, beside: bool = False) -> pd.DataFrame:
    """Return the frame of `View.compute` for these KPIs; they must be computable (see `needs`)."""
    if not ids:
        return pd.DataFrame(columns=["kpi", "item", "period", "value", "n", "complete"])
    # a link without small cells answers one question, and nothing beside it
    beside = beside and not linked.small_cells_hidden()
    return ask("compute", list(ids), **question.arguments(), totals=totals, beside=beside)


def rows(
    kpi_id: str,
    question: Question,
    *,
    period: str | None = None,
    part: str = "numerator",
    item: str | None = None,
) -> pd.DataFrame:
    """Return the rows behind a value: of the period that begins at `period`, or of the whole range; of an item only."""
    arguments = question.arguments() | ({"grain": None} if period is None else {})
    return ask("rows", kpi_id, period=period, part=part, item=item, **arguments)


def notes(kpi_id: str | None = "") -> list[dict[str, Any]]:
    """Return what people noted beside a KPI or all of them (None: any KPI): never kept, for a note is seen at once."""
    return view().notes(kpi_id)


def targets() -> pd.DataFrame:
    """Return how the values stand to every target (see `View.targets`)."""
    held = json.dumps([workspace().targets(), segments()], sort_keys=True, default=str)
    return _targets(view(), _key(), held)


@st.cache_data(max_entries=50, show_spinner=False)
def _targets(_view: View, key: _Key, held: str) -> pd.DataFrame:
    return _view.targets()


def report(kind: str, period: str, filters: dict[str, Any]) -> Any:
    """Return a report (see `View.report`); `period`: the first day of what it is about. What people write into it, and
    beside it, is seen at once; the rest is kept."""
    seen = view()
    held = [] if seen.hidden or seen.where else [workspace().targets(), segments(), seen.notes()]
    made = _report(seen, _key(), kind, period, json.dumps(filters, sort_keys=True), json.dumps(held, default=str))
    return seen.rewritten(made)


@st.cache_data(max_entries=100, show_spinner="Writing the report")
def _report(_view: View, key: _Key, kind: str, period: str, filters: str, held: str) -> Any:
    return _view.report(kind, period=period, where=json.loads(filters) or None, edited=False)


def sql(kpi_id: str, question: Question) -> str:
    """Return the SQL that answers a question."""
    return ask("sql", kpi_id, **question.arguments())


def whole(n: Any) -> int | None:
    """Return a count as an int, or None where there is none."""
    return None if n is None or n != n else int(n)


def words(kpi_id: str) -> str:
    """Return the sentence that the numbers of a KPI's formula are put into (see `kpis.model.Form`)."""
    return str(_told(kpi_id, "words"))


def base(kpi_id: str) -> str:
    """Return in words what a KPI is counted over."""
    return str(_told(kpi_id, "base"))


def _told(kpi_id: str, column: str) -> Any:
    frame = ask("kpis")
    return frame.loc[frame["id"] == kpi_id, column].iloc[0]


def size(filters: dict[str, Any], among: dict[str, Any]) -> dict[str, int] | None:
    """Return how many customers fit a filter ('inside') and how many not ('outside'), of those that fit `among`; None
    where a filter is not about customers alone."""
    return ask("size", where=filters, among=among or None)


def data_end() -> tuple[datetime | None, list[str]]:
    """Return the exclusive end of the latest activity in the data, and the tables that reach there."""
    ends = view().reach
    latest = max(ends.values(), default=None)
    return latest, [table for table, end in ends.items() if end == latest]


def needs() -> dict[str, tuple[str, ...]]:
    """Return what each KPI lacks ('table.column'); an empty tuple where it is computable."""
    return {row["id"]: () if row["computable"] else tuple(row["needs"]) for row in ask("kpis").to_dict("records")}


def mapped_columns() -> dict[str, frozenset[str]]:
    """Return for each table that has rows the columns of the model that have data."""
    return {name: frozenset(about["columns"]) for name, about in ask("tables").items() if about["rows"]}


def _key() -> _Key:
    told = {each.id: each.doc.formula for each in own().values()}
    held = json.dumps([settings(), str(workspace().as_of), told], sort_keys=True)
    seen = linked.opened()
    link = "" if seen is None else seen.link
    return _Key(str(cs.home()), state.workspace(), view().number, view().written, held, link)


@st.cache_resource(max_entries=50, show_spinner=False)
def _view(home: str, name: str, identity: str, number: int, definitions: str) -> View:
    return workspaces.open_workspace(name).version(number).view(definitions=json.loads(definitions))


@st.cache_data(max_entries=2000, show_spinner=False)
def _asked(_view: View, key: _Key, method: str, arguments: str) -> Any:
    given = json.loads(arguments)
    return getattr(_view, method)(*given["args"], **given["kwargs"])
