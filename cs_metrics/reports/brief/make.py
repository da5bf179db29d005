"""A report made from what a View answers: nothing else is read, so it holds what its reader may see and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from cs_metrics import definitions, kpis
from cs_metrics.periods import Period, step
from cs_metrics.reports.brief import accounts, aims, leavings, money, noted, saying, voices
from cs_metrics.reports.brief.asking import Asked
from cs_metrics.reports.brief.kinds import chosen, kind_of
from cs_metrics.reports.brief.metrics import (
    computed,
    may_be_chance,
    metrics,
    moved,
    running,
    trends,
    unchanged,
    unmoved,
)
from cs_metrics.reports.brief.model import Action, Metric, Report, Section, Sentence
from cs_metrics.reports.brief.saying import sentence
from cs_metrics.reports.brief.when import when

SUMMARY = 5
"""So many sentences about KPIs stand in the summary; what is due and what to do follow them."""
MISSED = 3
"""So many targets that are missed, or likely to be, stand in the summary."""
SHORT_NAMES = frozenset({"NPS", "NRR", "GRR", "MRR", "ARR", "CSAT", "CES"})
HEADLINES = frozenset(
    {"mrr", "arr", "net_revenue_retention", "gross_revenue_retention", "customer_retention_rate",
     "customer_churn_rate", "net_promoter_score", "customer_satisfaction_score", "customer_health_score"}
)  # fmt: skip
"""What leaders look at first, and the summary begins with, where it moved."""
FAR = ", as far as these data have them."


def make(view: Any, kind: str = "monthly", where: Mapping[str, Any] | None = None, as_of: datetime | None = None,
         about: Mapping[str, str] | None = None, locked: bool = False, period: Any = None) -> Report:  # fmt: skip
    """Return the report of a kind (weekly, monthly, quarterly) over the last whole period before the as-of, or the one
    in which `period` lies ('2026-03', '2026-Q1' or a date); an earlier one is made as of its own end.

    `view` is what answers: a Version or a View. `about` comes first in what the report says it stands on;
    `locked`: the view has a filter of its own, which is mentioned but not told. Raises
    QueryError for an unknown kind or filter, or a period that is not over. A sentence is left out where the data, or
    what the reader may see, do not give its numbers; no cause is told that the split of a change does not show.
    """
    chosen_kind, settings = kind_of(kind), view.settings
    period, end = when(view, chosen_kind, as_of, period)
    before = Period(step(period.start, chosen_kind.grain, -1), period.start)
    listed, dimensions = view.kpis(), view.dimensions(values=0)
    ids, lacking = chosen(chosen_kind, listed)
    own = view.own
    found = [kpis.find(id, own) for id in ids]
    asked = Asked(
        view, chosen_kind, where, settings, end, period, before,
        names={row["id"]: _short(row) for row in listed.to_dict("records")},
        units=dict(zip(listed["id"], listed["unit"], strict=True)),
        labels=dict(zip(dimensions["name"], dimensions["label"], strict=True)),
    )  # fmt: skip
    frame = computed(asked, ids)
    goals = aims.look(asked, ids)
    values = aims.on(metrics(asked, found, frame), goals)
    lines = aims.along(asked, trends(values, frame))
    people = accounts.look(asked, set(listed.loc[listed["computable"], "id"]), _seen(view, dimensions))
    still, as_before = unchanged(asked, values)
    ranked = [metric for metric in _most_moved(values) if metric.kpi not in still]
    told = {m.kpi: s for i, m in enumerate(ranked) if (s := moved(asked, m, why=i < chosen_kind.causes))}
    todo, due = accounts.actions(asked, people), accounts.renewing(asked, people)
    spoken = list(told.values())[:SUMMARY]
    behind, reached = aims.told(asked, goals)
    summary = [*spoken, *behind[:MISSED], *due[:2], *_counted(asked, todo)[:1], *leavings.told(asked),
               *leavings.at_once(asked)]  # fmt: skip
    risks = [*due, *money.told(asked, money.LOST), *voices.silent(asked)]
    growing = _growing(asked, people)
    better, worse = (
        [told[m.kpi] for m in ranked if m.verdict == verdict and m.kpi in told] for verdict in ("better", "worse")
    )
    won = [*money.told(asked, money.WON), *voices.themes(asked), *voices.drivers(asked)]
    # what the summary says already is said again only where a section has nothing else to say
    better = [s for s in better if not may_be_chance(s)]
    better = [s for s in better if s not in spoken] or ([] if reached or won else better)
    risks = [*risks, *growing, *money.ahead(asked)] or worse
    rest = [s for id, s in told.items() if s not in spoken and s not in better]
    names = {kpi.id: kpi.name for kpi in kpis.CATALOGUE.values()}
    filters = [*(["those that this view is locked to"] if locked else []), *([kpis.sentence(where)] if where else [])]
    return Report(
        kind=kind, title=chosen_kind.title, grain=asked.grain, currency=asked.currency, minimum_n=asked.minimum_n,
        as_of=end, period=period, before=before, metrics=values, trends=lines, actions=todo[: accounts.SHOWN],
        actions_in_all=len(todo),
        sections=(
            _section("summary", "Executive summary", summary, unmoved(asked, values)),
            _section("metrics", "Key metrics and trends",
                     [*rest, *as_before, *filter(None, (running(asked, t) for t in lines)), *behind[MISSED:],
                      *noted.told(asked)],
                     "" if values else "There is no KPI to show."),
            _section("health", "Customer health highlights", accounts.health(asked, people),
                     "Health scores need accounts with use, tickets or answers; these data give none by account."),
            _section("risks", "Churn and expansion risks", risks,
                     f"No risk shows in renewals, revenue or survey answers{FAR}"),
            _section("actions", "Actions and next steps", _counted(asked, todo),
                     f"No account calls for action by renewals, health or expansion score{FAR}"),
            _section("wins", "Wins and learnings",
                     [*reached, *better, *won],
                     "These data show no gain, theme or driver beyond chance in this period."),
        ),
        about={
            **(about or {}),
            "Data to": saying.day(end - timedelta(microseconds=1)),
            "Period": asked.now_said, "Compared with": asked.before_said,
            "Filters": "; ".join(filters) or "none",
            "Definitions": definitions.words(settings) or "the defaults",
        },
        lacking=[names.get(id, id) for id in lacking], version=view.number, where=dict(where or {}),
        partial=locked or bool(view.hidden),
    )  # fmt: skip


def _seen(view: Any, dimensions: pd.DataFrame) -> set[str]:
    """Return what of customers may be asked for: the attributes, and the columns that are there for this reader."""
    return {*dimensions["name"], *view.tables().get("customers", {}).get("columns", ())}


def _section(id: str, title: str, sentences: Sequence[Sentence], empty: str) -> Section:
    return Section(id, title, tuple(sentences), "" if sentences else empty)


def _short(row: Mapping[str, Any]) -> str:
    """Return the abbreviation that everybody knows a KPI by ('NRR'), else its name."""
    short = [name for name in row["also"] if name in SHORT_NAMES]
    return str(short[0] if short else row["name"])


def _most_moved(metrics: Sequence[Metric]) -> list[Metric]:
    """Return the metrics: headlines that moved, then what else moved, then the rest; each in the scorecard's order."""

    def order(metric: Metric) -> int:
        if metric.now is None or metric.before is None or not metric.verdict:
            return 2
        return 0 if metric.kpi in HEADLINES else 1

    return sorted(metrics, key=order)


