"""The words that a formula's numbers are put into name only what an answer has."""

from __future__ import annotations

import re

import pytest

from cs_metrics.kpis import CATALOGUE, KPI
from cs_metrics.settings import BY_NAME


@pytest.mark.parametrize("kpi", CATALOGUE.values(), ids=lambda kpi: kpi.id)
def test_every_form_says_its_formula_in_numbers_that_there_are(kpi: KPI) -> None:
    for form in kpi.forms:
        given = {"value", "numerator", "n", *(b.name for b in form.beside), *form.aside, *BY_NAME}
        if form.denominator or form.divisor:
            given.add("denominator")
        asked = re.findall(r"\{(\w+)", form.words)
        assert asked, form
        assert set(asked) <= given
