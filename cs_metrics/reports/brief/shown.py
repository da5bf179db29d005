"""A report's tables as a person reads them: every cell text, for a page or a print."""

from __future__ import annotations

from cs_metrics.charts import aimed, trend
from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.kinds import KINDS
from cs_metrics.reports.brief.model import Aim, Metric, Report, Sentence, Trend

METRICS = ("KPI", "Now", "Before", "Change", "n", "Note")
TARGET = "Target"
STANDINGS = {
    (True, "met"): "target met", (True, "behind"): "target missed", (False, "on track"): "on track for its target",
    (False, "behind"): "likely to miss its target",
}  # fmt: skip
ACTIONS = ("Account", "Owner", "Why", "Renewal", "MRR")
WIDTH, HEIGHT = 400, 130


def text(sentence: Sentence) -> str:
    """Return a sentence with its percent signs kept on the line of their numbers."""
    return whole(sentence.text)


def whole(said: str) -> str:
    """Return a text with its percent signs kept on the line of their numbers."""
    return said.replace(" %", "\u00a0%")


def heading(report: Report) -> str:
    """Return the period that the report is about and the one it is compared with."""
    now, before = (saying.period(p.start, p.end, report.grain) for p in (report.period, report.before))
    return f"{now[:1].upper()}{now[1:]}, compared with {before}"


def aim_heads(report: Report) -> tuple[str, ...]:
    """Return the heads of the metrics' table: METRICS, and TARGET before the note where a KPI has one."""
    return (*METRICS[:-1], TARGET, METRICS[-1]) if any(m.aim for m in report.metrics) else METRICS


def metrics(report: Report) -> list[tuple[str, ...]]:
    """Return the rows under `aim_heads`."""
    aimed_at = TARGET in aim_heads(report)
    rows = [(_metric(report, m), _target(report, m.aim)) for m in report.metrics]
    return [(*row[:-1], target, row[-1]) if aimed_at else row for row, target in rows]


def _target(report: Report, aim: Aim | None) -> str:
    """Return 'at least 105.0 %', and for which period, where that is another than the report's; '' without one."""
    if aim is None:
        return ""
    own = aim.period.start == report.period.start and aim.grain == report.grain
    return whole(aim.shown) + ("" if own else f" ({saying.period(aim.period.start, aim.period.end, aim.grain)})")


def actions(report: Report) -> list[tuple[str, ...]]:
    """Return the rows under ACTIONS."""
    return [
        (
            a.name if a.name == a.account else f"{a.name} ({a.account})",
            a.owner or saying.NOTHING,
            "; ".join(a.reasons),
            saying.day(a.due) if a.due else saying.NOTHING,
            saying.value(a.mrr, "money", report.currency),
        )
        for a in report.actions
    ]


def left(report: Report) -> str:
    """Return how many actions are not listed; '' where all are."""
    rest = report.actions_in_all - len(report.actions)
    return f"Listed are the {len(report.actions)} most pressing; {saying.others(rest)} are not." if rest else ""


def footnotes(report: Report) -> list[str]:
    """Return what the report could not say: KPIs that the data cannot answer."""
    if not report.lacking:
        return []
    return [f"These data cannot answer, of the {KINDS[report.kind].id} KPIs: {', '.join(report.lacking)}."]


def legend(report: Report) -> str:
    """Return what the looks of the trends mean; '' without trends."""
    if not report.trends:
        return ""
    aimed_at = any(line.aims is not None and len(line.aims) for line in report.trends)
    last = f"a {report.grain} that is not over"
    return f"Shaded: 95 % interval. Dashed: up to {last}.{' Dotted: the target.' if aimed_at else ''}"


def drawing(report: Report, line: Trend) -> bytes:
    """Return a trend as SVG."""
    made = trend(
        line.frame, unit=line.unit, grain=report.grain, minimum_n=report.minimum_n, currency=report.currency,
        height=HEIGHT,
    )  # fmt: skip
    if line.aims is not None and len(line.aims):
        made = aimed(made, line.aims, unit=line.unit, currency=report.currency)
    return made.export("svg", WIDTH)


def _metric(report: Report, metric: Metric) -> tuple[str, ...]:
    said = change(report, metric)
    notes = [*([metric.verdict] if metric.verdict else []), *(["not over yet"] if not metric.complete else [])]
    few = metric.unit != "count" and metric.n is not None and metric.n < report.minimum_n
    notes += ["none to count" if not metric.n else "few"] if few else []
    notes += filter(None, [standing(metric.aim)])
    return (
        metric.name,
        saying.value(metric.now, metric.unit, report.currency),
        saying.value(metric.before, metric.unit, report.currency),
        said,
        saying.NOTHING if metric.n is None else saying.count(metric.n),
        ", ".join(notes),
    )


def standing(aim: Aim | None) -> str:
    """Return how a KPI stands to its target, in words; '' where that cannot be told."""
    return "" if aim is None else STANDINGS.get((aim.complete, aim.standing), "")


def change(report: Report, metric: Metric) -> str:
    """Return the change with its sign; a dash where there is none to say."""
    if metric.now is None or metric.before is None:
        return saying.NOTHING
    said = saying.gap(metric.now, metric.before, metric.unit, report.currency)
    return ("+" if metric.now > metric.before else "−") + said if said else "none"
