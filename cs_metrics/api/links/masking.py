"""Pseudonyms in the place of values that a reader may not see: the same for the same value, within one link."""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Iterable
from typing import Any

import pandas as pd

from cs_metrics.api.answering.contacts import FREE_TEXT
from cs_metrics.schema import TABLES, Type

TELLS: dict[str, tuple[str, ...]] = {
    "parent_customer_id": ("customer_id",),
    "referred_by": ("customer_id",),
    "referrer_customer_id": ("customer_id",),
    "referred_customer_id": ("customer_id",),
    "recorded_by": ("csm",),
    "owner": ("csm",),
    "agent": ("csm",),
    # of answers alone
    "unit": ("customer_id", "user_id"),
    "respondent": ("customer_id", "user_id"),
    "cluster": ("customer_id", "user_id"),
    "follow_up": ("customer_id", "user_id"),
}
"""Which columns a column holds the values of, under a name of its own: who may not see those may not see it."""
AMOUNTS = frozenset({
    "start", "new", "reactivation", "expansion", "contraction", "churn", "end", "rounding", "moved_in", "moved_out",
    "mrr", "mrr_before", "share", "amount", "base", "before", "after", "_value", "refund", "cost", "revenue", "orders",
    "n_then", "n_now", "d_then", "d_now", "part", "mrr_share",
})  # fmt: skip
"""The columns that say what one account pays, in answers of a row an account or of what a single one may have said."""
OF_TEXTS = frozenset({"share"})
"""Those of AMOUNTS that in answers about texts count texts."""
WRITTEN = frozenset({"theme", "cause", "reason", "item"})
"""The items of KPIs that are somebody's words."""
_FREE = frozenset({*FREE_TEXT, "sentence", "example"})
_LENGTH, _CHECK = 9, 3


class Unseen(frozenset[str]):
    """The columns that do not exist for a reader's questions. In answers the `masked` ones are pseudonyms made with
    `key`, and the others are left out."""

    masked: frozenset[str]
    key: bytes

    def __new__(cls, hidden: Iterable[str] = (), masked: Iterable[str] = (), key: bytes = b"") -> Unseen:
        left_out = _with_same(hidden)
        veiled = _with_same(masked) - left_out
        found = super().__new__(cls, left_out | veiled)
        found.masked, found.key = veiled, key
        return found

    def __or__(self, others: Iterable[str]) -> Unseen:  # type: ignore[override]
        return Unseen([*(self - self.masked), *others], self.masked, self.key)

    @property
    def amounts(self) -> bool:
        """Is an amount of money among them? Then what single accounts pay is not shown under any name."""
        return any(Type.MONEY in _types(name) for name in self)

    @property
    def texts(self) -> bool:
        """Is anything among them that people may name in a sentence? All but numbers, dates and amounts are."""
        return any(not _types(name) or {Type.ID, Type.TEXT} & _types(name) for name in self)


def _with_same(names: Iterable[str]) -> frozenset[str]:
    """Return names of columns with those of the columns that hold their values."""
    held = frozenset(names)
    bare = {name.rpartition(".")[2] for name in held}
    return held | {same for same, told in TELLS.items() if not bare.isdisjoint(told)}


def _types(name: str) -> set[Type]:
    """Return the types of a column of the data model by its bare or full name; none for an attribute of the files."""
    table, _, column = name.rpartition(".")
    return {c.type for t in TABLES.values() if table in ("", t.name) for c in t.columns if c.name == column}


def pseudonym(label: str, value: Any, key: bytes) -> str:
    """Return what stands for a value: 'name k3f91cqz7mab'. A pseudonym stays as it is."""
    text = str(value)
    told = text.rpartition(" ")[2]
    if len(told) == _LENGTH + _CHECK and hmac.compare_digest(
        _code(b"check", told[:_LENGTH], key, _CHECK), told[-_CHECK:]
    ):
        return text
    code = _code(b"value", text, key, _LENGTH)
    return f"{label} {code}{_code(b'check', code, key, _CHECK)}"


def _code(purpose: bytes, text: str, key: bytes, length: int) -> str:
    digest = hmac.new(key, purpose + b" " + text.encode(), "sha256").digest()
    return b32encode(digest).decode().casefold()[:length]


def veil(frame: pd.DataFrame, unseen: frozenset[str]) -> pd.DataFrame:
    """Return a frame without the columns that are unseen in any table and those that say the same, with pseudonyms in
    those that are masked. What is masked and is no text is left out, and so are the ends of intervals of what
    is unseen."""
    masked = {name.rpartition(".")[2] for name in getattr(unseen, "masked", ())}
    bare = {name.rpartition(".")[2] for name in unseen if name not in getattr(unseen, "masked", ())}
    texts = isinstance(unseen, Unseen) and unseen.texts
    gone, veiled = [], {}
    for column in frame.columns:
        told = {column, *TELLS.get(column, ()), column.removesuffix("_low").removesuffix("_high")}
        if told & bare or (texts and column in _FREE):
            gone.append(column)
        elif told & masked:
            label = next(name for name in (*TELLS.get(column, ()), column) if name in masked or name == column)
            values = frame[column]
            if pd.api.types.is_object_dtype(values) or pd.api.types.is_string_dtype(values):
                veiled[column] = _veiled(values, label, unseen.key)  # type: ignore[attr-defined]
            else:
                gone.append(column)
    return frame.drop(columns=gone).assign(**veiled)


def _veiled(values: pd.Series, label: str, key: bytes) -> pd.Series:
    known = {value: pseudonym(label, value, key) for value in values.dropna().unique()}
    return values.map(known).astype(object).where(values.notna(), None)
