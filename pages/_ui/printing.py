"""A page on paper: what prints, what does not, and what stands there instead of what only a screen can show.

Charts and tables are drawn by the browser for the screen's width and, in dark mode, for a dark ground. On paper a chart
is a picture in the light look, drawn for the paper's width after all else is on the page, and a table its first rows
in plain text. Both lie in the page unseen until it is printed.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from html import escape
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from cs_metrics.charts import LIGHT, Drawing
from cs_metrics.errors import CSMetricsError
from pages._ui import about, formats

ROWS = 40  # of a table; its file has all
MANY = 9  # columns, from which on letters are smaller and long words are broken
WIDTH = 700  # CSS pixels: A4 and Letter upright, less the margins
MOST_MARKS = 3000  # of a chart that is drawn anew; with more the screen's picture is printed
WAITING = "_charts_to_print"
# A picture in a page knows the fonts of the reader's machine alone.
PAPER = replace(LIGHT, font="Arial, 'Liberation Sans', 'Helvetica Neue', Helvetica, sans-serif")
ROOM = 20
VIEW = re.compile(r'viewBox="0 0 (\S+) (\S+)"')

STYLE = """
.on-paper { display: none; }
[data-testid="stElementContainer"]:has(> [data-testid="stHtml"] > .on-paper) { display: none; }
@page { margin: 13mm 12mm; }
@media print {
  html { font-size: 11.5px !important; }
  body, .stApp, .stMain, [data-testid="stAppViewContainer"] { background: #fff !important; }
  [data-testid="stMainBlockContainer"] { padding: 0 !important; max-width: none !important; }
  .st-key-top_bar, .st-key-filter_bar, [data-testid="stHeader"], [data-testid="stSidebar"], [data-testid="stToast"],
  [data-testid="stElementToolbar"], [data-testid="stHeaderActionElements"], [data-testid="stPagination"],
  [data-testid="stTooltipIcon"]:not(:has(a)), details:not([open]), [role="tab"][aria-selected="false"],
  [data-testid="stElementContainer"]:is(:has(> .stButton, > .stDownloadButton, > .stPopover, > .stForm, > .stRadio,
    > .stCheckbox, > .stTextInput, > .stTextArea, > .stNumberInput, > .stDateInput, > .stMultiSelect, > .stSlider,
    > .stFileUploader, > .stFormSubmitButton, > [data-testid="stButtonGroup"], > [data-testid="stPagination"],
    > .stPageLink [data-testid="stIconMaterial"])),
  .stPopover, .stForm, .st-key-open_to_everyone, [data-testid="stCaptionContainer"] span[style^="font-size"]
    { display: none !important; }
  [data-testid="stElementContainer"]:has(> .stSelectbox) { width: auto !important; flex: none !important;
    min-width: 0 !important; margin-right: 14px; }
  [data-testid="stElementContainer"]:has(> .stSelectbox) { break-after: avoid; }
  .stSelectbox { display: flex; gap: 5px; align-items: baseline; width: auto !important; white-space: nowrap; }
  .stSelectbox > label, .stSelectbox > div { width: auto !important; flex: none; margin: 0 !important; }
  .stSelectbox > label, .stSelectbox > label * { color: #5b6875 !important; }
  [data-testid="stSelectbox"] * { border: 0 !important; background: transparent !important; padding: 0 !important;
    min-height: 0 !important; height: auto !important; font-size: 8.5pt !important; }
  [data-testid="stSelectbox"] svg { display: none; }
  [data-testid="stSelectbox"] input { field-sizing: content; padding-right: 4px !important; }
  [data-testid="stExpander"] details { border: 0 !important; }
  [data-testid="stExpander"] summary svg, [data-testid="stExpander"] summary [data-testid="stIconMaterial"]
    { display: none; }
  .on-paper { display: block; }
  [data-testid="stElementContainer"]:has(> [data-testid="stHtml"] > .on-paper) { display: block !important;
    width: 100% !important; }
  [data-testid="stElementContainer"]:has([data-testid="stDataFrame"]),
  [data-testid="stElementContainer"]:has(.stVegaLiteChart):has(+ [data-testid="stElementContainer"] .paper-chart),
  .st-key-triangle_halves:has(~ [data-testid="stElementContainer"] .paper-chart),
  :has(> .st-key-triangle_halves):has(+ [data-testid="stElementContainer"] .paper-chart) { display: none !important; }
  .stHorizontalBlock:has(.paper-chart), [data-testid="stGrid"]:has(.paper-chart) { display: block !important; }
  .stColumn:has(.paper-chart) { width: 100% !important; }
  [data-testid="stGrid"] > :has(.paper-chart) { break-inside: avoid; }
  .paper-head { font-size: 8.5pt; color: #5b6875; border-bottom: 1px solid #d5dde5; padding-bottom: 4px; }
  .paper-head p { margin: 0 0 1px; }
  .paper-chart { break-inside: avoid; } .paper-chart img { width: 100%; height: auto; display: block; }
  .paper-table table { border-collapse: collapse; width: 100%; font-size: 8pt; line-height: 1.3; }
  .paper-table thead { display: table-header-group; } .paper-table tr { break-inside: avoid; }
  .paper-table th { text-align: left; color: #5b6875; font-weight: 600; border-bottom: 1px solid #a9b3bd; }
  .paper-table th, .paper-table td { padding: 3px 8px 3px 0; vertical-align: top; overflow-wrap: break-word; }
  .paper-many table { font-size: 6.5pt; } .paper-many th, .paper-many td { overflow-wrap: anywhere; }
  .paper-table td { border-bottom: 1px solid #e4e8ec; color: #1f2933; }
  .paper-table .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
  .paper-table p { font-size: 8pt; color: #5b6875; margin: 3px 0 0; }
  h1, h2, h3, h4, [data-testid="stHeading"], [data-testid="stElementContainer"]:has(> [data-testid="stHeading"])
    { break-after: avoid; }
  [class*="st-key-tile_"], [data-testid="stMetric"], [data-testid="stCaptionContainer"], li { break-inside: avoid; }
  p { orphans: 2; widows: 2; }
}
"""
# A dark page's ink is light: on paper it is dark, whatever its element says.
FROM_DARK = """
@media print {
  .stApp, .stApp *:not(img, canvas, path, rect) { color: #1f2933 !important; border-color: #d5dde5 !important;
    background-color: transparent !important; }
  .swatches { display: none !important; }
  .stApp .paper-head, .stApp .paper-head *, .stApp .paper-table th, .stApp .paper-table p { color: #5b6875 !important; }
}
"""


class Column:
    """A column of a table, and how its cells are written."""

    def __init__(self, frame: pd.DataFrame, place: int, config: Mapping[str, Any], says: Mapping[str, Any]) -> None:
        name = frame.columns[place]
        told = config.get(name) or {}
        told = {"label": told} if isinstance(told, str) else told
        self.values = frame.iloc[:, place]
        self.say: Callable[[Any], str] | None = says.get(name)
        self.format = str((told.get("type_config") or {}).get("format") or "")
        self.title = str(told.get("label") or name)
        number = pd.api.types.is_numeric_dtype(self.values) and not pd.api.types.is_bool_dtype(self.values)
        self.look = ' class="number"' if number else ""

    def cell(self, row: int) -> str:
        """Return a cell's text as the screen shows it, or near to that."""
        value = self.values.iloc[row]
        if formats.is_missing(value):
            return formats.NOTHING
        if self.say is not None:
            return self.say(value)
        if isinstance(value, bool | np.bool_):
            return "yes" if value else "no"
        if isinstance(value, Real | Decimal):
            if self.format.startswith("%"):
                return self.format % value
            return formats.number(value, 0 if float(value).is_integer() else 2)
        if isinstance(value, datetime):
            return formats.day(value) if value.time() == time.min else formats.instant(value)
        return formats.day(value) if isinstance(value, date) else str(value)


def style() -> None:
    """Put the style of print into the page: once, with the bar."""
    dark = st.context.theme.type == "dark"
    st.html(f"<style>{STYLE}{FROM_DARK if dark else ''}</style>")


def head(period: bool = True) -> None:
    """Write what the page stands on for paper: workspace, version, data, period, filters, definitions, the day.
    `period`: the page is of the filter bar's period; one that is not says its own."""
    st.session_state[WAITING] = []
    try:
        told = about.lines({name: said for name, said in about.told().items() if period or name != "Period"})
    except CSMetricsError:  # the page itself says what is wrong with the address
        return
    if told:
        lines = [*told.split("\n"), f"Printed on {formats.today()}"]
        st.html(f'<div class="on-paper paper-head">{"".join(f"<p>{escape(line)}</p>" for line in lines)}</div>')


def table(frame: pd.DataFrame, name: str, config: Mapping[str, Any], says: Mapping[str, Any]) -> None:
    """Write the first rows of a table for paper. `config` and `says` are how its columns are shown on the screen."""
    columns = [Column(frame, i, config, says) for i, name in enumerate(frame) if config.get(name, {}) is not None]
    heads = "".join(f"<th{column.look}>{escape(column.title)}</th>" for column in columns)
    rows = [
        f"<tr>{''.join(f'<td{column.look}>{escape(column.cell(row))}</td>' for column in columns)}</tr>"
        for row in range(min(len(frame), ROWS))
    ]
    more = f"<p>The first {ROWS} of {formats.count(len(frame))} rows.</p>" if len(frame) > ROWS else ""
    many = " paper-many" if len(columns) > MANY else ""
    st.html(
        f'<div class="on-paper paper-table{many}"><table aria-label="{escape(name)}"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>{more}</div>"
    )


def legend(words: str) -> None:
    """Write what the looks of a chart mean for the paper of a dark page, whose swatches are of the dark look."""
    if st.context.theme.type == "dark":
        lines = "".join(f"<p>{escape(line)}</p>" for line in words.split("\n"))
        st.html(f'<div class="on-paper paper-table">{lines}</div>')


def chart(drawing: Drawing) -> None:
    """Keep a place for a chart's picture on paper; `finish` draws it, when all else is on the page."""
    if len(drawing.data) <= MOST_MARKS:
        st.session_state.setdefault(WAITING, []).append((st.empty(), drawing))


def finish() -> None:
    """Draw the pictures of the page's charts for paper."""
    for place, drawing in st.session_state.pop(WAITING, []):
        words = escape(drawing.words or "Chart")
        place.html(f'<div class="on-paper paper-chart"><img alt="{words}" src="{_picture(drawing)}"></div>')


def _fingerprint(drawing: Drawing) -> str:
    told = (
        drawing.build.__module__,
        drawing.build.__qualname__,
        drawing.options,
        drawing.marks,
        drawing.cells,
        drawing.aims,
    )
    return f"{told!r}{drawing.data.to_csv(index=False)}"


@st.cache_data(max_entries=300, show_spinner=False, hash_funcs={Drawing: _fingerprint})
def _picture(drawing: Drawing) -> str:
    made = replace(drawing, look=PAPER).export("svg", width=WIDTH).decode()
    # the reader's letters may be wider than those that it was drawn with: room at its sides
    made = VIEW.sub(lambda box: f'viewBox="{-ROOM} 0 {float(box[1]) + 2 * ROOM:g} {box[2]}"', made, count=1)
    return f"data:image/svg+xml;base64,{base64.b64encode(made.encode()).decode()}"
