"""The score of a survey weighted to all accounts, beside the score as it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy import stats

from cs_metrics.analysis.cohorts.told import percent
from cs_metrics.analysis.feedback.answers import SURVEYS
from cs_metrics.analysis.feedback.heard.accounts import SEEN, accounts
from cs_metrics.analysis.feedback.heard.heard import WHO, plural
from cs_metrics.analysis.feedback.heard.traits import label
from cs_metrics.analysis.feedback.heard.weights import Weighted, weigh
from cs_metrics.errors import NotComputableError, QueryError, did_you_mean
from cs_metrics.kpis import intervals, run
from cs_metrics.kpis.ask import find
from cs_metrics.kpis.slice import Slice

_UPPER = 1 - (1 - intervals.LEVEL) / 2
METHODS = ("cells", "margins")
_MOST_NAMED = 6
_MOST_ATTRIBUTES = 6
_SUMS = ("answers", "units", "total", "nn", "nt", "tt", "good", "middle", "bad")


@dataclass(frozen=True)
class WeightedScore:
    """A score as it came and weighted. `scores`: what ('raw', 'active', 'weighted'), value, low, high, n, in the unit
    of the KPI: of all answers (the KPI), of the accounts' answers unweighted, and weighted. `effective`: how many
    equally weighted answers carry as much; `covered`: the share of the accounts that the weighted score speaks for.
    `cells`: <by>, accounts, accounts_share, answers, answers_share, weight (of an answer, 1 on average), value, a row a
    cell; `empty`: those of them (raking: the values) without an answer; `sentences` say it."""

    survey: str
    unit: str
    by: tuple[str, ...]
    method: str
    scores: pd.DataFrame
    effective: float
    covered: float
    cells: pd.DataFrame
    empty: tuple[str, ...]
    sentences: tuple[str, ...]


def weighted_score(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    by: str | Sequence[str],
    survey: str = "nps",
    how: str | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> WeightedScore:
    """Weight the accounts' answers so that each value of `by` counts as it does among all accounts, at the end of the
    range ("tenure" and "mrr" are in bands).

    `how`: "cells" weights each combination of values by itself (post-stratification; the default for one attribute),
    "margins" each attribute on its own, all at once (raking; the default for several). Source of both and of the
    variance: `weights.weigh`. The interval of an NPS is that of as many independent answers as have this variance
    (adjusted Wald, `intervals.nps`), that of a share likewise Wilson's, both with fewer where the variance is known on
    few degrees of freedom (Korn and Graubard, 1998, Survey Methodology 24: 193-201); of a mean Student's t. Answers of
    those who are no account at the end of the range are in the raw score alone. Raises QueryError, NotComputableError.
    """
    names = [by] if isinstance(by, str) else list(by)
    if not 1 <= len(names) <= _MOST_ATTRIBUTES:
        raise QueryError(f"Choose one to {_MOST_ATTRIBUTES} attributes to weight by.")
    if how is not None and how not in METHODS:
        raise QueryError(f"There is no way '{how}' to weight. {did_you_mean(how, METHODS)}")
    method = how or ("cells" if len(names) == 1 else "margins")
    words: dict[str, Any] = {"where": where, "since": since, "until": until}
    found = accounts(con, settings, as_of, survey=survey, by=names, **words)
    if found.kind == SEEN:
        raise NotComputableError(
            "The answers cannot be weighted: no table says who the customers are, so who is missing is not known.",
            ["customers.customer_id"],
        )
    frame = _cells(con, found)
    keys = found.columns
    rake = method == "margins" and len(names) > 1
    made = weigh(frame, keys, rake=rake)
    kpi = find(SURVEYS[survey])
    whole = run.compute(con, [kpi.id], Slice.of(None, None, where, since, until), settings, as_of)
    raw = whole[whole["item"].isna()].iloc[0]
    answers = frame["answers"].to_numpy("float64")
    plain = weigh(frame[list(_SUMS)].sum().to_frame().T.assign(base=1.0), [])
    lines = [
        ["raw", float(raw["value"]), float(raw["low"]), float(raw["high"]), int(raw["n"])],
        ["active", plain.value, *interval(survey, plain, frame, np.where(answers > 0, 1.0, 0.0)), int(answers.sum())],
        ["weighted", made.value, *interval(survey, made, frame, made.weights), int(answers[made.weights > 0].sum())],
    ]
    scores = pd.DataFrame(lines, columns=["what", "value", "low", "high", "n"])
    cells = _told(frame, found.columns, names, made)
    empty = _empty(frame, keys, rake)
    said = _sentences(scores, made, names, empty, found.kind, kpi.unit)
    return WeightedScore(
        survey, kpi.unit, tuple(names), method, scores, made.effective, made.covered, cells, tuple(empty), tuple(said)
    )


def _cells(con: duckdb.DuckDBPyConnection, found: Any) -> pd.DataFrame:
    """Return t1 ..., base (accounts), and of their answers the sums of `_SUMS`."""
    keys = ", ".join(found.columns)
    unit = found.unit
    same = " AND ".join(f"b.{c} IS NOT DISTINCT FROM s.{c}" for c in found.columns)
    frame = found.run(
        con,
        f"SELECT {', '.join(f'b.{c}' for c in found.columns)}, b.base, "
        f"{', '.join(f'coalesce(s.{c}, 0) AS {c}' for c in _SUMS)} "
        f"FROM bases AS b LEFT JOIN sums AS s ON {same} ORDER BY b.base DESC, {keys}",
        f"bases AS (SELECT {keys}, count(*) AS base FROM accounts GROUP BY {keys})",
        f"units AS (SELECT a.customer_id, c.{unit} AS unit, count(*) AS n, sum(CAST(c.worth AS DOUBLE)) AS t, "
        f"count(*) FILTER (WHERE c.worth > 0) AS good, count(*) FILTER (WHERE c.worth = 0) AS middle, "
        f"count(*) FILTER (WHERE c.worth < 0) AS bad "
        f"FROM {{answers}} AS c JOIN accounts AS a ON a.customer_id = c.customer_id GROUP BY ALL)",
        f"sums AS (SELECT {keys}, sum(u.n) AS answers, count(*) AS units, sum(u.t) AS total, sum(u.n * u.n) AS nn, "
        f"sum(u.n * u.t) AS nt, sum(u.t * u.t) AS tt, sum(u.good) AS good, sum(u.middle) AS middle, sum(u.bad) AS bad "
        f"FROM units AS u JOIN accounts AS a ON a.customer_id = u.customer_id GROUP BY {keys})",
    )
    return frame.astype(dict.fromkeys(("base", *_SUMS), "float64"))


def interval(survey: str, made: Weighted, frame: pd.DataFrame, weights: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval of a weighted score."""
    if survey not in ("nps", "csat"):
        bounds = (0.0, 100.0) if survey in ("onboarding", "post_activation") else (-np.inf, np.inf)
        low, high = intervals.around(made.value, made.variance, made.degrees, bounds)
        return float(low), float(high)
    whole = float((weights * frame["answers"].to_numpy()).sum())
    if not whole:
        return float("nan"), float("nan")
    good, middle, bad = (float((weights * frame[c].to_numpy()).sum()) / whole for c in ("good", "middle", "bad"))
    one = 1e4 * (good + bad - (good - bad) ** 2) if survey == "nps" else good * (1 - good)
    # as many independent answers as have this variance; where all answered alike, as many as carry as much
    n = one / made.variance if made.variance > 0 and one > 0 else made.effective
    if made.degrees > 0:
        n *= (float(stats.norm.ppf(_UPPER)) / float(stats.t.ppf(_UPPER, made.degrees))) ** 2
    if survey == "nps":
        low, high = intervals.nps(good * n, middle * n, bad * n)
    else:
        low, high = intervals.wilson(good * n, n)
    return float(low), float(high)


