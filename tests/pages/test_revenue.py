"""The Revenue page: what it shows is what the ledger says, it names what does not add up, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption]).replace("\\", "")


def load(name: str, files: dict[str, str], folder: Path) -> None:
    """Publish these files, as text, in a workspace of that name."""
    folder.mkdir(exist_ok=True)
    paths = []
    for file, text in files.items():
        (folder / file).write_text(text)
        paths.append(folder / file)
    workspace = cs.Workspace(cs.home() / name)
    workspace.publish(workspace.read(paths))


def test_a_period_and_a_movement_of_the_address_open_their_customers(open_page: Open) -> None:
    app = open_page("revenue", at="2026-03-01", move="churn")
    frame = cs.sample().version().ledger(period="2026-03-01", move="churn")
    assert len(app.dataframe[0].value) == len(frame)
    assert f"{len(frame)} customers, together $24,354: what the chart shows." in said(app)
    assert "Reconciled to the cent in every period" in said(app)
    assert "In Mar 2026 MRR went from $1,363,517 to $1,401,224" in said(app)


def test_a_customer_opens_to_the_rows_of_its_file(open_page: Open) -> None:
    app = open_page("revenue", who="01540")
    rows = cs.sample().version().stretches(where={"customer_id": ["01540"]})
    assert app.dataframe[-1].value["Row"].tolist() == rows["_row"].tolist()
    assert "Customer 01540, Swift Logistics" in said(app)
    assert not open_page("revenue", who="nobody").exception


def test_segments_say_who_moved_between_them_and_narrow_the_ledger(open_page: Open) -> None:
    app = open_page("revenue", by="segment", sg=json.dumps("Enterprise"), at="2026-03-01")
    version = cs.sample().version()
    whole = version.movements(by="segment", since="2026-03-01", until="2026-04-01").set_index("segment")
    table = app.dataframe[0].value.set_index(app.dataframe[0].value.columns[0])
    assert table.loc["Enterprise", "End"] == whole.loc["Enterprise", "end"]
    ledger = version.ledger(by="segment", period="2026-03-01", segment={"segment": "Enterprise"})
    assert len(app.dataframe[1].value) == len(ledger)


@pytest.mark.parametrize(
    ("show", "words"),
    [
        ("arr", "ARR is 12 times MRR"), ("top", "The 10 largest of"),
        ("renewals", "contracts end in the 90 days after"), ("outlook", "The 95 % band held what came in"),
    ],
)  # fmt: skip
def test_each_part_says_what_it_is_about(open_page: Open, show: str, words: str) -> None:
    app = open_page("revenue", show=show)
    assert words in said(app)
    assert len(app.dataframe) >= 1


def test_an_assumption_is_kept_in_the_address_and_moves_the_projection(open_page: Open) -> None:
    app = open_page("revenue", show="outlook")
    before = next(m.value for m in app.markdown if "If the coming months" in m.value)
    app.number_input(key="assume_churn").set_value(5.0).run()
    assert json.loads(app.query_params["assume"]) == {"churn": 5.0}
    after = next(m.value for m in app.markdown if "If these assumptions hold" in m.value)
    assert before != after
    assert "Changed by hand: churn." in said(app)
    app = open_page("revenue", show="outlook", assume='{"churn": 500}', errors=True)
    assert "from 0 to 1" in app.error[0].value


def test_what_does_not_add_up_is_named_in_red(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from cs_metrics.analysis.revenue import flows

    monkeypatch.setitem(flows._SQL, "churn", "0")
    app = open_page("revenue", since="2026-03-01", until="2026-03-31", period="custom", errors=True)
    banner = app.error[0].value
    assert "do not add up" in banner
    assert "00399" in banner  # the largest that left in March
    named = app.dataframe[0].value
    assert set(named["What differs"]) == {"balance"}
    assert "00399" in named["Customer"].tolist()


def test_orders_alone_have_no_recurring_revenue_and_the_page_says_what_is_missing(
    open_page: Open, tmp_path: Path
) -> None:
    lines = "\n".join(f"o{n},c{n % 3},2026-0{n % 6 + 1}-03,{10 + n}" for n in range(12))
    load("shop", {"orders.csv": f"order_id,customer_id,ordered_at,amount\n{lines}\n"}, tmp_path / "shop")
    app = open_page("revenue", ws="shop")
    assert "`amount`" in said(app)
    assert "no recurring revenue" in said(app)


def test_currencies_without_a_rate_are_kept_apart(open_page: Open, tmp_path: Path) -> None:
    starts = [date(2025, month, 3) for month in range(1, 7)]
    rows = [f"c{n},{day},{'EUR' if n % 2 else 'USD'},100,month" for n, day in enumerate(starts)]
    text = "customer_id,start_date,currency,amount,billing_period\n" + "\n".join(rows) + "\n"
    load("two currencies", {"subscriptions.csv": text}, tmp_path / "two")
    app = open_page("revenue", ws="two currencies", period="all")
    assert "never summed" in app.warning[0].value
    assert "to $300" in said(app)
    app.segmented_control(key="currency_shown").set_value("EUR").run()
    assert json.loads(app.query_params["def"]) == {"currency": "EUR"}
    assert "to €300" in said(app)
    assert "no projection" in said(open_page("revenue", ws="two currencies", period="all", show="outlook"))
    renewals = open_page("revenue", ws="two currencies", show="renewals")
    assert "`contract_end`" in said(renewals)


def test_revenue_that_begins_and_ends_within_a_month_is_said_to_be_none(open_page: Open, tmp_path: Path) -> None:
    rows = "c1,2025-03-03,2025-03-09,100,month\nc2,2025-03-20,,0,month\n"
    text = f"customer_id,start_date,end_date,amount,billing_period\n{rows}"
    load("brief", {"subscriptions.csv": text}, tmp_path / "brief")
    for show in ("moves", "arr", "top"):
        assert "No customer pays at the start or the end of any month" in said(
            open_page("revenue", ws="brief", period="all", show=show)
        )
