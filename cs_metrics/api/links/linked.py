"""What the reader of a link may ask of a version, and what of the answer it gets."""

from __future__ import annotations

import inspect
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any

import pandas as pd

from cs_metrics.analysis.why.explain import without
from cs_metrics.api.answering import own as own_kpis
from cs_metrics.api.answering.answers import Answers
from cs_metrics.api.links import small_cells, within
from cs_metrics.api.links.masking import AMOUNTS, OF_TEXTS, TELLS, WRITTEN, Unseen, veil
from cs_metrics.api.links.parts import JUDGED, PARTS, WHOLE, Part
from cs_metrics.api.view import View
from cs_metrics.errors import CSMetricsError, LimitError, NotAllowedError, NotComputableError, QueryError
from cs_metrics.kpis import KPI, find
from cs_metrics.workspace.kept import own_kpis as kept_kpis

LOCKED = (
    "where", "definitions", "as_of", "among", "definitions_a", "definitions_b", "then", "within", "start", "back",
    "contains",
)  # fmt: skip
"""What a redacted link's reader cannot choose: with two choices, what is left out could be had by subtraction."""
OTHERS = frozenset(name for name, told in TELLS.items() if told == ("customer_id",))
"""The columns in which a customer's row names another one, whom a locked filter may leave out."""
_NOT_SHOWN = "That is not shown by this link."
_NOT_ASKED = "That cannot be asked of this link."
_inside = threading.local()


