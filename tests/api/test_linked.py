"""What a redacted link says: nothing of what it keeps away, whatever it is asked, in an answer or in an error."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.api.answering.answers import Answers
from cs_metrics.api.links.linked import Linked
from cs_metrics.api.links.masking import Unseen, pseudonym, veil
from cs_metrics.api.links.parts import PARTS, Part
from cs_metrics.errors import CSMetricsError, NotAllowedError, QueryError
from cs_metrics.workspace.store.database import cursor
from tests.api.calls import CALLS
from tests.api.told import words

KEY = b"a key of one link"
COLUMNS = {
    "customer_id": ("customers", "customer_id"), "name": ("customers", "name"), "csm": ("customers", "csm"),
    "region": ("customers", "region"), "country": ("customers", "country"), "email": ("users", "email"),
    "user_id": ("users", "user_id"),
}  # fmt: skip


@pytest.fixture(scope="module")
def version() -> Any:
    return cs.sample().version()


@pytest.fixture(scope="module")
def values(version: Any) -> dict[str, set[str]]:
    """The values of each column that is kept away below."""
    con = cursor(version.workspace.folder.version(version.number))
    return {
        name: {str(v) for (v,) in con.execute(f"SELECT DISTINCT {c} FROM {t} WHERE {c} IS NOT NULL").fetchall()}
        for name, (t, c) in COLUMNS.items()
    }


def test_every_method_of_a_view_is_asked_and_has_its_part() -> None:
    methods = {name for name in dir(Answers) if not name.startswith("_") and callable(getattr(Answers, name))}
    assert methods == set(CALLS) == set(PARTS)


@pytest.mark.parametrize(
    ("hidden", "masked"),
    [
        ({"region", "country", "csm", "user_id"}, {"customer_id", "name", "email"}),
        ({"customer_id", "name", "email", "user_id"}, {"csm"}),
    ],
    ids=["masked", "hidden"],
)
def test_no_answer_and_no_error_has_a_value_of_what_is_kept_away(
    version: Any, values: dict[str, set[str]], hidden: set[str], masked: set[str]
) -> None:
    view = Linked(version, hidden=hidden, masked=masked, key=KEY)
    kept_away = {value for name in hidden | masked for value in values[name]}
    answered = 0
    for name, call in CALLS.items():
        try:
            found = call(view)
        except CSMetricsError as error:
            found = error
            assert PARTS[name] in (Part.SQL, Part.NEVER) or name in ("score_before", "feedback_change"), name
        else:
            answered += len(found) if isinstance(found, pd.DataFrame) else 1
        text = "\n".join(words(found))
        for value in kept_away:
            if value in text:
                assert not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text), (name, value)
        if isinstance(found, pd.DataFrame) and PARTS[name] is Part.ROWS:
            assert hidden.isdisjoint(found.columns), name
    assert answered > 3000
    assert hidden.isdisjoint(view.dimensions()["name"])
    assert masked.isdisjoint(view.dimensions()["name"])


def test_a_value_has_the_same_pseudonym_in_all_answers_of_a_link_and_another_in_another(version: Any) -> None:
    one, other = (Linked(version, masked={"customer_id", "name"}, key=key) for key in (KEY, b"another"))
    whole = version.largest().set_index("customer_id")["mrr"]
    seen = one.largest()
    assert list(seen["mrr"]) == list(whole)
    assert seen["customer_id"].str.fullmatch(r"customer_id [a-z2-7]{12}").all()
    assert seen["customer_id"].is_unique
    assert set(seen["customer_id"]) & set(one.stretches()["customer_id"]) == set(seen["customer_id"])
    assert set(seen["customer_id"]).isdisjoint(other.largest()["customer_id"])
    said = one.report("weekly")
    assert any("name " in sentence.text for section in said.sections for sentence in section.sentences)


def test_a_pseudonym_of_a_pseudonym_is_itself() -> None:
    once = pseudonym("name", "Acme", KEY)
    assert pseudonym("name", once, KEY) == once
    assert pseudonym("name", once, b"another") != once
    assert pseudonym("name", "Acme", KEY) != pseudonym("name", "acme", KEY)


def test_what_holds_the_values_of_a_column_goes_with_it() -> None:
    frame = pd.DataFrame({"customer_id": ["1", None], "unit": ["1", "u"], "score": [3, 4], "comment": ["Hi", "Acme"]})
    seen = veil(frame, Unseen(masked=["customer_id", "score"], key=KEY))
    assert list(seen.columns) == ["customer_id", "unit"]
    assert seen["customer_id"][0] == seen["unit"][0]
    assert seen["customer_id"][1] is None
    assert list(veil(frame, Unseen(["customer_id"])).columns) == ["score"]
    ends = frame.assign(score_low=1, score_high=5)
    assert list(veil(ends, Unseen(masked=["score"], key=KEY)).columns) == ["customer_id", "unit", "comment"]
    assert list(veil(frame, Unseen(["survey_responses.score"])).columns) == ["customer_id", "unit", "comment"]
    assert Unseen(["customer_id"]) >= {"parent_customer_id", "referred_by"}
    assert (Unseen(["a"], ["b"], KEY) | {"c"}).masked == {"b"}


def test_items_that_are_values_of_what_is_kept_away_are_not_told_nor_guessed(version: Any) -> None:
    whole = version.kpi("support_tickets")
    product = whole["item"].dropna().iloc[0]
    assert len(version.rows("support_tickets", item=product))
    view = Linked(version, hidden={"tickets.product"})
    assert view.kpi("support_tickets")["item"].isna().all()
    assert len(view.rows("support_tickets"))
    for guess in (product, "no such product"):
        with pytest.raises(QueryError, match="cannot be asked"):
            view.rows("support_tickets", item=guess)


def test_amounts_left_out_are_beside_no_account(version: Any) -> None:
    view = Linked(version, hidden={"amount"})
    assert not {"mrr", "share", "mrr_before"} & set(view.largest().columns)
    assert list(view.ledger(since="2026-06-01").columns) == ["period", "customer_id", "name", "complete", "_source",
                                                            "_row", "_rows"]  # fmt: skip
    assert "_value" not in view.rows("mrr", period="2026-06-01").columns
    why = view.why("mrr", period="2026-06-01")
    assert not {"part", "n_now"} & set(why.accounts.columns)
    assert {"part", "n_now"} <= set(why.parts.columns)
    assert view.kpi("mrr", since="2026-06-01")["value"].notna().all()
    assert len(view.comments())
    assert "mrr_share" not in view.themes().columns  # one that a single customer wrote of would tell its part
    assert "share" in view.themes().columns  # of texts
    assert {"score", "score_low", "score_high"}.isdisjoint(Linked(version, hidden={"score"}).themes().columns)


@pytest.mark.parametrize(
    "asked",
    [
        {"where": {"plan": ["Team"]}}, {"definitions": {"minimum_n": 3}}, {"as_of": "2026-01-01"},
        {"by": "region"}, {"by": ["customer_id"]}, {"by": "customers.name"},
    ],
    ids=str,
)  # fmt: skip
def test_nothing_can_be_had_by_subtraction(version: Any, asked: dict[str, Any]) -> None:
    view = Linked(version, hidden={"region"}, masked={"customer_id", "name"}, key=KEY)
    for name in ("kpi", "retention", "ledger"):
        method = getattr(view, name)
        with pytest.raises((NotAllowedError, QueryError), match=r"locked|cannot be asked"):
            method("mrr", **asked) if name == "kpi" else method(**asked)
    with pytest.raises(NotAllowedError, match="locked"):
        view.why("mrr", against={"plan": ["Team"]})
    with pytest.raises(NotAllowedError, match="locked"):
        view.retention(of="events", start={"event": ["x"]})


def test_a_locked_filter_leaves_no_others_in_what_there_is_to_choose(version: Any) -> None:
    view = Linked(version, where={"region": ["EMEA"]})
    chosen = version.dimensions().set_index("name")["values"]
    mine = view.dimensions().set_index("name")["values"]
    assert mine["region"] == ["EMEA"]
    assert set(mine["country"]) < set(chosen["country"])
    assert "United States" not in mine["country"]
    assert set(mine["subscriptions.plan"]) <= set(chosen["subscriptions.plan"])
    assert view.currencies().empty
    assert view.sources().empty
    assert {about["rows"] for about in view.tables().values()} == {1}
    of_rows = Linked(version, where={"survey_responses.channel": ["email"]})
    assert not any(of_rows.dimensions()["values"])
    assert "referred_by" in chosen.index
    assert "referred_by" not in mine.index
    with pytest.raises(NotAllowedError, match="not shown"):
        view.compute(["mrr"], by=["customers.referred_by"])


def test_no_answer_names_a_customer_outside_a_locked_filter(version: Any) -> None:
    view = Linked(version, where={"region": ["EMEA"]})
    con = cursor(version.workspace.folder.version(version.number))
    text = "SELECT customer_id, name FROM customers WHERE (region IS NOT DISTINCT FROM 'EMEA') = $1"
    inside, outside = (
        {str(v) for row in con.execute(text, [is_in]).fetchall() for v in row} for is_in in (True, False)
    )
    told: set[str] = set()
    for name, call in CALLS.items():
        if name == "report":  # "rewritten" makes one as well, of fewer KPIs
            continue
        try:
            found = set(words(call(view)))
        except CSMetricsError:
            continue
        told |= found
        assert not found & (outside - inside), name
    assert len(told & inside) > 100


def test_a_filter_that_is_not_to_be_told_is_in_no_sql(version: Any) -> None:
    hidden, locked = (Linked(version, where={"region": ["EMEA"]}, secret=secret) for secret in (True, False))
    assert "EMEA" in locked.sql("mrr")
    for name, part in PARTS.items():
        if part is Part.SQL:
            with pytest.raises(NotAllowedError, match="not shown"):
                CALLS[name](hidden)
    for name in ("try_own", "model"):
        with pytest.raises(NotAllowedError, match="not shown"):
            CALLS[name](locked)


def test_a_locked_filter_holds_where_definitions_are_laid_side_by_side(version: Any) -> None:
    period = {"since": "2026-01-01", "until": "2026-07-01"}
    con = cursor(version.workspace.folder.version(version.number))
    emea = {c for (c,) in con.execute("SELECT customer_id FROM customers WHERE region = 'EMEA'").fetchall()}
    view = Linked(version, where={"region": ["EMEA"]}, secret=True)
    seen = view.compare("customer_churn_rate", "stripe", None, **period)
    whole = version.compare("customer_churn_rate", "stripe", None, **period)
    assert set(seen.rows["customer_id"]) == set(whole.rows["customer_id"]) & emea
    assert 0 < len(seen.rows) < len(whole.rows)
    tried = view.compare("customer_churn_rate", "stripe", None, where={"region": ["APAC"]}, **period)
    assert not tried.a["n"]
    assert tried.rows.empty
