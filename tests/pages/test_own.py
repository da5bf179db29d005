"""A KPI of one's own, made in the app: tried as it is written, refused with a sentence, saved, opened, deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def home(fresh_home: Path) -> Path:
    return fresh_home


def field(app: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(e for e in app.text_input if e.label == label)


def test_it_is_tried_saved_and_opened(open_page: Open) -> None:
    app = open_page("own")
    assert any("Give it a name" in c.value for c in app.caption)
    assert next(b for b in app.button if b.label == "Save it").disabled
    field(app, "Name").set_value("Quick fixes").run()
    tried = next(m.value for m in app.markdown if "over all data" in m.value)
    assert "Quick fixes" in tried
    next(b for b in app.button if b.label == "Save it").click().run()
    assert not app.exception
    assert any("Quick fixes is saved" in s.value for s in app.success)
    opened = open_page("kpi", id="own_quick_fixes")
    assert opened.title[0].value == "Quick fixes"
    assert opened.metric[0].value.endswith("%")
    listed = open_page("library", q="quick fixes")
    assert any("Quick fixes" in e.proto.label for e in listed.get("page_link"))


@pytest.mark.parametrize(("text", "said"), [
    ("count(nonsense)", "there is no column 'nonsense'"), ("count((select 1))", "is not allowed"),
    ("count(", "cannot be read")])  # fmt: skip
def test_what_is_not_allowed_is_said_and_cannot_be_saved(open_page: Open, text: str, said: str) -> None:
    app = open_page("own")
    field(app, "Name").set_value("Odd one").run()
    field(app, "Numerator").set_value(text).run()
    assert said in app.error[0].value.replace("\\", "")
    assert next(b for b in app.button if b.label == "Save it").disabled


def test_it_is_deleted_and_brought_back(open_page: Open) -> None:
    app = open_page("own")
    field(app, "Name").set_value("Gone and back").run()
    next(b for b in app.button if b.label == "Save it").click().run()
    next(b for b in app.button if b.label == "Delete it").click().run()
    assert not app.exception
    next(b for b in app.button if b.key == "own_back_own_gone_and_back").click().run()
    assert open_page("kpi", id="own_gone_and_back").title[0].value == "Gone and back"