class Linked(View):
    """A view in the hands of whoever opened a link.

    `masked` columns come out as pseudonyms made with `key`, `hidden` ones not at all, and neither can be asked for. A
    link is redacted where it has either, or `least`: then each method does as `PARTS` says, what stands not there is
    refused, `LOCKED` arguments are, and no error says more than that. With `least` only what can hide small cells
    answers (`small_cells.METHODS`), of the period and grain in `asked` alone. `secret`: the filter is not to be told,
    so there is no SQL.
    """

    hidden: Unseen

    def __init__(
        self,
        *args: Any,
        hidden: Iterable[str] = (),
        masked: Iterable[str] = (),
        key: bytes = b"",
        least: int | None = None,
        asked: Mapping[str, Any] | None = None,
        secret: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hidden = Unseen(hidden, masked, key)
        self.least, self.asked, self.secret = least, dict(asked or {}), secret
        if self.redacted:
            self.note = ""  # what somebody wrote of the version

    @property
    def redacted(self) -> bool:
        return bool(self.hidden or self.least)

    @property
    def own(self) -> dict[str, KPI]:
        """The KPIs of the workspace's own, but for those that are defined by a column which the reader may not see."""
        if not self.hidden:
            return super().own
        kept = self._defined
        if kept is None:
            kept = {row["kpi"]: row["content"] for row in kept_kpis.listing(self.workspace.records)}
        return own_kpis.described({kpi: held for kpi, held in kept.items() if not self.names(" ".join(held.values()))})

    def _inner(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Return what a method answers on its way to another answer: with no small cell hidden yet."""
        return _seen(self, name, super().__getattribute__(name)(*args, **kwargs))

    def names(self, text: str) -> bool:
        """Return whether a text has the name of a column that the reader may not see."""
        words = {word.casefold() for word in re.findall(r"\w+", text)}
        return any(set(re.findall(r"\w+", name.rpartition(".")[2].casefold())) <= words for name in self.hidden)

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("_") or not callable(getattr(Answers, name, None)):
            return found
        return _guarded(self, name, found)


def _guarded(view: Linked, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of a view as the reader of its link may call it. What a method asks of others on its way to an
    answer is its own business, but what it gets is what the reader may see."""

    @wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if getattr(_inside, "view", None) is view:
            return _seen(view, name, method(*args, **kwargs))
        if view.where and _splits_by_others(_arguments(method, args, kwargs).get("by")):
            raise NotAllowedError(_NOT_SHOWN)
        before, _inside.view = getattr(_inside, "view", None), view
        try:
            if not view.redacted:
                return _seen(view, name, _allowed(view, name, method)(*args, **kwargs))
            return _redacted(view, name, method, args, kwargs)
        finally:
            _inside.view = before

    return guarded


def _allowed(view: Linked, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    told = (view.secret and PARTS.get(name) is Part.SQL) or (view.where and name in JUDGED)
    if told or name == "try_own":
        raise NotAllowedError(_NOT_SHOWN)
    return method


def _redacted(view: Linked, name: str, method: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
    part = PARTS.get(name, Part.NEVER)
    if part in (Part.NEVER, Part.SQL):
        raise NotAllowedError(_NOT_SHOWN)
    asked = _arguments(method, args, kwargs)
    for argument in LOCKED:
        chosen = asked.get(argument)
        kind_of_life = name.startswith(("survival", "hazard", "projection")) and argument == "start"
        if chosen and chosen != view.where and not kind_of_life:
            raise NotAllowedError("The filters and the definitions of this link are locked.")
    if isinstance(asked.get("against"), Mapping):
        raise NotAllowedError("The filters and the definitions of this link are locked.")
    if name == "rows" and asked.get("item") is not None and _says(view, str(asked.get("id"))):
        raise QueryError(_NOT_ASKED)  # an answer would say whether there is such an item
    try:
        if view.least and part is not Part.NONE:
            return _seen(view, name, small_cells.answer(view, name, method, asked))
        return _seen(view, name, method(*args, **kwargs))
    except (NotAllowedError, LimitError):
        raise
    except NotComputableError as error:
        lacks = [need for need in error.needs if not view.names(need)]
        raise NotComputableError(_NOT_ASKED if view.names(str(error)) else str(error), lacks) from None
    except CSMetricsError:
        raise QueryError(_NOT_ASKED) from None


def _splits_by_others(by: Any) -> bool:
    names = [by] if isinstance(by, str) else by if isinstance(by, Iterable) else ()
    return any(str(name).rpartition(".")[2] in OTHERS for name in names)


def _arguments(method: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked by the names of a method's parameters."""
    try:
        bound = inspect.signature(method).bind(*args, **kwargs)
    except TypeError:
        raise QueryError(_NOT_ASKED) from None
    found: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        found.update(value if kind is inspect.Parameter.VAR_KEYWORD else {name: value})
    return found


def _seen(view: Linked, name: str, answer: Any) -> Any:
    """Return what the reader may see of an answer."""
    if name == "tables" and (view.where or view.redacted):
        # that there are rows, and not how many: they are everyone's
        return {table: {**about, "rows": int(bool(about["rows"]))} for table, about in answer.items()}
    if name == "dimensions" and view.where:
        answer = answer[~answer["name"].str.rpartition(".")[2].isin(OTHERS)]
        answer = within.dimensions(view, answer)
    elif isinstance(answer, pd.DataFrame) and view.where:
        answer = answer.drop(columns=[column for column in answer.columns if column in OTHERS])
    if name == "dimensions" and view.least:
        few = answer["nulls"].between(1, view.least - 1)
        answer = answer.assign(nulls=answer["nulls"].mask(few, view.least))
    if not view.redacted:
        return _nothing(answer) if view.where and name in WHOLE else answer
    part = PARTS.get(name, Part.NEVER)
    if part is Part.SQL:
        return answer

    if part is Part.NONE or (part is Part.WORDS and view.hidden.texts) or (view.where and name in WHOLE):
        return _nothing(answer)
    if name == "compute":
        return _of_items(view, answer)
    if name == "why":
        return without(answer, lambda frame: _of_accounts(view, frame))
    if part is Part.WORDS:
        return _of_accounts(view, answer, AMOUNTS - OF_TEXTS)
    return _of_accounts(view, answer) if part is Part.ROWS else answer


def _of_accounts(view: Linked, frame: pd.DataFrame, amounts: frozenset[str] = AMOUNTS) -> pd.DataFrame:
    if view.hidden.amounts:
        frame = frame.drop(columns=[c for c in frame.columns if c in amounts])
    return veil(frame, view.hidden)


def _of_items(view: Linked, frame: pd.DataFrame) -> pd.DataFrame:
    """Return values without those of items that are the values of a column which the reader may not see."""
    told = {kpi for kpi in frame["kpi"].unique() if _says(view, kpi)}
    return frame[~(frame["kpi"].isin(told) & frame["item"].notna())].reset_index(drop=True)


def _says(view: Linked, kpi: str) -> bool:
    """Return whether the items of a KPI are the values of a column which the reader may not see."""
    kept_away = {name.rpartition(".")[2] for name in view.hidden} | (WRITTEN if view.hidden.texts else set())
    return not kept_away.isdisjoint(str(form.item) for form in find(kpi, view.own).forms if form.item)


def _nothing(answer: Any) -> Any:
    """Return an answer that says nothing, of the same form."""
    if isinstance(answer, pd.DataFrame):
        return answer.head(0)
    if isinstance(answer, dict):
        return (
            {name: 0 if isinstance(value, int) else None for name, value in answer.items()} if _counts(answer) else {}
        )
    return type(answer)()


def _counts(answer: dict[Any, Any]) -> bool:
    return bool(answer) and all(isinstance(value, int) for value in answer.values())
