"""Charts: what is drawn dashed, hatched or grey, and that every specification renders, without data in it."""

from __future__ import annotations

import json
import re

import altair as alt
import numpy as np
import pandas as pd
import pytest
from jsonschema import ValidationError

from cs_metrics import charts
from cs_metrics.charts import words
from cs_metrics.charts.drawing import blank, draw
from cs_metrics.charts.heatmap import POOLED
from cs_metrics.errors import QueryError

MONTHS = pd.date_range("2025-01-01", periods=4, freq="MS")


def kpi(region=False):
    frame = pd.DataFrame(
        {
            "period": MONTHS,
            "value": [0.5, np.nan, 0.4, 0.6],
            "low": 0.3,
            "high": 0.7,
            "n": [40, 0, 12, 50],
            "complete": True,
        }
    )
    frame.loc[3, "complete"] = False
    if not region:
        return frame
    return pd.concat([frame.assign(region="EMEA"), frame.assign(region=None, n=3)], ignore_index=True)


def triangle():
    cells = [
        (MONTHS[0], 0, 40, 40, True),
        (MONTHS[0], 1, 40, 10, True),
        (MONTHS[0], 2, 40, 8, False),
        (MONTHS[1], 0, 5, 5, True),
        (MONTHS[1], 1, 5, 0, False),
    ]
    frame = pd.DataFrame(cells, columns=["cohort", "k", "eligible", "retained", "complete"])
    return frame.assign(value=frame["retained"] / frame["eligible"], low=0.1, high=0.9)


def pooled():
    return pd.DataFrame(
        {"k": [0, 1], "eligible": [45, 40], "retained": [45, 10], "value": [1, 0.25], "low": 0.1, "high": 0.9}
    )


def nps(by="region"):
    return pd.DataFrame(
        {
            by: ["EMEA", None],
            "promoters": [5, 1],
            "passives": [3, 0],
            "detractors": [2, 1],
            "n": [10, 2],
            "value": [30.0, 0.0],
        }
    )


def moves():
    one = {
        "start": 100.0,
        "new": 20.0,
        "reactivation": 0.0,
        "expansion": 5.0,
        "contraction": 2.0,
        "churn": 3.0,
        "end": 120.0,
    }
    return pd.DataFrame([{"period": m, **one} for m in MONTHS])


def answers():
    return pd.DataFrame(
        {"score": [0.0, 10.0], "answers": [1, 3], "share": [0.25, 0.75], "low": [0.05, 0.3], "high": [0.7, 0.95],
         "kind": ["detractor", "promoter"]}
    )  # fmt: skip


def every(look):
    segments = pd.DataFrame({"region": ["EMEA", None], "value": [0.5, 0.7], "low": 0.2, "high": 0.8, "n": [50, 3]})
    return {
        "trend": charts.trend(kpi(), look=look, unit="share", target=0.5, minimum_n=30, title="Retention"),
        "trend by": charts.trend(kpi(True), look=look, by="region", unit="money", currency="EUR"),
        "spark": charts.spark(kpi(), look=look),
        "ranked": charts.ranked(segments, "region", look=look, unit="share", overall=0.55, minimum_n=30),
        "heatmap": charts.heatmap(triangle(), look=look, pooled=pooled()),
        "shares": charts.shares(nps(), look=look, by="region"),
        "distribution": charts.distribution(answers(), look=look),
        "waterfall": charts.waterfall(moves().head(1), look=look),
        "movement": charts.movement(moves(), look=look),
    }


@pytest.mark.parametrize("look", [charts.LIGHT, charts.DARK], ids=lambda x: x.name)
def test_every_chart_renders_at_the_width_of_a_phone_and_of_a_desk(look):
    for name, drawing in every(look).items():
        for width in (358, 1400):
            svg = drawing.export("svg", width=width).decode()
            assert svg.startswith("<svg"), name
            assert "NaN" not in svg, name


def test_specification_has_no_data_is_shared_and_follows_the_page_width():
    for name, drawing in every(charts.LIGHT).items():
        spec = charts.spec(drawing)
        text = json.dumps(spec)
        assert "EMEA" not in text, name
        assert "datasets" not in text, name
        assert spec["width"] == "container", name
        assert spec["background"] == "transparent", name
        assert all("data" not in layer for layer in spec["layer"]), name
    again = charts.spec(every(charts.LIGHT)["trend"])
    again["title"] = "changed by a page"
    assert "title" not in charts.spec(every(charts.LIGHT)["trend"])


def test_what_is_no_vega_lite_is_found_here():
    """Charts are not validated where they are made, only in these tests (see conftest.py)."""
    with pytest.raises(ValidationError):
        charts.spec(draw(lambda look: blank().mark_bar().properties(width="wide"), triangle(), charts.LIGHT))
    with pytest.raises(ValidationError):
        alt.Chart().properties(width="wide")  # and whoever uses Altair beside this library is still told


def test_chart_with_its_data_is_an_altair_chart():
    chart = every(charts.LIGHT)["ranked"].chart
    assert chart.to_dict()["width"] == "container"


