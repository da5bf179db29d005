"""The KPI library: found by any name, filtered, each KPI with its value; the whole as a table."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from cs_metrics import kpis
from pages._ui.kpi import kpi_texts

Open = Callable[..., AppTest]


def shown(app: AppTest) -> list[str]:
    """The ids of the KPIs on the page, in their order."""
    names = {kpi.name: kpi.id for kpi in kpis.CATALOGUE.values()}
    return [names[found[1]] for e in app.get("page_link") if (found := re.fullmatch(r"\*\*(.+)\*\*", e.proto.label))]


def test_every_kpi_is_there_with_its_definition(open_page: Open) -> None:
    app = open_page("library")
    assert sorted(shown(app)) == sorted(kpis.CATALOGUE)
    written = "\n".join(m.value for m in app.markdown)
    assert f"**{len(kpis.CATALOGUE)} of {len(kpis.CATALOGUE)}** KPIs are computable" in written


@pytest.mark.parametrize(("typed", "first"), [
    ("nps", "net_promoter_score"), ("logo churn", "customer_churn_rate"), ("GRR", "gross_revenue_retention"),
    ("mrr", "mrr"), ("net promotr score", "net_promoter_score")])  # fmt: skip
def test_any_name_finds_it_also_with_a_slip(open_page: Open, typed: str, first: str) -> None:
    assert shown(open_page("library", q=typed))[0] == first


def test_filters_narrow_and_stand_in_the_url(open_page: Open) -> None:
    app = open_page("library", category="Advocacy", lead="lagging")
    expected = [k.id for k in kpis.CATALOGUE.values() if k.category == "Advocacy" and not k.leading]
    assert sorted(shown(app)) == sorted(expected)


def test_nothing_found_says_so(open_page: Open) -> None:
    app = open_page("library", q="zzzzqqq")
    assert shown(app) == []
    assert any("No KPI fits" in m.value for m in app.markdown)


def test_the_table_has_values_and_every_attribute(open_page: Open) -> None:
    open_page("library")
    from pages._ui.kpi import library_parts

    entries = [{"id": "mrr", "name": "MRR", "category": "Financial", "area": "", "stage": "", "cadence": "monthly",
                "audience": "leadership", "needs": [], "computable": True}]  # fmt: skip
    table = library_parts.table(entries, {"mrr": {"value": 12.0, "n": 3, "complete": True, "note": ""}})
    assert isinstance(table, pd.DataFrame)
    assert table.loc[0, "value"] == 12.0
    assert set(kpi_texts.ATTRIBUTES.values()) <= set(table.columns)
