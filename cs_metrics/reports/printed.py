"""A report as PDF, set by Typst, which comes as one wheel and needs nothing of the system.

Everything from data reaches the template as values, never as markup, so that no name can change the page.
"""

from __future__ import annotations

import json

import typst

from cs_metrics.reports.brief import Report, blocks, mark, shown, warning

TEMPLATE = """
#let r = json(bytes(sys.inputs.report))
#set document(title: r.title)
#set text(font: ("Source Sans 3", "Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans",
  "Libertinus Serif"), size: 9.5pt, fill: rgb("#1f2933"), lang: "en")
#set page(paper: "a4", margin: (x: 16mm, top: 16mm, bottom: 18mm), footer: context [
  #set text(size: 7.5pt, fill: rgb("#5b6773"))
  #r.foot #h(1fr) #counter(page).display("1 / 1", both: true)])
#set par(leading: 0.6em)
#set list(spacing: 0.75em, marker: text(fill: rgb("#0067a5"))[•])
#show heading.where(level: 1): it => block(above: 18pt, below: 9pt, sticky: true, width: 100%,
  stroke: (bottom: 1.2pt + rgb("#0067a5")), inset: (bottom: 4pt), text(size: 13pt, weight: "bold", it.body))
#let muted(body) = text(fill: rgb("#5b6773"), body)
#let grid-of(heads, rows, columns, aligns, size: 8.5pt) = {
  set text(size: size)
  table(columns: columns, align: aligns, stroke: none, inset: (x: 4pt, y: 4.5pt),
    table.header(..heads.map(h => table.cell(stroke: (bottom: 0.7pt + rgb("#a9b3bd")), muted(strong(h))))),
    ..rows.flatten().map(c => table.cell(stroke: (bottom: 0.4pt + rgb("#e4e8ec")), c)))
}
#text(size: 20pt, weight: "bold", r.title) \\
#muted(r.under)
#for s in r.sections {
  heading(level: 1, s.title)
  let lines = {
    if s.mark != "" {
      block(width: 100%, above: 4pt, below: 9pt, inset: (left: 8pt), stroke: (left: 2pt + rgb("#7a5195")), {
        for b in s.blocks { if b.at(0) == "ul" { list(..b.at(1)) } else { par(b.at(1).at(0)) } }
        block(above: 6pt, muted(text(size: 8pt, s.mark)))
        if s.since != "" { block(above: 5pt, text(size: 8.5pt, fill: rgb("#b34700"), s.since)) }
      })
    }
    if s.lines.len() > 0 { list(..s.lines) } else if s.mark == "" { muted(s.empty) }
  }
  if s.id == "summary" {
    block(width: 100%, fill: rgb("#f3f7fb"), inset: 10pt, stroke: (left: 3pt + rgb("#0067a5")),
      text(size: 10.5pt, lines))
  } else { lines }
  if s.id == "metrics" {
    if r.metrics.len() > 0 {
      grid-of(r.metric_heads, r.metrics, (1.6fr, auto, auto, auto, auto) + (1fr,) * (r.metric_heads.len() - 5),
        (left, right, right, right, right) + (left,) * (r.metric_heads.len() - 5))
    }
    grid(columns: (1fr, 1fr, 1fr), gutter: 12pt, ..r.trends.map(t => block(breakable: false, {
      text(size: 8.5pt, weight: "bold", t.name)
      v(3pt, weak: true)
      image(bytes(t.svg), format: "svg", width: 100%, alt: t.name)
    })))
    if r.legend != "" { muted(text(size: 8pt, r.legend)) }
    for note in r.notes { block(muted(text(size: 8.5pt, note))) }
  }
  if s.id == "actions" and r.actions.len() > 0 {
    grid-of(r.action_heads, r.actions, (1.4fr, 1fr, 1.8fr, auto, auto), (left, left, left, left, right))
    muted(text(size: 8.5pt, r.left))
  }
}
#if r.definitions.len() > 0 {
  heading(level: 1)[How the KPIs are counted]
  grid-of(("KPI", "What it is", "Formula"), r.definitions, (1fr, 2fr, 1.6fr), left, size: 7.5pt)
}
#heading(level: 1)[What this stands on]
#if r.address != "" { link(r.address, text(fill: rgb("#0067a5"))[Open this report in the app]) }
#grid-of(("What", "Is"), r.about, (auto, 1fr), left, size: 8pt)
"""


def pdf(report: Report) -> bytes:
    """Return the report as PDF, A4."""
    name = report.about.get("Workspace", "")
    told = {
        "title": report.title,
        "under": f"{f'{name} · ' if name else ''}{shown.heading(report)}",
        "foot": " · ".join(f"{what} {report.about[what]}" for what in ("Workspace", "Version") if what in report.about),
        "sections": [
            {
                "id": s.id,
                "title": s.title,
                "lines": [shown.text(line) for line in s.sentences],
                "empty": s.empty,
                "blocks": blocks(s.words.text) if s.words else [],
                "mark": mark(s),
                "since": shown.whole(warning(report, s)),
            }
            for s in report.sections
        ],
        "metric_heads": shown.aim_heads(report),
        "metrics": shown.metrics(report),
        "action_heads": shown.ACTIONS,
        "actions": shown.actions(report),
        "left": shown.left(report),
        "trends": [{"name": t.name, "svg": shown.drawing(report, t).decode()} for t in report.trends],
        "notes": shown.footnotes(report),
        "definitions": [(m.name, m.definition, m.formula) for m in report.metrics],
        "about": list(report.about.items()),
        "address": report.address,
        "legend": shown.whole(shown.legend(report)),
    }
    made: bytes = typst.compile(TEMPLATE.encode(), format="pdf", sys_inputs={"report": json.dumps(told)})
    return made