def _told(frame: pd.DataFrame, keys: Sequence[str], names: Sequence[str], made: Weighted) -> pd.DataFrame:
    n, whole = frame["answers"].sum(), float((made.weights * frame["answers"]).sum())
    share = whole / float(frame["answers"][made.weights > 0].sum()) if whole else float("nan")
    told = pd.DataFrame(dict(zip(names, (frame[k] for k in keys), strict=True)))
    return told.assign(
        accounts=frame["base"].astype("int64"), accounts_share=frame["base"] / frame["base"].sum(),
        answers=frame["answers"].astype("int64"), answers_share=frame["answers"] / n if n else float("nan"),
        weight=np.where(made.weights > 0, made.weights / share, np.nan),
        value=frame["total"] / frame["answers"].where(frame["answers"] > 0),
    )  # fmt: skip


def _empty(frame: pd.DataFrame, keys: Sequence[str], rake: bool) -> list[str]:
    """Name the cells (raking: the values) of accounts that have no answer, the largest first."""
    sets = [[k] for k in keys] if rake else [list(keys)]
    found = []
    for group in sets:
        summed = frame.groupby(group, dropna=False, sort=False)[["base", "answers"]].sum().reset_index()
        found += [
            (float(row["base"]), ", ".join("unknown" if pd.isna(row[k]) else str(row[k]) for k in group))
            for row in summed[(summed["answers"] == 0) & (summed["base"] > 0)].to_dict("records")
        ]
    return [name for _, name in sorted(found, key=lambda f: -f[0])]


def _sentences(
    scores: pd.DataFrame, made: Weighted, names: Sequence[str], empty: Sequence[str], kind: str, unit: str
) -> list[str]:
    rows: dict[str, Any] = {row["what"]: row for row in scores.to_dict("records")}
    n = int(rows["weighted"]["n"])
    if not n:
        return ["None of the accounts answered: there is nothing to weight."]
    *first, last = [label(name) for name in names]
    by = f"{', '.join(first)} and {last}" if first else last
    whom = f"the {WHO[kind][1]}"
    before = float(rows["active"]["value"])
    value, low, high = (float(rows["weighted"][name]) for name in ("value", "low", "high"))
    chance = f" (95 % interval {_shown(low, unit)} to {_shown(high, unit)})" if np.isfinite(low) else ""
    said = [
        f"Weighted by {by} to {whom}, the score is {_shown(value, unit)}{chance}; their answers as they came give "
        f"{_shown(before, unit)}."
    ]
    if np.isfinite(low):
        said.append(
            "The score as it came lies inside that interval: weighting changes it by less than chance could."
            if low <= before <= high
            else "The score as it came lies outside that interval: it speaks for those who answered, not for all."
        )
    carry, alike = "carries" if n == 1 else "carry", plural(round(made.effective), "answer")
    said.append(f"The {plural(n, 'answer')} {carry} as much as {alike} that all count alike.")
    if made.covered < 1:
        few = list(empty[:_MOST_NAMED])
        more = f" and {len(empty) - len(few)} more" if len(empty) > len(few) else ""
        said.append(
            f"Nobody answered of: {'; '.join(few)}{more}. The weighted score speaks for the other "
            f"{percent(made.covered)} of the accounts."
        )
    if made.off:
        said.append(
            f"Not all shares can be met at once with these answers: the worst is off by {percent(made.off)}. Weight by "
            "fewer attributes."
        )
    return said


def _shown(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:.1f}" if abs(value) >= 10 or unit != "score" else f"{value:.2f}"
