"""How every chart looks: one palette, one sequential scale, one set of axes, on a light and on a dark page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

Picture = alt.Chart | alt.LayerChart | alt.FacetChart


@dataclass(frozen=True)
class Look:
    """The colours and the type of a chart. Backgrounds stay transparent; `paper` is what lies behind (exports, holes).

    `series`: colours that stay apart for the colour-blind (after Okabe and Ito, 2008), `ramp`: from 0 to 100 % of a
    heatmap (`ramp_few`: where n is small), `diverge`: from far below to far above what a cell is held against, `good`
    and `bad` never stand for a difference by hue alone: blue and vermilion differ in lightness too.
    """

    name: str
    paper: str
    ink: str
    muted: str
    grid: str
    quiet: str
    series: tuple[str, ...]
    ramp: tuple[str, ...]
    ramp_few: tuple[str, ...]
    ramp_ink: tuple[str, str]
    diverge: tuple[str, ...]
    good: str
    bad: str
    neutral: str
    font: str = "Source Sans, 'Source Sans Pro', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"

    @property
    def accent(self) -> str:
        return self.series[0]


LIGHT = Look(
    name="light",
    paper="#ffffff",
    ink="#1f2933",
    muted="#5b6773",
    grid="#e4e8ec",
    quiet="#a9b3bd",
    series=("#0067a5", "#d55e00", "#00806a", "#a8558a", "#b37400", "#3c9bd0", "#5b6773"),
    ramp=("#f3f7fb", "#d6e6f4", "#abd0e6", "#75b3d8", "#3f8fc5", "#1a66a8", "#08396f"),
    ramp_few=("#fbfcfd", "#f5f6f8", "#eff1f3", "#e8ebee", "#e1e5e9", "#dadfe4", "#d1d7dd"),
    ramp_ink=("#1f2933", "#ffffff"),
    diverge=("#9a3f00", "#d97434", "#f4c6a4", "#f1f3f5", "#abd0e6", "#3f8fc5", "#0b4a86"),
    good="#0067a5",
    bad="#d55e00",
    neutral="#c3cbd3",
)
DARK = Look(
    name="dark",
    paper="#0e1117",
    ink="#eef2f6",
    muted="#a5b1bd",
    grid="#2a323c",
    quiet="#6b7783",
    series=("#5db4ee", "#ff9a57", "#3fcfa8", "#e59aca", "#f0c04c", "#9fb6ff", "#b6c0ca"),
    ramp=("#152232", "#173654", "#1b4f7c", "#2470a8", "#3f95cf", "#7dbde8", "#cfe8fb"),
    ramp_few=("#14181e", "#171c22", "#1b2027", "#20262d", "#252c34", "#2b333c", "#323b45"),
    ramp_ink=("#eef2f6", "#0e1117"),
    diverge=("#ffb27f", "#c96f31", "#6b3a18", "#20272f", "#1b4f7c", "#3f95cf", "#a5d4f7"),
    good="#5db4ee",
    bad="#ff9a57",
    neutral="#4a5560",
)
# one value, one colour, in every heatmap; finer where retention usually lies
RAMP_AT = (0.0, 0.05, 0.15, 0.3, 0.5, 0.75, 1.0)
RAMP_TURNS = 0.42


# Thousands and millions on an axis, with parts of one as they are. Vega's own axis writes 'NaN' where all is 0.
SHORT = "abs(datum.value) < 1 ? format(datum.value, ',~f') : format(datum.value, '~s')"


def values_axis(unit: str, ticks: int = 5, **more: Any) -> alt.Axis:
    """The axis of a unit's values, on which no two labels read the same."""
    if unit == "count":
        return alt.Axis(labelExpr=SHORT, tickCount=ticks, tickMinStep=1, **more)
    if unit == "money":
        return alt.Axis(labelExpr=SHORT, tickCount=ticks, **more)
    if unit == "share":
        return alt.Axis(format=".1~%", tickCount=ticks, tickMinStep=0.001, **more)
    return alt.Axis(format=",~f", tickCount=ticks, **more)


def look(name: str) -> Look:
    """The look of a page by its theme's name; anything but 'dark' is light."""
    return DARK if name == "dark" else LIGHT


def dress(chart: Picture, dress_in: Look, height: int | alt.Step) -> Picture:
    """Give a finished chart its width, height and theme."""
    axis: dict[str, Any] = {
        "labelColor": dress_in.muted,
        "titleColor": dress_in.muted,
        "gridColor": dress_in.grid,
        "domain": False,
        "ticks": False,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelPadding": 6,
        "labelLimit": 130,
        "labelOverlap": "greedy",
    }
    return (
        chart.properties(
            width="container",
            height=height,
            background="transparent",
            padding=4,
            autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        )
        .configure(font=dress_in.font)
        .configure_view(stroke=None)
        .configure_axis(**axis)
        .configure_axisX(grid=False)
        .configure_axisBand(grid=False)
        .configure_legend(
            orient="top",
            direction="horizontal",
            title=None,
            labelColor=dress_in.ink,
            labelFontSize=12,
            labelLimit=150,
            symbolSize=90,
            symbolOpacity=1,
            columnPadding=14,
            columns=alt.ExprRef("width < 380 ? 2 : width < 480 ? 3 : 6"),
            offset=6,
        )
        .configure_text(color=dress_in.ink, fontSize=12)
    )
