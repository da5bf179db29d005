"""Whether those who answered are like those who did not: shares by hand, tests, what too few say."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from scipy import stats

from cs_metrics.analysis.feedback.heard.likeness import judge, likeness
from cs_metrics.errors import QueryError
from cs_metrics.settings import resolve
from tests.analysis.test_weights import company
from tests.support import kept_version


def counts(**attributes: dict[str | None, tuple[int, int]]) -> pd.DataFrame:
    rows = [[name, value, *n] for name, values in attributes.items() for value, n in values.items()]
    return pd.DataFrame(rows, columns=["attribute", "value", "heard", "others"])


def test_shares_difference_and_test_by_hand() -> None:
    made = judge(counts(region={"EU": (60, 40), "US": (40, 60)}), ["region"], 10)
    row = made.tests.iloc[0]
    assert row["chi_square"] == pytest.approx(8.0)  # 200 (60 x 60 - 40 x 40)^2 / 100^4
    assert row["p"] == pytest.approx(stats.chi2.sf(8, 1))
    assert made.values["difference"].tolist() == pytest.approx([0.2 / math.sqrt(0.24), -0.2 / math.sqrt(0.24)])
    assert row["differs"]
    assert row["sentence"] == (
        "Region: those heard from are more often EU (60 % against 40 %) and less often US (40 % against 60 %) than the "
        "others."
    )
    assert made.verdict.endswith("they differ in region, of the one respect compared.")


def test_one_of_many_looks_is_corrected() -> None:
    one = {"a": (60, 45), "b": (40, 55)}
    alone = judge(counts(x=one), ["x"], 10)
    others = {f"y{i}": {"a": (50, 50), "b": (50, 50)} for i in range(5)}
    many = judge(counts(x=one, **others), ["x", *others], 10)
    assert alone.tests["differs"].iloc[0]
    assert not many.tests["differs"].any()
    assert many.tests["adjusted"].iloc[0] == pytest.approx(6 * alone.tests["p"].iloc[0])
    assert many.verdict == "Those who answered are like those who did not, in the 6 respects that could be compared."


def test_too_few_are_not_compared() -> None:
    made = judge(counts(region={"EU": (9, 1), "US": (0, 200)}), ["region"], 10)
    assert made.tests["differs"].isna().all()
    assert "too few to compare (9 accounts were heard from)" in made.tests["sentence"].iloc[0]
    one = judge(counts(region={"EU": (90, 200)}), ["region"], 10)
    assert "one value" in one.tests["sentence"].iloc[0]
    assert judge(counts(), [], 10).verdict.startswith("There are too few accounts")


def test_rare_values_are_put_together_and_a_tiny_difference_is_none() -> None:
    rare = {"big": (500, 500), **{f"v{i}": (1, 1) for i in range(8)}}
    assert judge(counts(x=rare), ["x"], 10).tests["degrees"].iloc[0] == 1
    large = judge(counts(x={"a": (510_000, 500_000), "b": (490_000, 500_000)}), ["x"], 10)
    assert large.tests["adjusted"].iloc[0] < 1e-9
    assert not large.tests["differs"].iloc[0]
    assert "too small to matter" in large.tests["sentence"].iloc[0]


def test_a_missing_value_is_one_too() -> None:
    made = judge(counts(region={None: (10, 90), "EU": (90, 10)}), ["region"], 10)
    assert "less often of no known value" in made.tests["sentence"].iloc[0]


def test_of_a_version() -> None:
    con = kept_version(company({"EU": 40, "US": 10}))
    made = likeness(con, resolve({}), "2026-07-01")
    assert made.tests["attribute"].tolist() == ["mrr", "region", "tenure"]
    told = made.tests.set_index("attribute")["differs"]
    assert told["region"]
    assert told[["mrr", "tenure"]].isna().all()  # all pay alike, and all began on one day
    values = made.values[made.values["attribute"] == "region"].set_index("value")
    assert values[["heard", "others"]].to_numpy().tolist() == [[40, 20], [10, 30]]
    with pytest.raises(QueryError, match="too many"):
        likeness(con, resolve({}), "2026-07-01", by=[f"a{i}" for i in range(13)])