def _growing(asked: Asked, people: accounts.Accounts) -> list[Sentence]:
    """Return how many accounts are ready to grow, by their expansion score."""
    if accounts.EXPANSION not in people.now:
        return []
    own = people.now[people.now[accounts.EXPANSION] > accounts.READY_TO_GROW]
    if own.empty:
        return []
    own = accounts.largest(own, accounts.EXPANSION)
    noun = "account has" if len(own) == 1 else "accounts have"
    count = asked.count(len(own), accounts.EXPANSION, "ready")
    least = asked.count(accounts.READY_TO_GROW, accounts.EXPANSION, "threshold")
    return [sentence(f"{{}} {noun} an expansion score above {{}}: {{}}.", count, least, accounts.names(own))]


def _counted(asked: Asked, todo: Sequence[Action]) -> list[Sentence]:
    if not todo:
        return []
    nobody = sum(not action.owner for action in todo)
    noun = "account calls" if len(todo) == 1 else "accounts call"
    said = sentence(f"{{}} {noun} for action.", asked.count(len(todo), "actions", "all"))
    rest = sentence("{} of them have no owner in the data.", asked.count(nobody, "actions", "nobody"))
    if nobody == len(todo):
        rest = sentence("None of them has an owner in the data.")
    return [said, rest] if nobody else [said]
