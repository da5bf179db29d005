"""Downloads: any table as CSV and XLSX in which no cell runs as a formula, and as Parquet; any chart as PNG, SVG and
its numbers.

Files are made when they are asked for, not before. Each says what it stands on: workspace, version, how far the data
go, period, filters and definitions.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import SCRIPT_RUN_CONTEXT_ATTR_NAME

from cs_metrics.reports import tables
from pages._ui import about, door
from pages._ui.links import linked

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET = "application/vnd.apache.parquet"
Frame = pd.DataFrame | Callable[[], pd.DataFrame]
Told = dict[str, str]


def table(
    frame: Frame,
    *,
    key: str,
    name: str,
    label: str = "Download",
    numbers: bool = True,
    told: Told | None = None,
    units: tables.Units | None = None,
) -> None:
    """Offer a table as CSV, XLSX and Parquet. `frame` may be a function, called when somebody downloads. `numbers`: it
    holds what was computed, and says on what it stands; raw rows do not. `told`: said otherwise than the page says it.
    `units`: how a workbook shows its numbers (see `tables.xlsx`).
    """
    with st.popover(label, icon=":material/download:", type="tertiary", width="content", key=key):
        _tables(frame, key, name, {**about.told(), **(told or {})} if numbers else {}, units)


def chart(drawing: Any, *, key: str, name: str, told: Told | None = None, legend: str = "") -> None:
    """Offer a drawing as PNG and SVG, and its numbers as a table. `told` as in `table`; `legend`: what its looks
    mean, in lines below the picture, where the page says that outside of it."""
    said = {**about.told(), **(told or {})}
    lines = "\n".join(filter(None, (legend, about.lines(said))))
    with st.popover("Download", icon=":material/download:", type="tertiary", width="content", key=key):
        for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml")):
            st.download_button(
                f"Picture ({kind.upper()})", later(lambda k=kind: drawing.export(k, about=lines)),
                file_name=f"{file_name(name)}.{kind}", mime=mime, on_click="ignore", key=f"{key}_{kind}",
                width="stretch",
            )  # fmt: skip
        unit = dict(drawing.options).get("unit", "")
        _tables(drawing.data, key, name, said, values(unit))


def later(make: Callable[[], Any]) -> Callable[[], Any]:
    """Return what makes a file when somebody asks for it: for the same reader and address as the page that offers it,
    and only while that reader may still see it.

    Streamlit calls it in a thread of its own, which by itself has no address (so the sample's) and nobody who asks.
    """
    offered = get_script_run_ctx()

    def made() -> Any:
        thread, before = threading.current_thread(), get_script_run_ctx(suppress_warning=True)
        add_script_run_ctx(thread, offered)
        try:
            if not linked.opened():  # refuses a link that was taken back
                door.workspace()  # refuses who is no member any more
            return make()
        finally:
            _leave(thread, before)

    return made


def _leave(thread: threading.Thread, before: Any) -> None:
    """Take a thread, which others use next, out of a page's run."""
    if before is not None:
        add_script_run_ctx(thread, before)
    elif hasattr(thread, SCRIPT_RUN_CONTEXT_ATTR_NAME):
        delattr(thread, SCRIPT_RUN_CONTEXT_ATTR_NAME)


def values(unit: str | Sequence[str]) -> tables.Units:
    """Return the units of a KPI's result: of its value and its interval, as a whole or row by row."""
    return dict.fromkeys(("value", "low", "high"), unit)


def file_name(name: str) -> str:
    """Return a name that any system takes."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:100] or "table"


def _tables(frame: Frame, key: str, name: str, told: Told, units: tables.Units | None) -> None:
    def made() -> pd.DataFrame:
        return frame() if callable(frame) else frame

    st.download_button(
        "Table (CSV)", later(lambda: tables.csv(made(), told)), file_name=f"{file_name(name)}.csv", mime="text/csv",
        on_click="ignore", key=f"{key}_csv", width="stretch",
    )  # fmt: skip
    st.download_button(
        "Table (XLSX)", later(lambda: tables.xlsx({name: made()}, told, units)), file_name=f"{file_name(name)}.xlsx",
        mime=XLSX, on_click="ignore", key=f"{key}_xlsx", width="stretch",
    )  # fmt: skip
    st.download_button(
        "Table (Parquet)", later(lambda: tables.parquet(made(), told)), file_name=f"{file_name(name)}.parquet",
        mime=PARQUET, on_click="ignore", key=f"{key}_parquet", width="stretch",
    )  # fmt: skip
