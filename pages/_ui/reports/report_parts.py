"""A report on a page: which one, its sentences with every number opening what it is, its table, charts and files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from cs_metrics.reports import brief
from cs_metrics.reports.brief import shown
from pages._ui import chart, door, download, formats, frames, state
from pages._ui.filter_bar import Asked
from pages._ui.reports import text as report_text

KINDS = {kind: kind.capitalize() for kind in brief.KINDS}
# the word stands in the note
COLOURS = {"better": ":blue[{}]", "worse": ":red[{}]"}


def choose(asked: Asked) -> Any:
    """Let the reader choose the kind and the period, and take the report along; return the report."""
    kind = state.get("kind") if state.get("kind") in KINDS else "monthly"
    grain = brief.KINDS[kind].grain
    starts = {start.date().isoformat(): start for start in door.ask("report_periods", kind)}
    period = state.get("of") if _is_date(state.get("of")) else next(iter(starts))
    starts.setdefault(period, period)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.session_state["report_kind"] = kind
        st.segmented_control(
            "Report", list(KINDS), format_func=KINDS.get, required=True, key="report_kind", on_change=_kind_chosen
        )
        st.selectbox(
            "On", list(starts), format_func=lambda s: formats.period(s, grain), width=210,
            **state.bind("of", value=period),
        )  # fmt: skip
        report = door.report(kind, period, asked.where)
        _files(report)
    return report


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _kind_chosen() -> None:
    state.update(kind=st.session_state["report_kind"], of=None)


def _files(report: Any) -> None:
    name = download.file_name(f"{report.kind} report {report.period.start:%Y-%m-%d}")
    with st.popover("Download", icon=":material/download:", width="content", key="report_files"):
        for suffix, mime, label in (
            ("html", "text/html", "Page that stands alone (HTML)"), ("pdf", "application/pdf", "Print (PDF)"),
            ("xlsx", download.XLSX, "Workbook (XLSX)"),
        ):  # fmt: skip
            st.download_button(
                label, download.later(_made(report, suffix)), file_name=f"{name}.{suffix}", mime=mime,
                on_click="ignore", key=f"report_{suffix}", width="stretch",
            )  # fmt: skip


def _made(report: Any, suffix: str) -> Callable[[], bytes]:
    """Return what makes the file, once somebody asks for it: what draws is loaded then."""

    def make() -> bytes:
        from cs_metrics.reports import book, page, printed

        if suffix == "html":
            return page.html(report).encode()
        return printed.pdf(report) if suffix == "pdf" else book.xlsx(report)

    return make


def title(report: Any) -> None:
    """Show what the report is and which period it is about."""
    st.header(formats.literal(report.title), anchor=False)
    st.caption(formats.literal(shown.heading(report)))


def words(report: Any, section: Any) -> None:
    """Show what a person wrote into a section, marked as theirs, and which numbers have changed since."""
    if section.words is None:
        return
    with st.container(border=True, gap="xsmall", key=f"written_{section.id}"):
        for form, lines in brief.blocks(section.words.text):
            st.markdown("\n".join(f"{'- ' if form == 'ul' else ''}{formats.literal(line)}" for line in lines))
        st.caption(f":material/edit_note: {formats.literal(brief.mark(section))}")
        since = brief.warning(report, section)
        if since:
            st.warning(formats.literal(since), icon=":material/update:")


def sentences(report: Any, section: Any) -> None:
    """Show a section's generated sentences; each number leads to what it is."""
    if section.sentences:
        st.markdown("\n".join(f"- {report_text.linked_text(report, s)}" for s in section.sentences))
    elif section.empty and section.words is None:
        st.caption(formats.literal(section.empty))


def inside(report: Any, section: Any) -> None:
    """Show what a section has beside its sentences: the metrics with their trends, the list of actions."""
    if section.id == "metrics":
        _metrics(report)
        _trends(report)
        st.caption(formats.literal(shown.legend(report)))
        for note in shown.footnotes(report):
            st.caption(formats.literal(note))
    if section.id == "actions" and report.actions:
        frame = pd.DataFrame(shown.actions(report), columns=list(shown.ACTIONS))
        frames.show(frame, alt="Accounts that call for action")
        left = shown.left(report)
        if left:
            st.caption(formats.literal(left))
        download.table(frame, key="report_actions", name=f"{report.kind} report actions", told=told(report))


def _metrics(report: Any) -> None:
    if not report.metrics:
        return
    heads = shown.aim_heads(report)
    rows = []
    for metric, row in zip(report.metrics, shown.metrics(report), strict=True):
        cells = [formats.literal(cell) for cell in row]
        cells[0] = report_text.link(cells[0], "kpi", report_text.of_kpi(report, metric.kpi))
        if metric.verdict and row[3] not in (formats.NOTHING, "none"):
            cells[3] = COLOURS[metric.verdict].format(cells[3])
        rows.append(cells)
    st.table(pd.DataFrame(rows, columns=list(heads)), border="horizontal", hide_index=True)
    plain = pd.DataFrame(shown.metrics(report), columns=list(heads))
    download.table(plain, key="report_metrics", name=f"{report.kind} report metrics", told=told(report))


def _trends(report: Any) -> None:
    if not report.trends:
        return
    with st.grid(3, min_column_width=270, gap="medium"):
        for line in report.trends:
            with st.container(gap="xsmall"):
                st.markdown(f"**{formats.literal(line.name)}**")
                drawing = charts.trend(
                    line.frame, grain=report.grain, height=shown.HEIGHT, **chart.look_of(line.unit)
                )  # fmt: skip
                if line.aims is not None and len(line.aims):
                    drawing = chart.aimed(drawing, line.aims, line.unit)
                drawing = chart.noted(drawing, line.kpi, grain=report.grain)
                chart.show(drawing, key=f"report_{line.kpi}", name=f"{line.kpi} by {report.grain}", told=told(report))


def basis(report: Any) -> None:
    """Show how the KPIs are counted, and what the report stands on."""
    st.subheader("What this stands on", anchor=False)
    st.caption(formats.literal("; ".join(f"{what}: {said}" for what, said in report.about.items())))
    if report.metrics:
        with st.expander("How the KPIs are counted", icon=":material/rule:"):
            for metric in report.metrics:
                link = report_text.link(formats.literal(metric.name), "kpi", report_text.of_kpi(report, metric.kpi))
                st.markdown(f"**{link}**: {formats.prose(metric.definition)}")
                st.caption(formats.prose(metric.formula))


def told(report: Any) -> dict[str, str]:
    """Return what a file of the report's table or chart says otherwise than the page's filter bar."""
    return {"Period": shown.heading(report)}
