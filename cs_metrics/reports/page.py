"""A report as one HTML file that stands alone: style and pictures inside, no script, nothing fetched, prints well."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from cs_metrics.reports.brief import Report, Section, blocks, mark, shown, warning

STYLE = """
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1f2933; font: 16px/1.5 "Source Sans 3", "Segoe UI", "Helvetica Neue", Arial,
  sans-serif; }
main { max-width: 900px; margin: 0 auto; padding: 40px 24px 56px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 20px; margin: 40px 0 10px; padding-bottom: 6px; border-bottom: 2px solid #0067a5; }
.sub { color: #5b6773; margin: 0; }
ul { margin: 0; padding-left: 20px; } li { margin: 5px 0; overflow-wrap: anywhere; }
.summary { background: #f3f7fb; border-left: 4px solid #0067a5; padding: 12px 18px; font-size: 17px; }
.wide { overflow-x: auto; margin-top: 14px; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; }
th { text-align: left; color: #5b6773; font-weight: 600; border-bottom: 1px solid #a9b3bd; white-space: nowrap; }
th, td { padding: 7px 14px 7px 0; vertical-align: top; } td { border-bottom: 1px solid #e4e8ec; }
td:first-child { min-width: 11em; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.whole { white-space: nowrap; }
.better { color: #0067a5; font-weight: 600; } .worse { color: #b34700; font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 18px 24px;
  margin-top: 22px; }
figure { margin: 0; break-inside: avoid; } figcaption { font-weight: 600; font-size: 14.5px; margin-bottom: 4px; }
img { width: 100%; height: auto; display: block; }
.small, .small td { font-size: 13px; color: #5b6773; } .small td:first-child { color: #1f2933; }
.words { border-left: 3px solid #7a5195; padding-left: 14px; margin: 0 0 12px; overflow-wrap: anywhere; }
.words p { margin: 0 0 8px; } .words .mark { color: #5b6773; font-size: 13px; margin: 6px 0 0; }
.words .since { color: #b34700; font-size: 14px; margin: 6px 0 0; }
.note { color: #5b6773; font-size: 14px; margin: 10px 0 0; }
@media (max-width: 600px) {
  main { padding: 24px 16px 40px; } h1 { font-size: 24px; } h2 { margin-top: 32px; }
  .stack thead { display: none; } .stack tr { display: block; padding: 8px 0; border-bottom: 1px solid #e4e8ec; }
  .stack td { display: block; border: 0; padding: 1px 0; text-align: left; white-space: normal; }
  .stack td:first-child { font-weight: 600; }
  .stack td[data-name]::before { content: attr(data-name) ": "; color: #5b6773; font-weight: 400; }
}
@media screen and (prefers-color-scheme: dark) {
  body { background: #11161c; color: #e3e8ed; } .summary { background: #18222c; border-color: #4ea3d8; }
  h2 { border-color: #4ea3d8; } a { color: #6cb8ea; } .better { color: #6cb8ea; }
  .worse, .words .since { color: #ff9d5c; } .words { border-color: #b08ac9; }
  .sub, .note, .small, .small td, .words .mark, th, .stack td[data-name]::before { color: #a3aeb9; }
  .small td:first-child { color: #e3e8ed; } td, .stack tr { border-color: #2a343e; } th { border-color: #55616d; }
  img { background: #fff; border-radius: 6px; padding: 6px; }
}
@page { size: A4; margin: 16mm 15mm; }
@media print {
  body { font-size: 10.5pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main { max-width: none; padding: 0; } .wide { overflow: visible; } h2 { break-after: avoid; margin-top: 22px; }
  table { font-size: 9.5pt; } .small, .small td { font-size: 8.5pt; } .summary { font-size: 11pt; }
  tr, li { break-inside: avoid; } thead { display: table-header-group; }
  .charts { grid-template-columns: 1fr 1fr 1fr; }
}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html(report: Report) -> str:
    """Return the report as an HTML file. Everything that came from data is escaped."""
    inside = {"summary": _summary, "metrics": _metrics, "actions": _actions}
    parts = [inside.get(section.id, _plain)(report, section) for section in report.sections]
    name = report.about.get("Workspace", "")
    title = f"{report.title}{f': {name}' if name else ''}"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><main>"
        f'<header><h1>{escape(report.title)}</h1><p class="sub">{escape(_under(report))}</p></header>'
        f"{''.join(parts)}{_definitions(report)}{_about(report)}</main></body></html>\n"
    )


def _under(report: Report) -> str:
    name = report.about.get("Workspace", "")
    return f"{f'{name} · ' if name else ''}{shown.heading(report)}"


def _plain(report: Report, section: Section) -> str:
    return f"<section><h2>{escape(section.title)}</h2>{_said(report, section)}</section>"


def _summary(report: Report, section: Section) -> str:
    return f'<section><h2>{escape(section.title)}</h2><div class="summary">{_said(report, section)}</div></section>'


def _metrics(report: Report, section: Section) -> str:
    rows = shown.metrics(report)
    table = _table(shown.aim_heads(report), rows, right=(1, 2, 3, 4), verdicts=[m.verdict for m in report.metrics])
    pictures = "".join(
        f'<figure><figcaption>{escape(line.name)}</figcaption><img alt="{escape(line.name)} by {report.grain}" '
        f'src="data:image/svg+xml;base64,{base64.b64encode(shown.drawing(report, line)).decode()}"></figure>'
        for line in report.trends
    )
    said = _said(report, section)
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in shown.footnotes(report))
    below = f'<p class="note">{escape(shown.whole(shown.legend(report)))}</p>'
    charts = f'<div class="charts">{pictures}</div>{below}' if pictures else ""
    return f"<section><h2>{escape(section.title)}</h2>{said}{table if rows else ''}{charts}{notes}</section>"


def _actions(report: Report, section: Section) -> str:
    rows, left = shown.actions(report), shown.left(report)
    table = _table(shown.ACTIONS, rows, right=(4,), whole=(1, 3)) if rows else ""
    rest = f'<p class="note">{escape(left)}</p>' if left else ""
    return f"<section><h2>{escape(section.title)}</h2>{_said(report, section)}{table}{rest}</section>"


def _said(report: Report, section: Section) -> str:
    words = _written(report, section)
    if not section.sentences:
        return words or (f'<p class="note">{escape(section.empty)}</p>' if section.empty else "")
    return words + _list([shown.text(sentence) for sentence in section.sentences])


def _written(report: Report, section: Section) -> str:
    """What a person wrote, marked as theirs, and what has changed since."""
    if section.words is None:
        return ""
    parts = [
        _list(lines) if form == "ul" else f"<p>{escape(lines[0])}</p>" for form, lines in blocks(section.words.text)
    ]
    since = warning(report, section)
    told = f'<p class="since">{escape(shown.whole(since))}</p>' if since else ""
    return f'<div class="words">{"".join(parts)}<p class="mark">{escape(mark(section))}</p>{told}</div>'


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _definitions(report: Report) -> str:
    if not report.metrics:
        return ""
    noted = any(m.note for m in report.metrics)
    heads = ("KPI", "What it is", "Formula", *(["Note"] if noted else []))
    rows = [(m.name, m.definition, m.formula, m.note)[: len(heads)] for m in report.metrics]
    table = _table(heads, rows, style="small stack")
    return f"<section><h2>How the KPIs are counted</h2>{table}</section>"


def _about(report: Report) -> str:
    table = _table(("What", "Is"), list(report.about.items()), style="small stack")
    link = f'<p><a href="{escape(report.address)}">Open this report in the app</a></p>' if report.address else ""
    return f"<section><h2>What this stands on</h2>{link}{table}</section>"


def _table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Iterable[int] = (),
    whole: Iterable[int] = (),
    verdicts: Sequence[str] = (),
    style: str = "stack",
) -> str:
    classes = {**dict.fromkeys(right, "number"), **dict.fromkeys(whole, "whole")}
    top = "".join(f'<th class="{classes.get(i, "")}">{escape(head)}</th>' for i, head in enumerate(heads))
    lines = []
    for number, row in enumerate(rows):
        cells = []
        for i, cell in enumerate(row):
            word = verdicts[number] if verdicts and heads[i] == "Change" else ""
            name = f' data-name="{escape(heads[i])}"' if i and cell else ""
            looks = f"{classes.get(i, '')} {word}".strip()
            cells.append(f'<td class="{looks}"{name}>{escape(cell)}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    inner = f"<thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody>"
    return f'<div class="wide"><table class="{style}">{inner}</table></div>'
