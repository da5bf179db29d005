"""What a person wrote into a report, laid over what the data say; and what the data say otherwise since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.model import Report, Section, Sentence, Words

Block = tuple[str, list[str]]
"""('p', [a paragraph]) or ('ul', its bullets)."""


def blocks(text: str) -> list[Block]:
    """Return a text as paragraphs and lists: a line that begins with '- ', '* ' or '• ' is a bullet, an empty line
    ends a paragraph. Everything else stays as it was typed."""
    found: list[Block] = []
    for line in (raw.strip() for raw in [*text.splitlines(), ""]):
        if line[:2] in ("- ", "* ", "• "):
            if not found or found[-1][0] != "ul":
                found.append(("ul", []))
            found[-1][1].append(line[2:].strip())
        elif not line:
            found.append(("p", []))
        elif found and found[-1] != ("p", []) and found[-1][0] == "p":
            found[-1][1][0] += f" {line}"
        else:
            found.append(("p", [line]))
    return [block for block in found if block[1]]


def mark(section: Section) -> str:
    """Return who wrote a section's text and left sentences of it out, and when; '' where nobody did."""
    words, left = section.words, len(section.left_out)
    if words is None:
        return ""
    when = (
        f"{f'by {words.who}' if words.who else 'by hand'}, {saying.day(words.changed_at)}, on version {words.version}"
    )
    gone = f"{saying.count(left)} generated {saying.plural(left, 'sentence')}"
    if not words.text:
        return f"{gone} left out {when} of the data."
    return f"Written {when} of the data{f'; {gone} left out' if left else ''}."


def warning(report: Report, section: Section) -> str:
    """Return what a section's generated sentences say otherwise than when a person wrote here; '' where nothing."""
    words = section.words
    if words is None or not words.since:
        return ""
    told = "; ".join(words.since)
    if words.version == report.version:
        return f"Written under other definitions or data. Since then {told}."
    return f"Written on version {words.version}, shown on version {report.version}. Since then {told}."


def seen(report: Report, section: Section) -> dict[str, Any]:
    """Return what somebody who writes into a section sees there, as JSON: to be told later what became of it."""
    own = {
        n.of: n.said
        for s in section.generated
        for n in s.numbers
        if n.what in ("value", "same") and n.period in _now(report)
    }
    return {
        "values": {m.kpi: [m.short or m.name, own[m.kpi]] for m in report.metrics if m.kpi in own},
        "sentences": {s.key: s.text for s in section.generated},
        "kpis": {s.key: sorted({n.of for n in s.numbers if n.of in own}) for s in section.generated},
    }


def known(section: Section, keys: Sequence[str]) -> list[str]:
    """Return the keys of sentences that a section has, in its order. Raises QueryError for others."""
    own = [s.key for s in section.generated]
    for key in keys:
        if key not in own:
            raise QueryError(f"The section has no sentence '{key}'. {did_you_mean(key, own)}".rstrip())
    return [key for key in dict.fromkeys(own) if key in set(keys)]


def written(report: Report, changes: Sequence[Mapping[str, Any]]) -> Report:
    """Return the report with what people wrote: of each section its last change (`Workspace.report_history`)."""
    by_section = {row["section"]: row for row in changes}
    return replace(
        report, sections=tuple(_with(report, s, by_section[s.id]) if s.id in by_section else s for s in report.sections)
    )


def _with(report: Report, section: Section, row: Mapping[str, Any]) -> Section:
    section = replace(section, revision=int(row["revision"]))
    if not row["text"] and not row["left_out"]:
        return section
    gone = set(row["left_out"])
    words = Words(
        text=row["text"], who=row["who"], changed_at=row["changed_at"], version=int(row["version"]),
        since=tuple(_since(row["seen"], seen(report, section))),
    )  # fmt: skip
    return replace(
        section,
        words=words,
        sentences=tuple(s for s in section.sentences if s.key not in gone),
        left_out=tuple(s for s in section.sentences if s.key in gone),
    )


def _since(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what is said otherwise: a KPI's value as 'NRR went from 104.2 % to 103.9 %', else the sentences."""
    moved = {kpi for kpi, (_, said) in then["values"].items() if kpi in now["values"] and now["values"][kpi][1] != said}
    told = [f"{now['values'][k][0]} went from {then['values'][k][1]} to {now['values'][k][1]}" for k in sorted(moved)]
    for key, text in then["sentences"].items():
        if moved & set(then["kpis"].get(key, ())):
            continue
        if key not in now["sentences"]:
            told.append(f"“{text.rstrip('.')}” is no longer said")
        elif now["sentences"][key] != text:
            told.append(f"“{text.rstrip('.')}” became “{now['sentences'][key].rstrip('.')}”")
    return told


def _now(report: Report) -> tuple[Any, None]:
    return (report.period.start, None)


def texts(sentences: Sequence[Sentence]) -> str:
    """Return sentences as a text to write on from: a bullet each."""
    return "\n".join(f"- {s.text}" for s in sentences)
