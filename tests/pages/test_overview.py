"""The Overview: a tile for every KPI of a focus area, each with its value, what it is measured on, and its own page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from cs_metrics.api.keeping import choices
from cs_metrics.errors import WorkspaceError
from cs_metrics.kpis import CATALOGUE
from cs_metrics.kpis.catalogue import places
from pages._ui.people import workspaces

Open = Callable[..., AppTest]


def text(app: AppTest) -> str:
    """Everything that is written on the page."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption, *app.subheader, *app.title])


def test_every_focus_area_has_its_tiles(open_page: Open) -> None:
    app = open_page("overview")
    assert sorted(h.value for h in app.subheader) == sorted(places.AREAS)
    assert {m.label for m in app.metric} <= {k.name for k in CATALOGUE.values()}
    assert len(app.metric) > 5
    assert all(m.value for m in app.metric)


def test_the_page_says_sample_data_and_how_far_they_go(open_page: Open) -> None:
    written = text(open_page("overview"))
    assert "Sample data" in written
    assert "Data to " in written


def test_a_filter_in_the_url_is_said_and_changes_the_numbers(open_page: Open) -> None:
    everyone = open_page("overview")
    some = open_page("overview", where='{"region":["EMEA"]}')
    assert "region is EMEA" in text(some)
    assert [m.value for m in some.metric] != [m.value for m in everyone.metric]


def test_a_filter_that_names_nothing_is_a_sentence(open_page: Open) -> None:
    app = open_page("overview", errors=True, where='{"regiom":["EMEA"]}')
    assert "Did you mean 'region'" in app.error[0].value


def test_an_address_that_makes_no_sense_is_a_sentence(open_page: Open) -> None:
    for params in (
        {"v": "987654"}, {"v": "9" * 5000}, {"v": "x"}, {"ws": "nobody"}, {"ws": "../../etc"}, {"period": "soon"},
        {"where": "{"}, {"where": '{"any":5}'}, {"where": '{"plan":[["a"]]}'}, {"where": '{"not":' * 5000},
        {"where": "~../../x"}, {"period": "custom", "since": "0001-01-01", "until": "9999-12-31"},
    ):  # fmt: skip
        app = open_page("overview", errors=True, **params)
        assert app.error
        assert "Something went wrong" not in app.error[0].value, params


def test_an_address_that_names_a_person_is_shortened_at_once(open_page: Open) -> None:
    app = open_page("overview", errors=True, where='{"customer_id":["ann@example.com"]}')
    assert app.query_params["where"][0].startswith("~")
    assert "customer id is ann@example.com" in text(app)


def test_a_short_id_or_a_draft_of_another_workspace_does_not_open(open_page: Open) -> None:
    name = workspaces.create(f"Other {uuid.uuid4().hex[:6]}")
    other = workspaces.open_workspace(name)
    kept, draft = other.keep_state({"text": '{"region":["EMEA"]}'}), other.save_draft({"uploads": [], "choices": None})
    app = open_page("overview", errors=True, where=f"~{kept}")
    assert "belongs to another workspace" in app.error[0].value
    assert not app.metric
    with pytest.raises(WorkspaceError, match="no longer there"):
        workspaces.open_workspace(workspaces.SAMPLE).draft(draft)


def test_a_customer_is_found_by_a_part_of_its_name(open_page: Open) -> None:
    app = open_page("overview")
    app.text_input(key="bar_search").set_value("ab").run()
    assert not app.error
    assert "name contains ab" in text(app)
    app.text_input(key="bar_search").set_value("").run()
    assert "where" not in app.query_params


def test_an_empty_workspace_says_what_to_do(open_page: Open) -> None:
    workspaces.create(f"Empty {uuid.uuid4().hex[:6]}")
    name = next(n for n in workspaces.names() if n.startswith("Empty "))
    app = open_page("overview", ws=name)
    assert "This workspace has no data yet" in text(app)
    assert "Sample data" not in text(app)
    assert not app.metric


def test_a_period_that_is_not_over_is_marked_and_compared_with_nothing(open_page: Open) -> None:
    app = open_page("overview", period="custom", since="2026-06-01", until="2026-08-01")
    assert "not over: the data end" in text(app)
    assert not [m.delta for m in app.metric if m.delta]
    assert sum("not over, so not compared" in c.value for c in app.caption) == len(app.metric)
    whole = open_page("overview", period="last_month")
    assert "not over: the data end" not in text(whole)
    assert len([m.delta for m in whole.metric if m.delta]) > 5


def test_data_of_which_no_scorecard_knows_show_what_they_can_answer(open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    lines = [f"u{i % 9},2025-0{1 + i % 6}-{1 + i % 28:02d} 10:{i % 60:02d}:00,open" for i in range(600)]
    file.write_text("\n".join(["user_id,timestamp,event", *lines]))
    name = f"Usage {uuid.uuid4().hex[:6]}"
    workspaces.create(name)
    space = workspaces.open_workspace(name)
    space.publish(space.read([str(file)]))
    app = open_page("overview", ws=name, period="all")
    able = [row["name"] for row in space.version().kpis().to_dict("records") if row["computable"]]
    assert "What these data can answer" in [h.value for h in app.subheader]
    assert 3 < len(able) == len(app.metric)
    assert {m.label for m in app.metric} == set(able)
    assert "What these data can answer" not in [h.value for h in open_page("overview").subheader]


def test_files_that_disagree_on_who_left_are_told_of_where_the_numbers_are(open_page: Open) -> None:
    said = f"disagree on whether {len(cs.sample().version().departures())} customers left"
    for page in ("overview", "survival", "revenue", "cohorts"):
        assert said in text(open_page(page)), page
    assert "take leavings by the churn events" in text(
        open_page("survival", **{"def": '{"leaving_source":"churn_events"}'})
    )


def test_losses_all_of_the_last_month_are_doubted_beside_the_numbers(fresh_home: Path, open_page: Open) -> None:
    doubt = "All the revenue that these data ever lost went in Jun 2026"
    for name, ends in (("flagged", ["2026-06-29"] * 6 + [""] * 14), ("dated", ["2026-03-01", "2026-06-29"] + [""] * 8)):
        rows = [f"A{i:02},2025-01-01,{end},10,month" for i, end in enumerate(ends)]
        file = fresh_home / "subs.csv"
        file.write_text("\n".join(["customer_id,start_date,end_date,amount,billing_period", *rows]))
        workspace = cs.Workspace(fresh_home / name)
        workspace.set_as_of("2026-07-01")
        plan = workspace.read([file])
        choices.answer(plan, {q["id"]: q["choices"][0] for q in choices.open_questions(plan) if q["choices"]})
        workspace.publish(plan)
        assert (doubt in text(open_page("overview", ws=name))) == (name == "flagged")


def test_a_wrong_workspace_is_told_of_once(open_page: Open) -> None:
    app = open_page("overview", errors=True, ws="nowhere")
    assert ["There is no workspace 'nowhere'" in e.value for e in app.error] == [True]
