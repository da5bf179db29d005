"""A chart on a page: drawn in the reader's theme, selectable, and to be had as PNG, SVG and its numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cs_metrics import charts
from cs_metrics.charts import Look, look
from pages._ui import door, download, formats, printing

# whose notes tell of retention, survival and cohorts too
RETENTION = "customer_retention_rate"


def theme() -> Look:
    """Return the look that fits the reader's theme: the argument `look=` of every chart builder."""
    return look(st.context.theme.type or "light")


def look_of(unit: str) -> dict[str, Any]:
    """Return what the builders of `cs_metrics.charts` need to know of the reader and the unit."""
    settings = door.settings()
    return {
        "look": theme(),
        "unit": unit,
        "currency": settings["currency"],
        "minimum_n": settings["minimum_n"],
        "locale": str(formats.locale()),
    }


def noted(drawing: Any, kpi_id: str = "", *, grain: str | None) -> Any:
    """Return a drawing over time with what people noted beside a KPI ('' beside all of them)."""
    return charts.noted(drawing, door.notes(kpi_id), grain=grain or "month", locale=str(formats.locale()))


def noted_rows(drawing: Any, periods: Any, kpi_id: str, *, grain: str | None) -> Any:
    """Return a drawing with a row for each period with what people noted, beside the row that it falls in."""
    return charts.noted_rows(drawing, periods, door.notes(kpi_id), grain=grain or "month", locale=str(formats.locale()))


def noted_cohorts(drawing: Any, *, grain: str, dated: bool, ages: bool) -> Any:
    """Return a retention triangle with what people noted, in the cells of that time; where its rows are no dates
    (`dated`), below it. `ages`: a column is one time of each cohort's calendar."""
    if not dated:
        return listed(drawing, RETENTION)
    held, locale = door.notes(RETENTION), str(formats.locale())
    return charts.noted_cohorts(drawing, held, grain=grain, locale=locale, ages=ages)


def listed(drawing: Any, kpi_id: str = "", since: Any = None, until: Any = None, *, grain: str | None = None) -> Any:
    """Return a drawing that has no calendar with what people noted in its time (without ends: in all the data), for
    below it. `grain`: of the one period that begins with `since`."""
    until = until or door.as_of()
    return charts.listed(drawing, door.notes(kpi_id), since, until, grain=grain, locale=str(formats.locale()))


def aimed(drawing: Any, targets: Any, unit: str) -> Any:
    """Return a trend with the rows of one target."""
    settings = door.settings()
    return charts.aimed(drawing, targets, unit=unit, currency=settings["currency"], locale=str(formats.locale()))


def show(
    drawing: Any,
    *,
    key: str,
    name: str,
    on_select: Callable[[], None] | None = None,
    select: str | None = None,
    hint: str = "",
    told: download.Told | None = None,
    files: Any = None,
    legend: str = "",
) -> None:
    """Show a drawing of `cs_metrics.charts`. `select` names its parameter that a press sets; `on_select` is then called
    and finds the points pressed in the session state, under `key`.

    `told` is what its files say otherwise than the page; `files` the drawing that is saved, where the page has a part;
    `legend` what its looks mean, for the picture that leaves the page.
    `key` is unique on the page, `name` begins the names of downloaded files. The drawing's `words` are its accessible
    name; its `note` and the `hint` (what a press does) stand below it, and the texts of its marks.
    """
    plain(drawing, key=key, name=name, on_select=on_select, select=select)
    printing.chart(files or drawing)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        aim = f"Dotted: the target, {drawing.aims[-1].shown}." if drawing.aims else ""
        said = " ".join(filter(None, (formats.literal(drawing.note), formats.literal(aim), hint)))
        if said:
            st.caption(said, width="stretch")
        else:
            st.space("stretch")
        legend = "\n".join(filter(None, (legend, aim, *mark_words(drawing))))
        download.chart(files or drawing, key=f"{key}_files", name=name, told=told, legend=legend)
    marks(drawing)


def mark_words(drawing: Any) -> list[str]:
    """Return the texts of a drawing's marks, each with its number."""
    return [f"{mark.number}: {mark.when}, {mark.text}" for mark in drawing.marks]


def marks(drawing: Any) -> None:
    """Say what the marks on a drawing stand for."""
    if drawing.marks:
        placed = drawing.cells or drawing.marks[0].period
        head = "Notes" if placed else "Noted in this time, for which this chart has no axis"
        lines = (f":material/push_pin: {formats.literal(mark)}" for mark in mark_words(drawing))
        st.caption("  \n".join([head, *lines]))


def plain(
    drawing: Any,
    *,
    key: str,
    name: str,
    on_select: Callable[[], None] | None = None,
    select: str | None = None,
) -> None:
    """Show a drawing without what stands below it: a part of a picture, whose files are offered with the whole."""
    spec = drawing.spec
    # Streamlit adds to the padding's sides, and takes the accessible name from `alt` alone.
    spec.pop("description", None)
    if isinstance(spec.get("padding"), int | float):
        spec["padding"] = dict.fromkeys(("left", "right", "top", "bottom"), spec["padding"])
    options: dict[str, Any] = {"key": key, "theme": None, "alt": drawing.words or name, "width": "stretch"}
    if select:
        options |= {"on_select": on_select or "rerun", "selection_mode": select}
    st.vega_lite_chart(drawing.data, spec, **options)
