"""What accounts are told apart by when those who answered are compared with those who did not, and when answers are
weighted: attributes as they stand at the end of the range, and, in bands, MRR, tenure and other numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cs_metrics.errors import QueryError
from cs_metrics.kpis.available import Attribute, Available
from cs_metrics.kpis.relations.names import NEEDS_LIFE
from cs_metrics.sql import literal

Read = Callable[[str], Sequence[Any]]
MRR, TENURE = "mrr", "tenure"
STANDARD = ("plan", "company_size", MRR, "region", TENURE)
"""What answers are looked at by where nothing else is asked: plan, size, region and tenure."""
MOST_VALUES = 50
_FEW = 12
_NUMBERS = ("DOUBLE", "BIGINT", "DECIMAL", "INTEGER", "HUGEINT", "FLOAT")
_TENURES = (("under 3 months", 3), ("3 to 12 months", 12), ("1 to 2 years", 24), ("2 years or more", 0))


@dataclass(frozen=True)
class Trait:
    """A name to tell accounts apart by. `sql`: its value (a text or null) of an account, aliased a, active since
    l.since; `order`: its bands in order, empty where it has values instead."""

    name: str
    sql: str
    order: tuple[str, ...] = ()


def built_in(available: Available, name: str) -> bool:
    """Whether the name is MRR or tenure, and no customer's attribute goes by it."""
    return name in (MRR, TENURE) and name not in available.attributes


def label(name: str) -> str:
    """A trait's name in a sentence: 'MRR', 'company size'."""
    return "MRR" if name == MRR else name.rsplit(".", 1)[-1].replace("_", " ")


def check(available: Available, names: Sequence[str]) -> None:
    """Raise QueryError for a name that accounts cannot be told apart by."""
    if len(set(names)) != len(names):
        raise QueryError(f"An attribute is named twice: {', '.join(names)}.")
    for name in names:
        if built_in(available, name):
            if not (money(available) if name == MRR else lives(available)):
                raise QueryError(f"Accounts cannot be told apart by {label(name)}: these data do not say it.")
            continue
        attribute = available.attribute(name)
        if not attribute.of_customer:
            raise QueryError(
                f"Accounts cannot be told apart by '{name}': it belongs to rows of {attribute.table}, not to customers."
            )


def lives(available: Available) -> bool:
    """Whether the data say when customers are active, so that tenure is known."""
    return not available.lacks([NEEDS_LIFE])


def money(available: Available) -> bool:
    """Whether what active customers pay is known."""
    return lives(available) and bool(available.info.get("money_source"))


def standard(available: Available) -> list[str]:
    """Return those of `STANDARD` that these data tell accounts apart by."""
    found = []
    for name in STANDARD:
        if built_in(available, name):
            found += [name] if (money(available) if name == MRR else lives(available)) else []
        elif name in available.attributes:
            attribute = available.attributes[name]
            told = attribute.distinct > 1 or (attribute.distinct and attribute.nulls)
            found += [name] if told and (attribute.distinct <= MOST_VALUES or name == "company_size") else []
    return found


def make(available: Available, names: Sequence[str], ends: str, read: Read) -> list[Trait]:
    """Return the traits of these names, numbers cut at their quartiles over the accounts.

    `ends`: the end of the range as SQL. `read` returns the first row of a SELECT list over the accounts (a), whose
    attributes are b1, b2 ... in the order of the names that are attributes. Raises QueryError for an attribute with too
    many values."""
    attributes = [n for n in names if not built_in(available, n)]
    found = []
    for name in names:
        if name == TENURE and built_in(available, name):
            cases = " ".join(
                f"WHEN l.since > {ends} - INTERVAL {months} MONTH THEN {literal(said)}"
                for said, months in _TENURES if months
            )  # fmt: skip
            order = tuple(said for said, _ in _TENURES)
            sql = f"CASE WHEN l.since IS NULL THEN NULL {cases} ELSE {literal(order[-1])} END"
            found.append(Trait(name, sql, order))
            continue
        own = "a.mrr_end" if built_in(available, name) else f"a.b{attributes.index(name) + 1}"
        attribute = None if built_in(available, name) else available.attribute(name)
        cuts = _quartiles(attribute, own, read)
        if cuts is not None:
            found.append(_bands(name, f"TRY_CAST({own} AS DOUBLE)", cuts))
        elif attribute is not None and attribute.distinct > MOST_VALUES:
            raise QueryError(
                f"'{name}' has {attribute.distinct:,} values: too many to tell accounts apart by. Choose one with at "
                f"most {MOST_VALUES}."
            )
        else:
            found.append(Trait(name, f"CAST({own} AS VARCHAR)"))
    return found


def _quartiles(attribute: Attribute | None, own: str, read: Read) -> list[float] | None:
    """Return where a number is cut, lowest first; None for what is no number, or has few values."""
    if attribute is not None:
        written = attribute.type == "VARCHAR" and attribute.distinct > MOST_VALUES
        if attribute.distinct <= _FEW or not (written or attribute.type.startswith(_NUMBERS)):
            return None
    number = f"TRY_CAST({own} AS DOUBLE)"
    known, numbers, cuts = read(f"count({own}), count({number}), quantile_disc({number}, [0.25, 0.5, 0.75])")
    if not numbers or numbers < 0.95 * known:
        return None
    return sorted({_round(cut) for cut in cuts})


def _round(cut: float) -> float:
    """A cut with two digits that count: where a band begins is ours to say."""
    return float(f"{cut:.2g}")


def _bands(name: str, number: str, cuts: Sequence[float]) -> Trait:
    said = [f"{cut:,.10g}" for cut in cuts]
    order = (f"up to {said[0]}", *(f"above {a} to {b}" for a, b in pairwise(said)), f"above {said[-1]}")
    ends = zip(cuts, order[:-1], strict=True)
    cases = " ".join(f"WHEN {number} <= {literal(float(cut))} THEN {literal(band)}" for cut, band in ends)
    return Trait(name, f"CASE WHEN {number} IS NULL THEN NULL {cases} ELSE {literal(order[-1])} END", order)
