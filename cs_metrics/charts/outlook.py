"""What was, what is projected from it, and how far it may miss."""

from __future__ import annotations

import altair as alt
import pandas as pd

from cs_metrics.charts import words
from cs_metrics.charts.drawing import Drawing, blank, draw
from cs_metrics.charts.look import LIGHT, SHORT, Look, Picture, dress

_PARTS = {"past": "so far", "path": "projected"}


def projection(
    past: pd.DataFrame,
    path: pd.DataFrame,
    *,
    look: Look = LIGHT,
    currency: str = "USD",
    locale: str = "en",
    title: str = "",
    height: int = 300,
    before: pd.DataFrame | None = None,
) -> Drawing:
    """MRR so far as a line, then the projection, dashed, in its 95 % band.

    `past` (period, end), `path` (period, closing, low, high) and `before` (period, projected: an earlier projection, as
    a fine line) are frames of `Outlook`. A month stands at its end.
    """
    lines = [past.rename(columns={"end": "value"})[["period", "value"]].assign(part="past")]
    opens = past.tail(1).rename(columns={"end": "value"})[["period", "value"]]
    opens = opens.assign(part="path", low=opens["value"], high=opens["value"])
    lines += [opens, path.rename(columns={"closing": "value"})[["period", "value", "low", "high"]].assign(part="path")]
    if before is not None and len(before):
        lines.append(before.rename(columns={"projected": "value"})[["period", "value"]].assign(part="before"))
    data = pd.concat(lines, ignore_index=True)
    for column in ("value", "low", "high"):
        data[column] = data[column].astype(float)
    data["when"] = [words.period(p, "month", locale) for p in data["period"]]
    data["shown"] = [words.number(v, "money", currency, locale) for v in data["value"]]
    data["chance"] = [
        words.between(a, b, "money", currency, locale) for a, b in zip(data["low"], data["high"], strict=True)
    ]
    data["name"] = data["part"].map({**_PARTS, "before": "projected earlier"})
    return draw(_projection, data, look, "", title or "Projection of MRR", height=height, title=title)


def _projection(*, look: Look, height: int, title: str) -> Picture:
    base = blank()
    x = alt.X(
        "period:T", title=None, axis=alt.Axis(tickCount=alt.ExprRef("max(3, floor(width / 110))"), labelFlush=True)
    )
    axis = alt.Axis(labelExpr=SHORT, tickCount=5)
    y = alt.Y("value:Q", title=title or None, axis=axis, scale=alt.Scale(zero=True, nice=True))
    band = (
        base.transform_filter("datum.part == 'path'")
        .mark_area(opacity=0.16, color=look.accent)
        .encode(x=x, y=alt.Y("low:Q", title=title or None), y2="high:Q")
    )
    earlier = (
        base.transform_filter("datum.part == 'before'")
        .mark_line(strokeWidth=1.5, color=look.bad, strokeDash=[2, 3])
        .encode(x=x, y=y, tooltip=[alt.Tooltip("when:N", title="Month"), alt.Tooltip("shown:N", title="Projected")])
    )
    line = (
        base.transform_filter("datum.part != 'before'")
        .mark_line(strokeWidth=2.25, color=look.accent)
        .encode(
            x=x, y=y, detail="part:N",
            strokeDash=alt.condition("datum.part == 'path'", alt.value([4, 5]), alt.value([1, 0])),
        )
    )  # fmt: skip
    dots = (
        base.transform_filter("datum.part != 'before'")
        .mark_point(filled=True, size=30, opacity=1, color=look.accent)
        .encode(
            x=x, y=y,
            tooltip=[
                alt.Tooltip("when:N", title="End of"), alt.Tooltip("name:N", title="MRR is"),
                alt.Tooltip("shown:N", title="MRR"), alt.Tooltip("chance:N", title="95 % interval"),
            ],
        )
    )  # fmt: skip
    return dress(alt.layer(band, earlier, line, dots), look, height)
