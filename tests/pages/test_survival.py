"""The Survival page: its curves, the customers behind a step, the risky months and the projection."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption])


def test_everyone(open_page: Open) -> None:
    version = cs.sample().version()
    app = open_page("survival")
    told = said(app)
    assert version.survival_summary().medians["sentence"][0][:40] in told
    assert "The risky months are 12 and 24" in told
    assert "Tried on the past: fitted on the first" in told
    assert "came back after a gap" in told
    frame = version.survival()
    row = frame.loc[frame["events"].idxmax()]  # the step shown first: at which most left
    assert f"Of {int(row['at_risk'])} customers whose month {int(row['t'])} of life is known" in told
    assert len(app.dataframe[0].value) == row["events"]


@pytest.mark.parametrize(("part", "column"), [("left", "events"), ("at_risk", "at_risk"), ("censored", "censored")])
def test_a_step_of_the_address_shows_as_many_customers_as_it_counts(open_page: Open, part: str, column: str) -> None:
    frame = cs.sample().version().survival(by="plan", where={"region": ["EMEA"]})
    row = frame[(frame["plan"] == "Starter") & (frame["t"] == 12)].iloc[0]
    where = json.dumps({"region": ["EMEA"]})
    app = open_page("survival", by="plan", step=json.dumps([12, "Starter"]), where=where)
    app.segmented_control(key="step_part").set_value(part).run()
    people = app.dataframe[2].value
    assert len(people) == row[column] > 0
    assert people["Row"].notna().all()


def test_a_breakdown_has_medians_a_verdict_and_a_choice_of_group(open_page: Open) -> None:
    app = open_page("survival", by="plan", group="Enterprise")
    told = said(app)
    assert "Enterprise stays longer than Starter: a difference this large comes by chance in fewer than 1" in told
    medians = app.dataframe[0].value
    assert set(medians.iloc[:, 0]) == {"Starter", "Team", "Pro", "Enterprise"}
    assert app.selectbox(key="url_group").value == "Enterprise"
    assert "No month of life stands out" in told


def test_choosing_a_step_writes_it_into_the_address(open_page: Open) -> None:
    app = open_page("survival", grain="quarter")
    app.selectbox(key="step_t").set_value(3).run()
    assert json.loads(app.query_params["step"]) == [3, ""]
    assert "whose quarter 3 of life is known" in said(app)


def test_lives_that_began_in_a_period(open_page: Open) -> None:
    app = open_page("survival", born="period", period="last_12_months")
    end = cs.sample().version().as_of
    frame = cs.sample().version().survival(since=end.replace(year=end.year - 1).isoformat(), until=end.isoformat())
    app.selectbox(key="step_t").set_value(0).run()
    assert f"{frame['at_risk'].iloc[0]} customers started" in said(app)


def test_an_address_that_asks_for_nonsense_is_no_error(open_page: Open) -> None:
    open_page("survival", by="tickets.priority", life="x", gaps="y", born="z", step='["a"]', group="gone", ahead="7")
    app = open_page("survival", where=json.dumps({"region": ["Nowhere"]}))
    assert "No customer's life begins" in said(app)


def test_a_step_is_saved_as_a_segment_of_its_customers(open_page: Open) -> None:
    app = open_page("survival", by="plan", step=json.dumps([12, "Starter"]))
    before = {s["segment"] for s in cs.sample().segments()}
    app.button(key="FormSubmitter:save_step-Save").click().run()
    (saved,) = (s for s in cs.sample().segments() if s["segment"] not in before)
    cs.sample().delete_segment(saved["segment"])
    assert saved["name"] == "Month 12 of life: left (Starter)"
    frame = cs.sample().version().survival(by="plan")
    left = frame.loc[(frame["plan"] == "Starter") & (frame["t"] == 12), "events"].item()
    assert len(saved["where"]["customer_id"]) == left > 0
    assert cs.sample().version().size(saved["where"])["inside"] == left
