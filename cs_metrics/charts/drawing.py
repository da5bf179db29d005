"""A chart and its data, apart: the specification is built once for each set of options and reused for any data."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import altair as alt
import pandas as pd
import vl_convert
from altair.utils.schemapi import debug_mode

from cs_metrics.charts import aims as targets
from cs_metrics.charts import marks as notes
from cs_metrics.charts.aims import Aim
from cs_metrics.charts.look import Look, Picture
from cs_metrics.charts.marks import Cell, Mark
from cs_metrics.errors import QueryError

Build = Callable[..., Picture]
# what Altair validates is one setting for all threads
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class Drawing:
    """What a page shows, by `st.vega_lite_chart(data, spec)`: the rows (one a mark), and Vega-Lite without data.

    `note` says what the chart leaves out ('7 largest of 19 shown'), `words` describes it to a screen reader, `marks`
    are what people noted along the time that it spans (`cells`: where, on a chart of rows), `aims` what the value
    should be.
    """

    data: pd.DataFrame
    build: Build
    options: tuple[tuple[str, Any], ...]
    look: Look
    note: str = ""
    words: str = ""
    marks: tuple[Mark, ...] = ()
    aims: tuple[Aim, ...] = ()
    cells: tuple[Cell, ...] = ()

    @property
    def chart(self) -> Picture:
        """The Altair chart with its data."""
        return alt.Chart.from_dict(self._whole(self.spec))

    @property
    def spec(self) -> dict[str, Any]:
        """Vega-Lite without data: a copy, so that a page may add to it."""
        made = copy.deepcopy(_template(self.build, self.options, self.look))
        if self.words:
            made["description"] = self.words
        if self.aims:
            made["layer"] = targets.layers(self.aims, made, self.look) + made["layer"]
        if self.cells:
            # below the last: what is pressed is the cell
            made["layer"][-1:-1] = notes.boxes(self.cells, made, self.look)
        x = notes.place(made) if self.marks else None
        if x is not None:
            # behind all else: what is pressed are the points
            made["layer"] = notes.layers(self.marks, x, self.look) + made["layer"]
            # the numbers of the marks stand between the chart and its legend
            made.setdefault("config", {}).setdefault("legend", {})["offset"] = 20
        return made

    def _whole(self, spec: dict[str, Any]) -> dict[str, Any]:
        rows = self.data.astype(object).where(self.data.notna(), None)
        for column in self.data.columns:
            if pd.api.types.is_datetime64_any_dtype(self.data[column]):
                rows[column] = self.data[column].dt.strftime("%Y-%m-%dT%H:%M:%S")
        return {**spec, "data": {"values": rows.to_dict("records")}}

    def export(self, kind: str = "png", width: int = 900, scale: float = 2.0, about: str = "") -> bytes:
        """The chart as 'png' or 'svg', `width` CSS pixels wide, on the look's own background; works offline.

        `about`: what it stands on, in lines below it.
        """
        spec = self._whole(self.spec) | {"width": width, "background": self.look.paper}
        if about:
            spec["title"] = {
                "text": about.split("\n"), "orient": "bottom", "anchor": "start", "offset": 14, "fontSize": 10,
                "limit": width, "fontWeight": "normal", "color": self.look.muted,
            }  # fmt: skip
        if kind == "svg":
            return str(vl_convert.vegalite_to_svg(spec)).encode()
        if kind == "png":
            return bytes(vl_convert.vegalite_to_png(spec, scale=scale))
        raise QueryError(f"A chart can be saved as png or svg, not as '{kind}'.")


@lru_cache(maxsize=256)
def _template(build: Build, options: tuple[tuple[str, Any], ...], look: Look) -> dict[str, Any]:
    # to validate each part of it takes longer than to make it, and the tests do: see tests/charts/conftest.py
    with _ONE_AT_A_TIME, debug_mode(False):
        made: dict[str, Any] = build(look=look, **dict(options)).to_dict(validate=False)
    made.pop("data", None)
    made.pop("datasets", None)
    return made


def spec(drawing: Drawing) -> dict[str, Any]:
    """The Vega-Lite dict of a drawing, without data."""
    return drawing.spec


def draw(build: Build, data: pd.DataFrame, look: Look, note: str = "", words: str = "", **options: Any) -> Drawing:
    """Bind a builder to its data. Options are part of the cached specification: hashable, and never taken from rows."""
    return Drawing(data.reset_index(drop=True), build, tuple(sorted(options.items())), look, note, words)


def blank() -> alt.Chart:
    """A chart whose data come later."""
    return alt.Chart(alt.NamedData("rows"))
