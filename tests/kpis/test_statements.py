"""How many statements a request makes: KPIs that read one fact are answered together."""

from __future__ import annotations

from typing import Any

from cs_metrics.kpis import CATALOGUE, Slice, compute
from cs_metrics.kpis.ask import choose, settle, settled
from cs_metrics.kpis.run import MOST
from tests.kpis.company import CHOICES, company
from tests.support import kept_version


class Counting:
    """A connection that notes what it is asked; what settling a question looks up is not counted."""

    def __init__(self, con: Any) -> None:
        self.con, self.statements = con, []

    def execute(self, text: str, *values: Any) -> Any:
        if text.startswith("SELECT 0 AS part"):
            self.statements.append(text)
        return self.con.execute(text, *values)


def test_all_kpis_by_month_are_one_statement_a_fact() -> None:
    con = Counting(kept_version(company()))
    asked = Slice.of("month", definitions={**CHOICES, "fresh_days": 3650})
    known = settle(con, asked)  # type: ignore[arg-type]
    forms = {kpi.id: choose(kpi, known.available)[0] for kpi in CATALOGUE.values()}
    chosen = {kpi: settled(form, known) for kpi, form in forms.items() if form is not None}
    compute(con, list(chosen), asked)  # type: ignore[arg-type]
    ways: dict[str, set[str]] = {}
    for kpi, form in chosen.items():
        way = f"{form.over.name} {form.only}" if form.over else kpi
        ways.setdefault(form.relations[0].source, set()).add(way)
    # a fact that is read in many ways is asked in several: planning a statement grows faster than its size
    assert len(con.statements) == sum(-(-len(found) // MOST) for found in ways.values())
    assert len(chosen) > 3 * len(con.statements) / 2
