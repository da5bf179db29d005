"""The To do page: a rule is looked at and switched on, its to-dos are worked through, each step undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from cs_metrics.errors import NotComputableError
from tests.pages.test_revenue import load

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _own(fresh_home: Path) -> None:
    """What is kept here is not seen by the other files."""


def written(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption]).replace("\\", "")


def part(app: AppTest, name: str) -> AppTest:
    """Go to another part of the page, as its address does."""
    app.query_params["show"] = name or "list"
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> None:
    next(b for b in app.button if b.key == key).click()
    app.run()
    assert not app.exception
    assert not app.error, [e.value for e in app.error]


def test_from_a_rule_to_a_todo_that_is_done(open_page: Open) -> None:
    workspace = cs.sample()
    empty = open_page("todo")
    assert "No rule is on yet" in "\n".join(str(e.value) for e in [*empty.markdown, *empty.info, *empty.caption])
    app = part(empty, "rules")
    assert "Detractor with renewal within 60 days" in written(app)
    press(app, "rule_try_tickets")
    found = workspace.rule("tickets")
    assert found["seen"]
    assert "Over the last 24 whole months it would have fired" in written(app)
    press(app, "rule_on_tickets")
    held = workspace.todos()
    assert held
    assert workspace.rule("tickets")["last"]["accounts"] == len(held)

    app = part(app, "")
    assert held[0]["account_name"] in written(app)
    assert held[0]["why"] in written(app)
    assert any(held[0]["steps"][0]["text"] in box.label for box in app.checkbox)
    todo = held[0]["todo"]
    app.checkbox(key=f"step_{todo}_0").check().run()
    assert workspace.todos()[0]["steps"][0]["done"]
    press(app, f"done_{todo}")
    assert [t["state"] for t in workspace.todos() if t["todo"] == todo] == ["done"]
    press(app, "undo_todo")
    assert {t["state"] for t in workspace.todos()} == {"open"}
    digest = part(app, "digest")
    assert f"Three or more open tickets**: {len(held)} accounts, all new" in written(digest)


def test_what_a_rule_needs_and_these_data_lack_is_said_before_it_is_tried(open_page: Open, tmp_path: Path) -> None:
    assert "Not with these data" not in "\n".join(e.value for e in open_page("todo", show="rules").subheader)
    rows = "\n".join(f"c{n},2025-{n:02}-01,,100,month" for n in range(1, 13))
    head = "customer_id,start_date,end_date,amount,billing_period"
    load("plain", {"subscriptions.csv": f"{head}\n{rows}\n"}, tmp_path / "plain")
    app = open_page("todo", ws="plain", show="rules")
    workspace, version = cs.Workspace(cs.home() / "plain"), cs.Workspace(cs.home() / "plain").version()
    unable = {
        rule["rule"] for rule in workspace.rules() if f"rule_try_{rule['rule']}" not in {b.key for b in app.button}
    }
    assert f"Not with these data ({len(unable)})" in {e.value for e in app.subheader}
    assert (
        {"effort-down", "detractor-renewal", "unwell-renewal", "no-contact"}
        <= unable
        < {rule["rule"] for rule in workspace.rules()}
    )
    assert "It needs what these data do not have: `subscriptions.contract_start`" in written(app)
    for rule in unable:
        with pytest.raises(NotComputableError):
            version.rule_backtest(rule)


def test_a_rule_is_put_together_without_sql(open_page: Open) -> None:
    workspace = cs.sample()
    app = open_page("todo", show="rules")
    app.text_input(key="rule_name_new_0").input("Soon")
    app.number_input(key="condition_days_new_0_0").set_value(30)
    app.run()
    assert "It says: renewal within 30 days." in written(app)
    press(app, "rule_save_new_0")
    rule = workspace.rule("Soon")
    assert rule["content"]["conditions"] == [{"what": "renewal", "days": 30}]
    assert (rule["enabled"], rule["seen"]) == (False, True)
    assert "it would have fired" in written(app)
    press(app, "undo_todo")
    assert "Soon" not in [row["name"] for row in workspace.rules()]
    press(app, f"rule_back_{rule['rule']}")
    assert "Soon" in [row["name"] for row in workspace.rules()]
    books = part(app, "playbooks")
    assert "Call the champion: what is in the way?" in written(books)
