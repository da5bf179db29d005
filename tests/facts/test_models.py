"""What a model looks at where there are many rows: some accounts, whole, and no more memory for more of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cs_metrics.analysis import models as judging
from cs_metrics.facts import models

ROOT = Path(__file__).parents[2]
MONTHS = 20
SIGNALS = ", ".join(
    f"CAST(hash(r * {i}) % 1000 AS DOUBLE) AS {name}" for i, name in enumerate((*models._LOGGED, *models._PLAIN), 2)
)
# an account of each 20 rows, seen at 20 months' ends; it leaves the sooner, the longer it is idle
FILL = f"""
    CREATE TABLE fact_signal AS SELECT TIMESTAMP '2020-01-01' + to_months(CAST(r % {MONTHS} AS INTEGER)) AS taken_at,
        'C' || r // {MONTHS} AS customer_id, {SIGNALS} FROM range($rows) AS t(r);
    CREATE TABLE fact_outcome AS SELECT taken_at, customer_id, taken_at + INTERVAL 90 DAY AS known_at,
        hash(customer_id, taken_at) % 10 = 0 OR idle_days > 900 AS happened FROM fact_signal;
    CREATE TABLE fact_deal_signal(opportunity_id VARCHAR, taken_at TIMESTAMP, known_at TIMESTAMP, happened BOOLEAN,
        age_days DOUBLE, amount DOUBLE, owner_win_rate DOUBLE, source_win_rate DOUBLE, kind_win_rate DOUBLE,
        kind VARCHAR)
"""


def filled(rows: int) -> str:
    """The statements that make what models read, with so many rows."""
    return FILL.replace("$rows", str(rows))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute(filled(20_000))
        yield con


def test_of_too_many_rows_some_accounts_are_taken_whole(con: duckdb.DuckDBPyConnection, monkeypatch) -> None:
    at_once = models._rows(con, models.CHURN)
    assert len(at_once) == 20_000
    monkeypatch.setattr(models, "MOST", 4_000)
    some = models._rows(con, models.CHURN)
    # 200 of 1000 accounts are expected; chance alone takes 13 more or less
    assert 150 < some["unit"].nunique() < 250
    assert (some.groupby("unit").size() == MONTHS).all()
    assert some.equals(models._rows(con, models.CHURN))
    kept = at_once[at_once["unit"].isin(some["unit"])].reset_index(drop=True)
    assert some.equals(kept)


def test_as_many_rows_as_it_takes_are_all_taken(con: duckdb.DuckDBPyConnection, monkeypatch) -> None:
    monkeypatch.setattr(models, "MOST", 20_000)
    assert len(models._rows(con, models.CHURN)) == 20_000


def test_what_it_learned_from_some_rows_is_said_of_all(con: duckdb.DuckDBPyConnection, monkeypatch) -> None:
    monkeypatch.setattr(models, "MOST", 10_000)
    monkeypatch.setattr(judging, "MOST", 10_000)
    models.build(con)
    judged = judging.judgement(con, "churn_risk_score")
    assert judged.usable
    assert judged.scores["some_of"] == 20_000
    assert judging.judgement(con, "win_prediction").scores["some_of"] is None
    assert 5_000 < judged.scores["learned_rows"] + judged.scores["judged_rows"] < 12_000


MEASURE = """
import json, sys, threading
import duckdb, sklearn.linear_model, sklearn.metrics
from cs_metrics import lockdown
from cs_metrics.facts import models

def now():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) >> 10 for line in status if line.startswith("RssAnon"))

con = duckdb.connect(sys.argv[1], config=lockdown.config())
con.execute(sys.argv[2])
con.execute("CHECKPOINT")
models.MOST = 20_000
before, most, done = now(), [0], threading.Event()

def look():
    while not done.wait(0.005):
        most.append(now())

threading.Thread(target=look, daemon=True).start()
models.build(con)
done.set()
print(json.dumps(max(most) - before))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told by /proc")
def test_more_rows_than_it_takes_cost_a_model_no_more_memory(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("CS_METRICS_MEMORY_LIMIT", "128MB")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path / "of.duckdb"), filled(240_000)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1]) < 100, "all at once take some 270"
