"""Whether those who answered are like those who did not: plan, size, region, tenure, or any attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy import stats

from cs_metrics.analysis.cohorts.told import percent
from cs_metrics.analysis.feedback.heard.accounts import SEEN, Accounts, accounts
from cs_metrics.analysis.feedback.heard.traits import label, standard
from cs_metrics.analysis.survival.curve import holm
from cs_metrics.errors import QueryError
from cs_metrics.kpis.ask import settle
from cs_metrics.kpis.slice import Slice

LEVEL = 0.04
"""Below the 5 % that is promised, so that it holds in 1,000 data sets too, and not on average alone."""
WORTH_SAYING = 0.1
"""A standardised difference smaller than this is too small to matter. Austin (2009), Statistics in Medicine 28:
3083-3107."""
_LEAST_EXPECTED = 5
_MOST_TRAITS = 12
_COLUMNS = ["attribute", "value", "heard", "heard_share", "others", "others_share", "difference"]


@dataclass(frozen=True)
class Likeness:
    """Those heard from beside the others. `values`: attribute, value, heard, heard_share, others, others_share,
    difference (standardised), a row a value; `tests`: attribute, heard, others, chi_square, degrees, p, adjusted (by
    Holm), largest (the largest standardised difference), differs (null: too few to say), sentence, a row an attribute;
    `verdict` in a sentence."""

    values: pd.DataFrame
    tests: pd.DataFrame
    verdict: str


def likeness(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    by: Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> Likeness:
    """Compare the accounts that answered in the range with those that did not, by each of the attributes `by` (and
    "tenure", "mrr"); None: by plan, size, MRR, region and tenure, as far as they are known.

    The accounts are those of `heard`, with the values at the end of the range. An attribute differs where a chi-square
    test of all of its values says so (Pearson; values that are too rare for it, with fewer than 5 expected in either
    group, are put together), corrected by Holm for how many attributes are looked at, and a value's standardised
    difference, (p - q) / sqrt((p (1 - p) + q (1 - q)) / 2), is 0.1 or more. Groups below `minimum_n` are not compared.
    Raises QueryError, NotComputableError.
    """
    if by is None:
        by = standard(settle(con, Slice.of(None, None, where, since, until), settings, as_of).available)
    if len(by) > _MOST_TRAITS:
        raise QueryError(f"{len(by)} attributes are too many to look at: choose at most {_MOST_TRAITS}.")
    found = accounts(con, settings, as_of, survey=survey, by=by, where=where, since=since, until=until)
    counts = _counts(con, found)
    if found.kind == SEEN and found.why:
        empty = judge(counts.head(0), (), 0)
        return Likeness(
            empty.values, empty.tests, "Only those who answered are known: there is nobody to compare with."
        )
    return judge(counts, [t.name for t in found.traits], int(settings["minimum_n"]))


def _counts(con: duckdb.DuckDBPyConnection, found: Accounts) -> pd.DataFrame:
    """Return attribute, value, heard, others (accounts), bands in their order, other values the largest first."""
    pieces = [pd.DataFrame(columns=["attribute", "value", "heard", "others"])]
    if found.traits:
        sets = ", ".join(f"({column})" for column in found.columns)
        which = ", ".join(f"GROUPING({column}) AS g{i}" for i, column in enumerate(found.columns, start=1))
        frame = found.run(
            con,
            f"SELECT {', '.join(found.columns)}, {which}, count(*) FILTER (WHERE state = 'heard') AS heard, "
            f"count(*) FILTER (WHERE state <> 'heard') AS others FROM {{accounts}} GROUP BY GROUPING SETS ({sets}) "
            f"ORDER BY count(*) DESC, {', '.join(found.columns)}",
        )
        for i, trait in enumerate(found.traits, start=1):
            own = frame[frame[f"g{i}"] == 0].assign(attribute=trait.name).rename(columns={f"t{i}": "value"})
            if trait.order:
                own = own.set_index("value").loc[found.in_order(trait, own["value"].tolist())].reset_index()
            pieces.append(own[["attribute", "value", "heard", "others"]])
    return pd.concat(pieces, ignore_index=True).astype({"heard": "int64", "others": "int64"})


def judge(counts: pd.DataFrame, names: Sequence[str], minimum: int) -> Likeness:
    """Return what counts of accounts (attribute, value, heard, others) say; see `likeness`."""
    values, tests = [], []
    for name in names:
        own = counts[counts["attribute"] == name].reset_index(drop=True)
        heard, others = own["heard"].to_numpy("float64"), own["others"].to_numpy("float64")
        n, m = heard.sum(), others.sum()
        p, q = heard / n if n else heard * np.nan, others / m if m else others * np.nan
        spread = np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
        with np.errstate(invalid="ignore", divide="ignore"):
            gap = np.where(spread > 0, (p - q) / spread, np.where(p == q, 0.0, np.nan))
        values.append(own.assign(heard_share=p, others_share=q, difference=gap))
        enough = n >= max(minimum, 1) and m >= max(minimum, 1)
        statistic, degrees, chance = _chi_square(heard, others) if enough else (np.nan, 0, np.nan)
        finite = gap[np.isfinite(gap)]
        largest = float(np.abs(finite).max()) if len(finite) else np.nan
        tests.append([name, int(n), int(m), statistic, degrees, chance, np.nan, largest])
    told = pd.DataFrame(
        tests, columns=["attribute", "heard", "others", "chi_square", "degrees", "p", "adjusted", "largest"]
    )
    looked = told["p"].notna().to_numpy()
    told.loc[looked, "adjusted"] = holm(told.loc[looked, "p"].to_numpy()) if looked.any() else np.nan
    differs = (told["adjusted"] < LEVEL) & ~(told["largest"] < WORTH_SAYING)
    told["differs"] = pd.array(
        [bool(d) if known else None for d, known in zip(differs, looked, strict=True)], "boolean"
    )
    frame = pd.concat(values, ignore_index=True) if values else counts.reindex(columns=_COLUMNS)
    told["sentence"] = [
        _sentence(row, frame[frame["attribute"] == row["attribute"]]) for row in told.to_dict("records")
    ]
    return Likeness(frame[_COLUMNS], told, _verdict(told))


def _chi_square(heard: np.ndarray, others: np.ndarray) -> tuple[float, int, float]:
    """Return chi-square, degrees of freedom and p of two rows of counts, the rarest values put together until each
    group is expected to have five; NaN where fewer than two values remain."""
    share = min(heard.sum(), others.sum()) / (heard.sum() + others.sum())
    order = np.argsort(heard + others, kind="stable")
    rare = [i for i in order if (heard[i] + others[i]) * share < _LEAST_EXPECTED]
    for i in order[len(rare) :]:
        if not rare or (heard[rare].sum() + others[rare].sum()) * share >= _LEAST_EXPECTED:
            break
        rare.append(i)
    kept = [i for i in range(len(heard)) if i not in set(rare)]
    table = np.array([[*row[kept], *([row[rare].sum()] if rare else [])] for row in (heard, others)])
    if table.shape[1] < 2:
        return float("nan"), 0, float("nan")
    result = stats.chi2_contingency(table, correction=False)
    return float(result.statistic), int(result.dof), float(result.pvalue)


def _sentence(row: Mapping[Any, Any], values: pd.DataFrame) -> str:
    name = label(str(row["attribute"]))
    name = name[:1].upper() + name[1:]
    if pd.isna(row["differs"]):
        few, who = min((int(row["heard"]), "were heard from"), (int(row["others"]), "were not"))
        if len(values) < 2:
            return f"{name}: all accounts have one value: nothing to compare."
        return f"{name}: too few to compare ({few:,} {'account' if few == 1 else 'accounts'} {who})."
    if not row["differs"]:
        if row["adjusted"] < LEVEL:
            return f"{name}: a difference, but too small to matter."
        return f"{name}: no difference that chance would not make."
    ranked = values.assign(size=values["difference"].abs().fillna(np.inf)).sort_values("size", ascending=False)
    told = ranked[ranked["size"] >= WORTH_SAYING]
    more, less = told[told["heard_share"] > told["others_share"]], told[told["heard_share"] < told["others_share"]]
    parts = [
        f"{word} often {_value(own.iloc[0]['value'])} ({percent(own.iloc[0]['heard_share'])} against "
        f"{percent(own.iloc[0]['others_share'])})"
        for word, own in (("more", more), ("less", less)) if len(own)
    ]  # fmt: skip
    return f"{name}: those heard from are {' and '.join(parts)} than the others."


def _value(value: Any) -> str:
    return "of no known value" if pd.isna(value) else str(value)


def _verdict(tests: pd.DataFrame) -> str:
    known = tests[tests["differs"].notna()]
    if tests.empty or known.empty:
        return (
            "There are too few accounts, or too little is known of them, to compare those who answered with the others."
        )
    unlike = [label(name) for name in known.loc[known["differs"].astype(bool), "attribute"]]
    respects = "the one respect" if len(known) == 1 else f"the {len(known)} respects"
    if not unlike:
        return f"Those who answered are like those who did not, in {respects} that could be compared."
    named = unlike[0] if len(unlike) == 1 else f"{', '.join(unlike[:-1])} and {unlike[-1]}"
    return f"Those who answered are not like those who did not: they differ in {named}, of {respects} compared."