def test_period_that_is_not_over_is_dashed_and_joined_to_the_line():
    data = charts.trend(kpi()).data
    assert data[data["part"] == "open"]["period"].tolist() == [MONTHS[2], MONTHS[3]]
    assert data["point"].sum() == 4
    assert data[data["part"] == "open"]["when"].tolist()[-1] == "Apr 2025 (not over)"


def test_cell_not_begun_is_absent_zero_is_drawn_and_few_are_grey():
    data = charts.heatmap(triangle(), pooled=pooled(), minimum_n=30).data
    assert data["row"].iloc[0] == POOLED
    cells = data[data["row"] == "Feb 2025 · 5"].set_index("k")
    assert 2 not in cells.index
    assert cells.loc[1, "short"] == "0"
    assert cells["small"].all()
    assert cells.loc[1, "state"] == "not over yet, few (n below 30)"
    assert cells.loc[1, "cohort"] == "2025-02-01T00:00:00"


def test_rows_keep_their_order_where_small_and_large_cohorts_alternate():
    sizes = [5, 60, 4, 70, 3]
    frame = pd.DataFrame({"cohort": pd.date_range("2025-01-01", periods=5, freq="MS"), "k": 0, "eligible": sizes})
    frame = frame.assign(retained=frame["eligible"], value=1.0, low=0.5, high=1.0, complete=True)
    svg = charts.heatmap(frame, minimum_n=30).export("svg").decode()
    places = [
        svg.index(f"{month} 2025 · {size}<")
        for month, size in zip(("Jan", "Feb", "Mar", "Apr", "May"), sizes, strict=True)
    ]
    assert places == sorted(places)


def test_heatmap_of_an_attribute_names_the_missing_value():
    frame = triangle().assign(cohort=["Pro", "Pro", "Pro", None, None])
    drawing = charts.heatmap(frame)
    assert drawing.data["row"].tolist() == ["Pro · 40"] * 3 + ["(none) · 5"] * 2


def test_heatmap_selection_gives_cohort_and_k():
    (param,) = charts.spec(charts.heatmap(triangle()))["params"]
    assert param["name"] == "cell"
    assert param["select"]["fields"] == ["cohort", "k"]


def test_more_series_than_can_be_told_apart_are_left_out_and_said():
    frame = pd.concat([kpi().assign(region=f"R{i}", n=i) for i in range(9)])
    drawing = charts.trend(frame, by="region")
    assert drawing.data["series"].nunique() == 6
    assert drawing.note == "The 6 largest of 9 are shown."


def test_waterfall_ends_where_the_end_bar_ends():
    data = charts.waterfall(moves().head(1)).data.set_index("kind")
    assert data.loc["churn", "to"] == data.loc["end", "to"] == 120


def test_waterfall_of_small_movements_cuts_its_axis_and_says_so():
    one = {
        "start": 1000.0,
        "new": 20.0,
        "reactivation": 0.0,
        "expansion": 5.0,
        "contraction": 2.0,
        "churn": 3.0,
        "end": 1020.0,
    }
    drawing = charts.waterfall(pd.DataFrame([one]))
    assert drawing.data["from"].iloc[0] == 1000 - 2 * 25
    assert "not begin at zero" in drawing.note
    assert charts.waterfall(moves().head(1)).note == ""


def test_charts_of_nothing_still_draw():
    for drawing in (
        charts.trend(kpi().head(0)),
        charts.heatmap(triangle().head(0)),
        charts.shares(nps().head(0), by="region"),
    ):
        assert drawing.export("svg").startswith(b"<svg")


def test_unknown_picture_format_is_refused():
    with pytest.raises(QueryError, match="png or svg"):
        charts.trend(kpi()).export("gif")


def test_attribute_called_image_does_not_fetch_pictures_in_a_tooltip():
    assert words.tip("image") == "Image"
    assert words.tip("title") == "Title"
    assert words.tip("a\\b") == "a\\\\b"
    assert words.tip("Images") == "Images"


def test_words_of_a_bar_below_zero_stand_beside_it() -> None:
    frame = pd.DataFrame(
        {"region": ["a", "b"], "value": [-80.0, 20.0], "low": [-90.0, 10], "high": [-70.0, 30], "n": 50}
    )
    data = charts.ranked(frame, "region", unit="score").data.set_index("segment")
    assert data["end"].to_dict() == {"a": 0, "b": 30}


def test_an_axis_of_zeros_has_a_number_and_no_two_labels_are_the_same() -> None:
    frame = pd.DataFrame({"period": MONTHS[:3], "value": 0.0, "low": None, "high": None, "n": 9, "complete": True})
    for unit in ("money", "count", "share"):
        picture = charts.trend(frame.assign(high=0.0004 if unit == "share" else None), unit=unit).export("svg").decode()
        labels = re.findall(r">(-?[\d.,]+[k%]?)</text>", picture)
        assert "NaN" not in picture
        assert any(label.startswith("0") for label in labels)
        assert len(set(labels)) == len(labels)
