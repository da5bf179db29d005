"""The Why part of the Feedback page: segments, drivers, and the tickets before an answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from cs_metrics.analysis.feedback.drivers.drivers import Drivers
from pages._ui.feedback import driver_words

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption])


def test_it_shows_segments_drivers_and_the_tickets_before(open_page: Open) -> None:
    app = open_page("feedback", survey="nps", show="why", period="all")
    assert [h.value for h in app.subheader] == [
        "Which segments move the score",
        "What goes with a high or a low score",
        "The score by the tickets before the answer",
    ]
    frame = cs.sample().version().score_breakdown("nps")
    first = app.dataframe[0].value
    assert first["Segment"].tolist() == [driver_words.segment(v) for v in frame["segment"].head(15)]
    assert first["n"].tolist() == [f"{n:,}" for n in frame["n"].head(15)]
    assert f"{len(frame)} segments" in said(app)
    found: Drivers = cs.sample().version().drivers("nps")
    assert "association, not cause" in said(app)
    assert f"of {len(found.found)} facts" in said(app)
    assert "EMEA" in said(app)
    groups = app.dataframe[-1].value["Group"].tolist()
    assert groups[:4] == ["None", "1 ticket", "2 tickets", "3 and more"]


def test_segments_are_paged_and_open_as_a_filter(open_page: Open) -> None:
    frame = cs.sample().version().score_breakdown("nps")
    app = open_page("feedback", survey="nps", show="why", period="all", page="2")
    assert app.dataframe[0].value["Segment"].iloc[0] == driver_words.segment(frame["segment"].iloc[15])
    last = open_page("feedback", survey="nps", show="why", period="all", page="999")
    assert len(last.dataframe[0].value) == (len(frame) - 1) % 15 + 1
    inside = open_page("feedback", survey="nps", show="why", period="all", where='{"region": ["EMEA"]}')
    assert "EMEA" not in inside.dataframe[0].value["Segment"].tolist()


def test_the_days_before_are_in_the_address(open_page: Open) -> None:
    app = open_page("feedback", survey="csat", show="why", period="all", before="30")
    assert app.selectbox(key="url_before").value == "30"
    assert "30 days before" in said(app)
    wrong = open_page("feedback", survey="csat", show="why", period="all", before="x'")
    assert wrong.selectbox(key="url_before").value == "90"


def test_nobody_who_answered_is_said(open_page: Open) -> None:
    app = open_page("feedback", survey="nps", show="why", period="custom", since="2019-01-01", until="2019-02-01")
    assert "Nothing to split by" in said(app)
    assert "too few to compare" in said(app)


@pytest.mark.parametrize(
    ("row", "groups"),
    [
        ({"form": "category", "segment": "EMEA"}, ("EMEA", "the others")),
        ({"form": "flag", "segment": "yes"}, ("yes", "no")),
        ({"form": "number", "unit": "hours", "low_cut": 24.0, "high_cut": 62.5}, ("62.5 h and more", "up to 24.0 h")),
        ({"form": "number", "unit": "count", "low_cut": 0.0, "high_cut": 5e-324}, ("above 0", "up to 0")),
        ({"form": "number", "unit": "score", "low_cut": 4.999999999999999, "high_cut": 5.0}, ("5 and more", "below 5")),
    ],
)
def test_groups_have_words(row: dict[str, object], groups: tuple[str, str]) -> None:
    assert driver_words.groups(row) == groups
