"""Who answered: the part of the Feedback page about who was heard from."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from pages._ui.feedback import silent as feedback_silent

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption])


def table(app: AppTest, column: str) -> pd.DataFrame:
    """The first table that has a column of that name."""
    return next(t.value for t in app.dataframe if column in t.value)


def test_the_figures_are_those_of_the_library_and_the_list_has_all_who_were_silent(open_page: Open) -> None:
    version = cs.sample().version()
    year = {"since": "2025-07-01", "until": "2026-07-01"}
    app = open_page("feedback", show="heard")
    told = said(app)
    for sentence in version.heard_summary(**year).sentences:
        assert sentence in told
    metrics = {m.label: m.value for m in app.metric}
    rate = version.response_rate(**year).iloc[0]["value"]
    assert metrics["Response rate"] == f"{rate:.1%}".replace("%", " %")
    assert set(metrics) == {"Response rate", "Answers", "Customers heard from", "MRR heard from"}
    assert version.likeness(**year).verdict in told
    made = version.weighted_score(by=["tenure", "plan"], **year)
    assert made.sentences[0].replace("%", "%") in told
    silent = table(app, "Last answer ever")
    assert len(silent) == len(version.silent(**year))
    assert silent["Customer"].tolist()[:3] == version.silent(limit=3, **year)["customer_id"].tolist()
    assert f"{len(silent)} customers." in told


def test_the_address_says_what_is_split_compared_weighted_and_listed(open_page: Open) -> None:
    app = open_page(
        "feedback", show="heard", survey="csat", by="tenure", like=json.dumps(["region", "nothing"]),
        silent="not_asked", weigh=json.dumps(["region"]), order="tenure",
    )  # fmt: skip
    assert app.multiselect(key="url_like").value == ["region"]
    assert app.multiselect(key="url_weigh").value == ["region"]
    assert table(app, "Share heard from")["Segment"].tolist()[0] == "under 3 months"
    listed = table(app, "Last answer ever")
    assert set(listed["State"]) == {"Not asked"}
    year = {"since": "2025-07-01", "until": "2026-07-01"}
    frame = cs.sample().version().silent("csat", states=["not_asked"], order="tenure", **year)
    assert listed["Customer"].tolist() == frame["customer_id"].tolist()
    app.multiselect(key="url_like").set_value(["region", "plan"]).run()
    assert json.loads(app.query_params["like"]) == ["region", "plan"]


def test_employees_stand_apart(open_page: Open) -> None:
    app = open_page("feedback", show="heard", period="all")
    assert "Who are no customers" in {h.value for h in app.subheader}
    assert "**Employee**: 6 answers" in said(app)
    assert "too few to go by" in said(app)
    year = open_page("feedback", show="heard")
    assert "Who are no customers" not in {h.value for h in year.subheader}


def test_a_long_list_has_pages(open_page: Open, monkeypatch) -> None:
    monkeypatch.setattr(feedback_silent, "SHOWN", 50)
    app = open_page("feedback", show="heard", page="2")
    year = {"since": "2025-07-01", "until": "2026-07-01"}
    whole = cs.sample().version().silent(**year)["customer_id"].tolist()
    assert table(app, "Last answer ever")["Customer"].tolist() == whole[50:100]
    assert f"51 to 100 of {len(whole)} customers." in said(app)


def test_a_filter_that_leaves_nobody_breaks_nothing(open_page: Open) -> None:
    app = open_page("feedback", show="heard", where=json.dumps({"region": ["nowhere"]}))
    assert "Nobody answered in this period." in said(app)
