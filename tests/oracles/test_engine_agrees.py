"""The engine against the oracles on the sample company: each KPI by month and segment; quarters; triangles."""

from __future__ import annotations

import os
from typing import Any

import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.facts.words import judge
from cs_metrics.kpis.catalogue import CATALOGUE
from cs_metrics.schema import TABLES
from cs_metrics.workspace.store.database import cursor

from . import ORACLES, Data
from .agreement import differences, interval_differences, periods, plain, same
from .expansion import movements
from .models import pipeline, risks
from .triangle import triangle

# the whole comparison takes ten minutes; in every run of the tests each attribute is compared in every sixth month
STEP = 1 if "CS_METRICS_EVERY_MONTH" in os.environ else 6
BY_SEGMENT = [("region", slice(0, None, STEP)), ("plan", slice(STEP // 2, None, STEP))]
BUILT = [kpi for kpi in ORACLES if kpi in CATALOGUE]  # an oracle is written before its KPI
ROW_ATTRIBUTES = {
    "subscriptions.plan": (
        "customer_retention_rate",
        "customer_churn_rate",
        "gross_revenue_retention",
        "net_revenue_retention",
        "mrr",
        "expansion_revenue",
    ),
    "survey_responses.channel": (
        "net_promoter_score",
        "customer_satisfaction_score",
        "customer_effort_score",
        "survey_response_rate",
    ),
    "tickets.product": (
        "first_response_time",
        "average_resolution_time",
        "first_contact_resolution_rate",
        "resolution_rate",
        "support_tickets",
    ),
}


@pytest.fixture(scope="module")
def version() -> Any:
    return cs.sample().version()


@pytest.fixture(scope="module")
def data(version: Any) -> Data:
    con = cursor(version.workspace.path / "versions" / f"{version.number:04}.duckdb")
    tables = {name: con.execute(f"SELECT * FROM {name} ORDER BY _source, _row").df() for name in TABLES}
    result = Data(tables, pd.Timestamp(version.as_of), version.settings)
    # how a text is judged is a library's business: the oracles take its word, and count
    said = pd.concat(
        [tables["mentions"]["text"], tables["survey_responses"]["comment"], tables["touchpoints"]["notes"]]
    )
    texts = said.dropna().unique().tolist()
    result.tone = dict(zip(texts, judge(texts), strict=True)).get  # type: ignore[assignment]
    return result


@pytest.fixture(scope="module")
def ask(version: Any, data: Data) -> Any:
    """The engine's frame of all KPIs at a grain, by an attribute; asked once."""
    frames: dict[tuple, pd.DataFrame] = {}

    def compute(grain: str, by: str | None) -> pd.DataFrame:
        if (grain, by) not in frames:
            spans = periods(data, grain)
            since, until = str(spans[0][0].date()), str(spans[-1][1].date())
            kpis = list(ROW_ATTRIBUTES[by]) if by in ROW_ATTRIBUTES else BUILT
            frames[grain, by] = version.compute(kpis, grain=grain, by=[by] if by else None, since=since, until=until)
        return frames[grain, by]

    return compute


def none(found: list[str]) -> None:
    """Fail with the first differences, and say how many there are."""
    assert not found, f"{len(found)} differences\n" + "\n".join(found[:25])


@pytest.mark.parametrize("kpi", BUILT)
def test_every_month(ask: Any, data: Data, kpi: str) -> None:
    none(differences(ask("month", None), data, kpi, "month"))


@pytest.mark.parametrize("kpi", BUILT)
@pytest.mark.parametrize(("by", "every"), BY_SEGMENT, ids=lambda v: v if isinstance(v, str) else "")
def test_months_by_segment(ask: Any, data: Data, kpi: str, by: str, every: slice) -> None:
    none(differences(ask("month", by), data, kpi, "month", by, every))


@pytest.mark.parametrize("kpi", BUILT)
def test_every_quarter(ask: Any, data: Data, kpi: str) -> None:
    none(differences(ask("quarter", None), data, kpi, "quarter"))


@pytest.mark.parametrize(("by", "kpi"), [(by, kpi) for by, kpis in ROW_ATTRIBUTES.items() for kpi in kpis])
def test_every_value_of_a_row_attribute(ask: Any, data: Data, by: str, kpi: str) -> None:
    none(differences(ask("month", by), data, kpi, "month", by))


@pytest.mark.parametrize("kpi", BUILT)
def test_what_chance_makes_of_it(ask: Any, data: Data, kpi: str) -> None:
    none(interval_differences(ask("quarter", None), data, kpi, "quarter"))


@pytest.mark.parametrize(("kpi", "model"), [("churn_risk_score", risks), ("win_prediction", pipeline)])
def test_what_a_model_is_judged_by(version: Any, data: Data, kpi: str, model: Any) -> None:
    judged = version.model(kpi)
    assert judged.usable
    theirs = judged.scores
    ours = model(data)[1]
    none([f"{k}: {v} != {theirs[k]}" for k, v in ours.items() if v != theirs[k] and v != pytest.approx(theirs[k])])


@pytest.mark.parametrize("grain", ["month", "quarter"])
@pytest.mark.parametrize("by", [None, "region", "plan"])
def test_movements(version: Any, data: Data, grain: str, by: str | None) -> None:
    frame = version.movements(grain=grain, by=[by] if by else None)
    spans = dict(periods(data, grain))
    found = []
    for row in frame.to_dict("records"):
        start = pd.Timestamp(row["period"])
        if start not in spans:
            continue
        ours = movements(data, start, spans[start], (by, plain(row[by])) if by else None)
        wrong = {k: (v, row[k]) for k, v in ours.items() if not same(v, row[k])}
        if wrong:
            found.append(f"{start:%Y-%m-%d} {row[by] if by else ''}: (oracle, engine) {wrong}")
    assert len(frame) >= len(spans)
    none(found)


@pytest.mark.parametrize("kind", ["on", "on_or_after"])
@pytest.mark.parametrize("of", ["orders", "subscriptions"])
@pytest.mark.parametrize("by", [None, "region"])
def test_triangle(version: Any, data: Data, of: str, kind: str, by: str | None) -> None:
    assert not data[of].empty
    frame = version.retention(of=of, unit="customers", grain="month", periods=12, kind=kind, by=[by] if by else None)
    values = [None] if by is None else [*sorted(set(data["customers"][by].dropna())), None]
    found = []
    for value in values:
        theirs = frame if by is None else frame[frame[by].isna() if value is None else frame[by] == value]
        cells = {(pd.Timestamp(r.cohort), int(r.k)): r for r in theirs.itertuples()}
        for row in triangle(data, of, kind, 12, (by, value) if by else None).itertuples():
            cell = cells.pop((row.cohort, row.k), None)
            ours = (row.eligible, row.retained, row.complete)
            engine = cell and (cell.eligible, cell.retained, cell.complete)
            if ours != engine:
                found.append(f"{value} {row.cohort:%Y-%m} k={row.k}: oracle {ours}, engine {engine}")
        found += [f"{value} {cohort:%Y-%m} k={k}: the engine's alone" for cohort, k in cells]
    none(found)
