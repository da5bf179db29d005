"""How often a rule would have fired in the past, and how often it was right, before anyone switches it on.

At each month's end the rule looks at what was known then (see `look`). A firing is the first month of an unbroken run
of them, as it opens one to-do. What then became of the account is compared with the accounts that did not fire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from cs_metrics.analysis.feedback.answers import CATEGORIES, counted
from cs_metrics.analysis.rules import backtest_words
from cs_metrics.analysis.rules.fired import holding
from cs_metrics.analysis.rules.look import Look
from cs_metrics.analysis.rules.model import HORIZON
from cs_metrics.analysis.rules.moved import Seen, latest, met
from cs_metrics.errors import NotComputableError
from cs_metrics.kpis import KPI
from cs_metrics.kpis.ask import form_of
from cs_metrics.kpis.available import available
from cs_metrics.kpis.catalogue import CATALOGUE
from cs_metrics.kpis.intervals import difference, wilson
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.where import names
from cs_metrics.periods import add_months, floor, step

MOST = 24
"""So many whole months (periods of a KPI rule) are looked at."""
FEWEST = 5
"""Below so many accounts (periods) that it fired for, or did not, nothing is said of how often it is right."""
SMALL = 0.01
"""A payment that moves by less than that, relative to before, is the same (rates between currencies move it too)."""


@dataclass(frozen=True)
class Backtest:
    """`months`: moment, looked (accounts), holds (accounts), fired (of them: begins there). `firings`: moment,
    customer_id (of a KPI rule: `said`, `beyond`), right (null: not known yet, or never).

    `fired` firings of `accounts` accounts; of the `judged` ones, `right` were right: `share` with its interval `low`,
    `high`. `other_judged`, `other_right`, `other_share`: account by month where the rule did not hold. `difference` of
    the shares, `difference_low`, `difference_high`. `verdict`: "more" (right more often than where it did not fire),
    "less", "open" (chance could make the difference), "few" (too few to tell), "" (nothing to judge by).
    `notes`: what the reader must know; `sentences`: all of it in words.
    """

    months: pd.DataFrame
    firings: pd.DataFrame
    fired: int = 0
    accounts: int = 0
    judged: int = 0
    right: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None
    other_judged: int = 0
    other_right: int = 0
    other_share: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    verdict: str = ""
    notes: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


def backtest(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: datetime,
    rule: Mapping[str, Any],
    own: Mapping[str, KPI] | None = None,
) -> Backtest:
    """Return how a rule (checked, see `model`) would have done. Raises NotComputableError, QueryError."""
    known = available(con)

    def look(moment: datetime) -> Look:
        return Look(con, settings, moment, own or {}, past=True)

    grain = rule["grain"] if rule["kind"] == "kpi" else "month"
    found = (_of_kpi if rule["kind"] == "kpi" else _of_accounts)(
        look, _instants(known.since, as_of, grain, settings), rule, con, settings, as_of
    )
    if rule["kind"] == "account" and not found.fired:
        holding(Look(con, settings, as_of, own or {}), rule)  # raises where these data never say what the rule looks at
    return backtest_words.told(found, rule, _notes(look(as_of), rule))


def _instants(since: datetime | None, as_of: datetime, grain: str, settings: Mapping[str, Any]) -> list[datetime]:
    """Return the ends of the last whole periods, the earliest first, and of one more, that tells what goes on already;
    the first two of the data have nothing before."""
    found: list[datetime] = []
    end = floor(as_of, grain, settings)
    while since is not None and len(found) <= MOST and step(end, grain, -2) >= floor(since, grain, settings):
        found.append(end)
        end = step(end, grain, -1)
    return found[::-1]


def _of_accounts(
    look: Callable[[datetime], Look],
    instants: list[datetime],
    rule: Mapping[str, Any],
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: datetime,
) -> Backtest:
    months, starts, others = [], [], []
    going: set[str] = set()
    for place, moment in enumerate(instants):
        held = holding(look(moment), rule)["holds"]
        if held.isna().all():
            continue
        holds, unknown = set(held.index[held.fillna(False)]), set(held.index[held.isna()])
        begun = sorted(holds - going)
        # where it cannot be told whether it still holds, it goes on
        going = holds | (going & unknown)
        if place < len(instants) - MOST:
            continue
        months.append({"moment": moment, "looked": len(held), "holds": len(holds), "fired": len(begun)})
        starts += [{"moment": moment, "customer_id": account} for account in begun]
        others += [{"moment": moment, "customer_id": account} for account in held.index[~held.fillna(True)]]
    columns = ["moment", "customer_id"]
    fired, rest = pd.DataFrame(starts, columns=columns), pd.DataFrame(others, columns=columns)
    shown = pd.DataFrame(months, columns=["moment", "looked", "holds", "fired"])
    told: dict[str, Any] = {"months": shown, "fired": len(fired), "accounts": fired["customer_id"].nunique()}
    if not rule["outcome"] or not instants:
        return Backtest(firings=fired.assign(right=None), **told)
    outcome = _OUTCOMES[rule["outcome"]](con, settings, as_of, instants)
    fired, rest = (frame.merge(outcome, how="left", on=columns) for frame in (fired, rest))
    return Backtest(firings=fired, **told, **_judged(fired, rest))


def _judged(fired: pd.DataFrame, rest: pd.DataFrame) -> dict[str, Any]:
    """Return the shares and how they compare. An account that comes several times says little more than once: both
    intervals are those of as many as there are accounts (Wilson; Newcombe for the difference)."""
    own, other = fired[fired["right"].notna()], rest[rest["right"].notna()]
    sizes = [frame["customer_id"].nunique() for frame in (own, other)]
    shares = [float(frame["right"].astype(float).mean()) if len(frame) else None for frame in (own, other)]
    found: dict[str, Any] = {
        "judged": len(own), "right": int(own["right"].astype(bool).sum()), "share": shares[0],
        "other_judged": len(other), "other_right": int(other["right"].astype(bool).sum()), "other_share": shares[1],
        "verdict": "few",
    }  # fmt: skip
    if shares[0] is not None:
        low, high = wilson(shares[0] * sizes[0], sizes[0])
        found |= {"low": float(low), "high": float(high)}
    if shares[0] is not None and shares[1] is not None and min(sizes) >= FEWEST:
        low, high = difference(shares[0] * sizes[0], sizes[0], shares[1] * sizes[1], sizes[1])
        found |= {"difference": shares[0] - shares[1], "difference_low": float(low), "difference_high": float(high)}
        found["verdict"] = "more" if low > 0 else "less" if high < 0 else "open"
    return found


def _paid(lost: bool) -> Callable[..., pd.DataFrame]:
    def outcome(
        con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: datetime, instants: list[datetime]
    ) -> pd.DataFrame:
        """Return whether each account pays less (more) `HORIZON` months after each instant than it did then."""
        form_of(CATALOGUE["mrr"], available(con))
        asked = Slice.of("month", ["customer_id"], None, add_months(instants[0], -1), as_of)
        frame = compute(con, ["mrr"], asked, settings, as_of)
        frame = frame[frame["item"].isna() & frame["customer_id"].notna() & frame["complete"].astype(bool)]
        ends = pd.DataFrame({
            "customer_id": frame["customer_id"].astype(str), "mrr": frame["value"].astype(float),
            "moment": [add_months(pd.Timestamp(p).to_pydatetime(), 1) for p in frame["period"]],
        })  # fmt: skip
        whole = {pd.Timestamp(moment) for moment in ends["moment"]}
        later = ends.assign(moment=[add_months(pd.Timestamp(m).to_pydatetime(), -HORIZON) for m in ends["moment"]])
        both = ends[ends["mrr"] > 0].merge(later, how="left", on=["moment", "customer_id"], suffixes=("", "_later"))
        seen = [pd.Timestamp(add_months(pd.Timestamp(m).to_pydatetime(), HORIZON)) in whole for m in both["moment"]]
        both = both[np.array(seen, dtype=bool)]
        moved = both["mrr_later"].fillna(0.0) / both["mrr"] - 1
        right = moved <= -SMALL if lost else moved >= SMALL
        return both[["moment", "customer_id"]].assign(right=right.astype("boolean"))

    return outcome


def _unhappy(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: datetime, instants: list[datetime]
) -> pd.DataFrame:
    """Return whether the next answer of an account to any of NPS, CSAT and effort, within `HORIZON` months, is bad."""
    answers = []
    for survey in ("nps", "csat", "ces"):
        try:
            found = counted(con, {**settings, "survey_rule": "all"}, as_of, survey=survey)
        except NotComputableError:
            continue
        frame = found.run(con, "SELECT customer_id, answered_at, category FROM {answers} WHERE pno = 0 "
                               "AND customer_id IS NOT NULL")  # fmt: skip
        answers.append(frame.assign(bad=frame["category"] == CATEGORIES[survey][-1]))
    if not answers:
        raise NotComputableError("There are no answers to judge the rule by.", ["survey_responses.score"])
    whole = pd.concat(answers).astype({"customer_id": str}).sort_values(["answered_at", "bad"])
    made = []
    for moment in instants:
        end = add_months(moment, HORIZON)
        if end <= as_of:
            after = whole[(whole["answered_at"] >= moment) & (whole["answered_at"] < end)]
            first = after.drop_duplicates("customer_id", keep="first")
            made.append(first[["customer_id"]].assign(moment=moment, right=first["bad"].astype("boolean")))
    return pd.concat(made) if made else pd.DataFrame(columns=["customer_id", "moment", "right"])


_OUTCOMES: dict[str, Callable[..., pd.DataFrame]] = {"lost": _paid(True), "grew": _paid(False), "unhappy": _unhappy}


def _of_kpi(look: Callable[[datetime], Look], instants: list[datetime], rule: Mapping[str, Any], *_: Any) -> Backtest:
    seen: dict[datetime, tuple[datetime, Seen]] = {}
    for moment in instants:
        found = latest(look(moment), rule)
        if found.start is not None:
            seen.setdefault(found.start, (moment, found))
    order = [seen[start] for start in sorted(seen)]
    lines, months, going = [], [], False
    for place, (moment, one) in enumerate(order):
        begins, going = one.fires and not going, one.fires
        if place < len(order) - MOST:
            continue
        months.append({"moment": moment, "looked": 1, "holds": int(one.fires), "fired": int(begins)})
        if one.meets:
            after = order[place + 1][1].now if place + 1 < len(order) else None
            lasted = pd.NA if after is None else met(rule, after, one.before)
            lines.append(
                {"moment": moment, "said": one.said, "fires": one.fires, "beyond": one.beyond, "right": lasted}
            )
    firings = pd.DataFrame(lines, columns=["moment", "said", "fires", "beyond", "right"])
    judged = firings[firings["fires"].astype(bool) & firings["right"].notna()]
    right = int(judged["right"].astype(bool).sum())
    shown = pd.DataFrame(months, columns=["moment", "looked", "holds", "fired"])
    count = int(firings["fires"].astype(bool).sum())  # each period is told, though one that goes on opens no new to-do
    if not len(judged):
        return Backtest(shown, firings, count, verdict="few")
    low, high = (float(end) for end in wilson(right, len(judged)))
    few = len(judged) < FEWEST
    return Backtest(
        shown, firings, count, judged=len(judged), right=right, share=right / len(judged), low=low, high=high,
        verdict="few" if few else "",
    )  # fmt: skip


def _notes(look: Look, rule: Mapping[str, Any]) -> list[str]:
    """Return what is not as it was then."""
    said = []
    today = [name for name in sorted(names(rule["where"])) if not look.has.attribute(name).history]
    if today and rule["kind"] == "account":
        said.append(f"Of {', '.join(today)} no earlier values are known: today's stand for them.")
    conditions = rule.get("conditions", ())
    if any(c["what"] == "renewal" for c in conditions):
        said.append("Which renewals were signed ahead of time is not known of the past: they count as due there.")
    if any(c.get("kpi") in ("churn_risk_score", "win_prediction") for c in conditions):
        said.append("A model learned from the earlier part of the past: only the months after that are looked at.")
    return said
