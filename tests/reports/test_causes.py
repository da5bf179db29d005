"""What a sentence says made a change, on splits small enough to check by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from cs_metrics.analysis.why.explain import Explained
from cs_metrics.reports.brief.causes import cause
from cs_metrics.reports.brief.saying import gap, value


def split(accounts: list[tuple], by: tuple[str, ...] = ("region",), kind: str = "sum") -> Explained:
    """A change of MRR by (customer, name, segment, part); a part is rate alone."""
    frame = pd.DataFrame(accounts, columns=["customer_id", "name", "segment", "part"])
    frame = frame.sort_values("part", key=abs, ascending=False)
    parts = frame.groupby("segment", as_index=False)["part"].sum().sort_values("part", key=abs, ascending=False)
    parts = parts.assign(region=parts["segment"], mix=0.0, rate=parts["part"], n_then=0, n_now=0, d_then=0, d_now=0)
    change = float(frame["part"].sum())
    side = {"value": 0.0, "complete": True}
    none = pd.DataFrame()
    return Explained("mrr", kind, "value", side, side, None, change, 0.0, math.nan, math.nan, by, False,
                     parts, frame, none, none)  # fmt: skip


def told(found: Explained) -> str | None:
    said = cause(found, {"region": "Region"})
    return said and said.text


def test_few_accounts_in_a_segment_that_makes_most_are_named():
    rows = [("1", "Northwind", "EMEA", -40.0), ("2", "Contoso", "EMEA", -30.0), ("3", "Fabrikam", "EMEA", -30.0),
            ("4", "Tailspin", "EMEA", -20.0), ("5", "Adatum", "AMER", 10.0)]  # fmt: skip
    # 40 + 30 = 70 of the 120 that EMEA makes
    assert told(split(rows)) == ", mostly Region EMEA: Northwind and Contoso"
    rows[1] = ("2", "Contoso", "EMEA", -10.0)  # half of 100: 40 and 30
    assert told(split(rows)) == ", mostly Region EMEA: Northwind and Fabrikam"
    rows[0], rows[1] = ("1", "Northwind", "EMEA", -25.0), ("2", "Contoso", "EMEA", -30.0)
    assert told(split([*rows, ("6", "Alpine", "EMEA", -30.0)])) == ", mostly Region EMEA: Contoso and two others"


def test_a_change_that_many_make_names_nobody():
    rows = [(str(i), f"Account {i}", "EMEA", -1.0) for i in range(20)]
    assert told(split(rows)) == ", mostly Region EMEA"
    assert told(split(rows, by=())) is None


def test_a_segment_that_pulls_the_other_way_is_no_cause_and_one_of_several_is_not_most():
    four = [(str(i), f"Account {i}", name, -25.0) for i, name in enumerate(("A", "B", "C", "D"))]
    assert told(split(four)) == ", the largest part Region A: Account 0"
    assert told(split([("1", "One", "A", 10.0), ("2", "Two", "A", -10.0)])) is None  # no change, no cause


def test_accounts_that_may_not_be_named_are_not():
    found = split([("1", "Northwind", "EMEA", -40.0)])
    bare = Explained(**{**vars(found), "accounts": found.accounts.drop(columns=["customer_id", "name"])})
    assert told(bare) == ", mostly Region EMEA"
    unnamed = Explained(**{**vars(found), "accounts": found.accounts.drop(columns="name")})
    assert told(unnamed) == ", mostly Region EMEA: 1"


@pytest.mark.parametrize(
    ("now", "before", "unit", "said"),
    [
        (1.042, 1.073, "share", "3.1 points"), (0.5, 0.49, "share", "1.0 point"), (0.5001, 0.5, "share", ""),
        (63.4, 62.6, "score", "0.8 points"), (120.0, 100.0, "money", "20.0 %"), (5.0, 0.0, "count", "5"),
        (0.0, 0.0, "money", ""),
    ],
)  # fmt: skip
def test_how_far_two_values_lie_apart(now, before, unit, said):
    assert gap(now, before, unit, "USD") == said


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        (1.042, "share", "104.2 %"), (-0.2972, "share", "−29.7 %"), (1599468.25, "money", "$1,599,468"),
        (72.08, "money", "$72.08"), (0.0, "money", "$0"), (0.5, "hours", "30 min"), (3.52, "hours", "3.5 h"),
        (517.0, "count", "517"), (None, "share", "–"), (-0.0001, "share", "0.0 %"),
    ],
)  # fmt: skip
def test_values_in_their_units(amount, unit, said):
    assert value(amount, unit, "USD") == said
