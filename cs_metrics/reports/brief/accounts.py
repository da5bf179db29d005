"""The accounts of a report: health grades, renewals that are due, and who should be turned to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cs_metrics.kpis.scores import GOOD, POOR, grade
from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.asking import Asked, tried
from cs_metrics.reports.brief.causes import called
from cs_metrics.reports.brief.model import Action, Sentence
from cs_metrics.reports.brief.saying import sentence

HEALTH, EXPANSION, MRR = "customer_health_score", "expansion_opportunity_score", "mrr"
READY_TO_GROW = 80
_ORDER = {"green": 0, "yellow": 1, "red": 2}
SHOWN = 25
"""So many actions are listed; the rest are counted."""


@dataclass(frozen=True)
class Accounts:
    """`now`, `before`: an account a row by its id, with its KPIs, csm and name as far as they may be seen. `due`: the
    accounts with a renewal ahead that is not signed yet: name, mrr, ended_at, cancelled (notice was given). `calls`:
    the accounts with one that are detractors."""

    now: pd.DataFrame
    before: pd.DataFrame
    due: pd.DataFrame
    calls: frozenset[str]


def look(asked: Asked, computable: set[str], seen: set[str]) -> Accounts:
    """Return the accounts. `seen`: the attributes that the reader may see."""
    wanted = (HEALTH, EXPANSION, *([MRR] if asked.amounts else []))
    ids = [kpi for kpi in wanted if kpi in computable]
    keys = [name for name in ("csm", "name") if name in seen]
    now = before = pd.DataFrame(columns=[*ids, *keys])
    if ids and "customer_id" in seen:
        found = asked.view.compute(
            ids, by=["customer_id", *keys], grain=asked.grain, where=asked.where, since=asked.before.start,
            until=asked.period.end, as_of=asked.as_of,
        )  # fmt: skip
        found = found[found["item"].isna() & found["customer_id"].notna() & found["value"].notna()]
        now, before = (_wide(found[found["period"] == p.start], ids, keys) for p in (asked.period, asked.before))
    days = asked.kind.renewals
    words = {"days": days, "where": asked.where, "as_of": asked.as_of}
    due = _due(tried(lambda: asked.view.renewals(**words)), asked.amounts)
    calls = tried(lambda: asked.view.to_call(**words))
    known = calls is not None and "customer_id" in calls
    return Accounts(now, before, due, frozenset(calls["customer_id"]) if known and calls is not None else frozenset())


def health(asked: Asked, accounts: Accounts) -> list[Sentence]:
    """Return how many accounts are well and how many are not, and who fell by a grade."""
    said = []
    if HEALTH in accounts.now and len(accounts.now):
        scores = accounts.now[HEALTH].dropna()
        if scores.empty:
            return []
        well, poor = int((scores >= GOOD).sum()), int((scores < POOR).sum())
        said.append(
            sentence(
                "Of {} accounts with a health score, {} are green ({} or more) and {} are red (below {}).",
                asked.count(len(scores), HEALTH, "accounts"), asked.count(well, HEALTH, "well"),
                asked.count(GOOD, HEALTH, "threshold"), asked.count(poor, HEALTH, "poor"),
                asked.count(POOR, HEALTH, "threshold"),
            )
        )  # fmt: skip
        fell, rose = fallen(accounts), risen(accounts)
        if len(fell):
            said.append(_graded(asked, fell, "fell", "fallen"))
        if len(rose):
            said.append(_graded(asked, rose, "rose", "risen"))
        if not len(fell) and not len(rose):
            said.append(sentence("No account changed its health grade since {}.", asked.before_said))
    return said


def fallen(accounts: Accounts) -> pd.DataFrame:
    """Return the accounts whose health fell by a grade (green, yellow, red): then, now, colours; most MRR first."""
    frame = _both(accounts)
    return frame[frame["colour_now"].map(_ORDER) > frame["colour_then"].map(_ORDER)]


def risen(accounts: Accounts) -> pd.DataFrame:
    """Return the accounts whose health rose by at least a grade, alike."""
    frame = _both(accounts)
    return frame[frame["colour_now"].map(_ORDER) < frame["colour_then"].map(_ORDER)]


def renewing(asked: Asked, accounts: Accounts) -> list[Sentence]:
    """Return what is up for renewal, and how much of it is of detractors or of accounts in poor health."""
    due = accounts.due
    if due.empty:
        return []
    days = asked.count(asked.kind.renewals, "renewals", "days")
    count = asked.count(len(due), "renewals", "accounts")
    noun = saying.plural(len(due), "account")
    verb = "comes" if len(due) == 1 else "come"
    amount = _paying(asked, due, " with {} of MRR", "renewals", "mrr")
    said = [sentence(f"{{}} {noun}{{}} {verb} up for renewal within {{}} days.", count, amount, days)]
    for who, what, words in (
        (accounts.calls, "to_call", ("is a detractor", "are detractors")),
        (poor(accounts), HEALTH, ("is in poor health", "are in poor health")),
        (frozenset(due.index[due["cancelled"]]), "renewals", ("is under notice", "are under notice")),
    ):
        own = due[due.index.isin(who)]
        if len(own):
            said.append(
                sentence(
                    f"{{}} of them{{}} {words[len(own) > 1]}: {{}}.",
                    asked.count(len(own), what, "due"), _paying(asked, own, ", with {} of MRR,", what, "due_mrr"),
                    names(largest(own, "mrr")),
                )
            )  # fmt: skip
    return said


def _paying(asked: Asked, due: pd.DataFrame, words: str, of: str, what: str) -> Sentence:
    """Return the words with what these accounts pay; nothing where the reader may not see it."""
    if not asked.amounts:
        return sentence("")
    return sentence(words, asked.money(float(due["mrr"].sum()), of, what))


def poor(accounts: Accounts) -> frozenset[str]:
    """Return the accounts in poor health."""
    return frozenset(accounts.now.index[accounts.now[HEALTH] < POOR]) if HEALTH in accounts.now else frozenset()


def actions(asked: Asked, accounts: Accounts) -> list[Action]:
    """Return who should be turned to and why, renewals first, then by MRR."""
    reasons: dict[str, list[str]] = {}
    days, low = asked.kind.renewals, poor(accounts)
    fell = fallen(accounts)
    for account, row in accounts.due.iterrows():
        marks = {"a detractor": account in accounts.calls, "in poor health": account in low,
                 "notice given": bool(row["cancelled"])}  # fmt: skip
        if any(marks.values()):
            told = " and ".join(words for words, holds in marks.items() if holds)
            reasons.setdefault(str(account), []).append(f"renewal within {days} days, {told}")
    for account, row in fell.iterrows():
        text = f"health fell from {row['colour_then']} to {row['colour_now']}"
        reasons.setdefault(str(account), []).append(text)
    if EXPANSION in accounts.now:
        for account in accounts.now.index[accounts.now[EXPANSION] > READY_TO_GROW]:
            reasons.setdefault(str(account), []).append(f"expansion score above {READY_TO_GROW}")
    made = [_action(accounts, account, why) for account, why in reasons.items()]
    return sorted(made, key=lambda a: (a.due is None, -(a.mrr or 0.0), a.name))


def names(frame: pd.DataFrame) -> Sentence:
    """Return 'Northwind, Contoso and 12 others' of accounts by their id, in their order."""
    shown = [called(row.rename(None)) for _, row in frame.reset_index(names="customer_id").head(2).iterrows()]
    rest = len(frame) - len(shown)
    if rest:
        from_here = saying.others(rest)
        return sentence(", ".join("{}" for _ in shown) + " and {}", *shown, from_here)
    return sentence(" and ".join("{}" for _ in shown), *shown)


def _action(accounts: Accounts, account: str, why: Sequence[str]) -> Action:
    known, due = (_of(frame, account) for frame in (accounts.now, accounts.due))
    name = known.get("name") if isinstance(known.get("name"), str) else due.get("name")
    mrr = next((float(m) for m in (known.get(MRR), due.get("mrr")) if m is not None and pd.notna(m)), None)
    owner = known.get("csm")
    return Action(
        account=account,
        name=name if isinstance(name, str) else account,
        owner=owner if isinstance(owner, str) else "",
        reasons=tuple(why),
        due=due["ended_at"].to_pydatetime() if "ended_at" in due else None,
        mrr=mrr,
    )


def _of(frame: pd.DataFrame, account: str) -> dict[str, Any]:
    found = frame[frame.index == account].to_dict("records")
    return {str(name): value for name, value in found[0].items()} if found else {}


def _graded(asked: Asked, frame: pd.DataFrame, verb: str, what: str) -> Sentence:
    noun = "account" if len(frame) == 1 else "accounts"
    count = asked.count(len(frame), HEALTH, what)
    return sentence(f"The health of {{}} {noun} {verb} by a grade (green, yellow, red): {{}}.", count, names(frame))


def _both(accounts: Accounts) -> pd.DataFrame:
    if HEALTH not in accounts.now or HEALTH not in accounts.before:
        return pd.DataFrame(columns=["then", "now", "colour_then", "colour_now"])
    frame = accounts.now.assign(now=accounts.now[HEALTH], then=accounts.before[HEALTH])
    frame = frame.dropna(subset=["now", "then"])
    for side in ("then", "now"):
        frame[f"colour_{side}"] = [_colour(score) for score in frame[side]]
    order = [MRR] if MRR in frame else ["now"]
    return largest(frame, *order)


def largest(frame: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Return accounts with the largest first, equal ones by their ids: a report reads the same each time."""
    return frame.sort_index(kind="stable").sort_values(list(by), ascending=False, kind="stable")


