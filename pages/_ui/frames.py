"""A table on a page: a grid on the screen, and its first rows as plain text on paper (see `printing`).

What is shown is offered as a file too, through `download.table`: a test says so of every function that shows a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from pages._ui import formats, printing


def show(frame: Any, *, alt: str, says: Mapping[str, Callable[[Any], str]] | None = None, **options: Any) -> None:
    """Show a frame, a styled one (for its colours; what it says goes into `says`), or what makes one.

    `alt` is its accessible name, `says` how a column's values are said; `options` are those of `st.dataframe`. What
    is missing is a dash, as on paper.
    """
    styled = frame if isinstance(frame, Styler) else None
    whole = frame.data if styled is not None else pd.DataFrame(frame)
    if says:
        styled = (whole.style if styled is None else styled).format(dict(says), na_rep=formats.NOTHING)
    said = whole if styled is None else styled
    st.dataframe(said, hide_index=True, alt=alt, **{"placeholder": formats.NOTHING, **options})
    printing.table(whole, alt, options.get("column_config") or {}, says or {})
