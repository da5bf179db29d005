"""Segments: saved once, used on every page, deleted with a way back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

import cs_metrics as cs

Open = Callable[..., AppTest]
EMEA = json.dumps({"region": ["EMEA"]})


def buttons(app: AppTest, label: str) -> list:
    """The buttons of that label."""
    return [b for b in app.button if b.label == label]


def test_a_segment_is_compared_with_everyone_else(open_page: Open) -> None:
    frame = open_page("segments", draft=EMEA).dataframe[0].value
    assert {"KPI", "Segment", "Everyone else", "Difference"} <= set(frame.columns)
    assert (frame["Segment"] != frame["Everyone else"]).any()


def test_the_page_says_how_many_customers_and_what_chance_could_explain(open_page: Open) -> None:
    app = open_page("segments", draft=EMEA)
    size = cs.sample().version().view().size({"region": ["EMEA"]})
    assert size
    assert any(f"**{size['inside']} customers**, everyone else: {size['outside']}" in m.value for m in app.markdown)
    frame = app.dataframe[0].value.set_index("KPI")
    assert frame.loc["Net Promoter Score", "Chance"] == "beyond chance"
    assert frame.loc["Customer Retention Rate", "Chance"] == "could be chance"
    assert frame.loc["Cost Per Ticket", "Chance"] == "–"


def test_a_segment_is_saved_used_renamed_deleted_and_brought_back(open_page: Open) -> None:
    name = f"Europe {uuid.uuid4().hex[:6]}"
    app = open_page("segments", draft=EMEA)
    next(t for t in app.text_input if t.label == "Name").set_value(name)
    buttons(app, "Save segment")[0].click().run()
    saved = cs.sample().segment(name)
    assert saved["where"] == {"region": ["EMEA"]}

    used = open_page("overview", seg=saved["segment"])
    assert used.selectbox(key="url_seg").value == saved["segment"]
    assert [m.value for m in used.metric] == [m.value for m in open_page("overview", where=EMEA).metric]

    app.text_input(key=f"name_{saved['segment']}").set_value(f"{name} 2")
    buttons(app, "Rename")[0].click().run()
    assert cs.sample().segment(saved["segment"])["name"] == f"{name} 2"

    app.button(key=f"delete_{saved['segment']}").click().run()
    assert saved["segment"] not in {s["segment"] for s in cs.sample().segments()}
    app.button(key="undo_segment").click().run()
    assert cs.sample().segment(saved["segment"])["name"] == f"{name} 2"
    cs.sample().delete_segment(saved["segment"])


def test_a_link_to_a_deleted_segment_is_a_sentence(open_page: Open) -> None:
    app = open_page("overview", errors=True, seg="gone")
    assert "was deleted" in app.error[0].value


def test_conditions_are_put_together_in_groups(open_page: Open) -> None:
    app = open_page("segments")
    app.selectbox(key="draft_0_add").select("region").run()
    draft = json.loads(app.query_params["draft"])
    assert list(draft) == ["region"]
    buttons(app, "Or another group")[0].click().run()
    app.selectbox(key="draft_1_add").select("plan").run()
    draft = json.loads(app.query_params["draft"])
    assert [list(g) for g in draft["any"]] == [["region"], ["plan"]]