def _colour(score: float) -> str:
    found = grade(score)
    return found.colour if found else ""


def _wide(frame: pd.DataFrame, ids: Sequence[str], keys: Sequence[str]) -> pd.DataFrame:
    frame = frame.assign(customer_id=frame["customer_id"].astype(str))
    wide = frame.pivot_table(index="customer_id", columns="kpi", values="value", aggfunc="first", observed=True)
    wide = wide.reindex(columns=list(ids))
    return wide.join(frame.drop_duplicates("customer_id").set_index("customer_id")[list(keys)])


def _due(found: pd.DataFrame | None, amounts: bool) -> pd.DataFrame:
    if found is None or found.empty or not {"customer_id", "outcome", "ended_at"} <= set(found):
        return pd.DataFrame(columns=["name", "mrr", "ended_at", "cancelled"])
    found = found.assign(
        name=found.get("name"), cancelled=found["outcome"] == "notice",
        customer_id=found["customer_id"].astype(str), mrr=found["mrr"] if amounts else math.nan,
    )[found["outcome"] != "signed"]  # fmt: skip
    return found.groupby("customer_id").agg(
        name=("name", "first"),
        mrr=("mrr", lambda paid: paid.sum(min_count=1)),
        ended_at=("ended_at", "min"),
        cancelled=("cancelled", "any"),
    )
