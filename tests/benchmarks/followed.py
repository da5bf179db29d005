"""What accounts did after they answered, at a million answers: the time over that of SQL by hand on the same facts.

python -m tests.benchmarks.followed --answers 1000000
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import duckdb

from cs_metrics.analysis.feedback.after import after, at_risk, stayed
from cs_metrics.api.sample import sample
from cs_metrics.settings import resolve
from cs_metrics.sql import literal, quote
from cs_metrics.workspace.publish.describe import read_meta

SETTINGS = resolve({"fresh_days": 3650})
DAYS = 90
# what the answers and what follows them are read from; of other facts one copy stands for all
MANY = ("fact_response", "fact_life", "fact_active", "fact_referral", "fact_ticket", "fact_contract", "fact_user_day",
        "dim_customers")  # fmt: skip
MOST_DAYS = 20

_FIRST = """
    SELECT customer_id, arg_min(score, responded_at) AS score, min(responded_at) AS answered FROM fact_response
    WHERE survey = 'nps' AND answered AND counts AND customer_id IS NOT NULL GROUP BY 1"""
LEFT = f"""
    SELECT CASE WHEN score >= 9 THEN 'promoter' WHEN score <= 6 THEN 'detractor' ELSE 'passive' END AS category,
           count(*) AS n, count(*) FILTER (WHERE l.ends <= answered + INTERVAL '{DAYS}' DAY AND l.ends < $1) AS happened
    FROM ({_FIRST}) AS a
    JOIN fact_life AS l ON l.customer_id = a.customer_id AND l.begins <= a.answered AND a.answered < l.ends
    WHERE answered + INTERVAL '{DAYS}' DAY <= $1 GROUP BY 1 ORDER BY 1"""
ALL = f"""
    WITH f AS (SELECT a.*, answered + INTERVAL '{DAYS}' DAY AS stop, date_trunc('day', answered) AS day
               FROM ({_FIRST}) AS a),
    t AS (SELECT f.customer_id, count(*) AS n FROM f JOIN fact_ticket AS s ON s.customer_id = f.customer_id
          AND s.created_at > answered AND s.created_at <= stop GROUP BY 1),
    r AS (SELECT f.customer_id, count(*) AS n FROM f JOIN fact_referral AS s ON s.customer_id = f.customer_id
          AND s.made_at > answered AND s.made_at <= stop GROUP BY 1),
    m AS (SELECT f.customer_id, sum(s.mrr) FILTER (WHERE begins <= answered AND ends > answered) AS x,
                 sum(s.mrr) FILTER (WHERE begins <= stop AND ends > stop) AS y
          FROM f JOIN fact_active AS s ON s.customer_id = f.customer_id GROUP BY 1),
    u AS (SELECT f.customer_id, sum(events) FILTER (WHERE s.day < f.day) AS x,
                 sum(events) FILTER (WHERE s.day > f.day) AS y
          FROM f JOIN fact_user_day AS s ON s.customer_id = f.customer_id AND s.day >= f.day - INTERVAL '{DAYS}' DAY
           AND s.day <= f.day + INTERVAL '{DAYS}' DAY GROUP BY 1)
    SELECT score, count(*), sum(t.n), sum(r.n), sum(m.x), sum(m.y), sum(u.x), sum(u.y)
    FROM f LEFT JOIN t USING (customer_id) LEFT JOIN r USING (customer_id) LEFT JOIN m USING (customer_id)
    LEFT JOIN u USING (customer_id) GROUP BY 1"""
MRR = """
    WITH l AS (SELECT customer_id, arg_max(score, responded_at) AS score FROM fact_response
               WHERE survey = 'nps' AND answered AND counts GROUP BY 1)
    SELECT CASE WHEN score >= 9 THEN 'promoter' WHEN score <= 6 THEN 'detractor' WHEN score IS NULL THEN 'silent'
                ELSE 'passive' END AS category, sum(mrr) AS mrr
    FROM fact_active AS a LEFT JOIN l USING (customer_id) WHERE begins < $1 AND ends >= $1 GROUP BY 1 ORDER BY 1"""

CALL = """
    WITH l AS (SELECT customer_id, arg_max(score, responded_at) AS score FROM fact_response
               WHERE survey = 'nps' AND answered AND counts GROUP BY 1)
    SELECT c.customer_id, c.product, c.mrr, c.ends FROM fact_contract AS c JOIN l USING (customer_id)
    WHERE score <= 6 AND c.ends >= $1 AND c.ends < $1 + INTERVAL '90' DAY ORDER BY c.ends LIMIT 500"""


def multiplied(answers: int) -> duckdb.DuckDBPyConnection:
    """Return the sample's facts in memory, so many times over that there are that many answers to the NPS survey."""
    con = duckdb.connect()
    view = sample().version()
    con.execute(
        f"ATTACH {literal(str(view.workspace.path / 'versions' / f'{view.number:04d}.duckdb'))} AS one (READ_ONLY)"
    )
    own = con.execute("SELECT count(*) FROM one.fact_response WHERE survey = 'nps' AND answered AND counts").fetchall()
    copies = -(-answers // own[0][0])
    for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'one'").fetchall():
        source = f"one.{quote(name)}"
        if name not in MANY:
            con.execute(f"CREATE TABLE {quote(name)} AS SELECT * FROM {source}")
            continue
        columns = [row[0] for row in con.execute(f"SELECT column_name FROM (DESCRIBE {source})").fetchall()]
        ids = {"customer_id", "user_id", "respondent", "cluster", "_id"}
        chosen = ", ".join(f"{quote(c)} || '-' || copy AS {quote(c)}" if c in ids else quote(c) for c in columns)
        few = f" QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY md5(user_id || day)) <= {MOST_DAYS}"
        rows = f"(SELECT * FROM {source}{few if name == 'fact_user_day' else ''})"
        con.execute(
            f"CREATE TABLE {quote(name)} AS SELECT {chosen} FROM {rows}, (SELECT unnest(range({copies})) AS copy)"
        )
    con.execute("DETACH one")
    return con


def measured(work: Callable[[], Any], times: int = 2) -> tuple[float, Any]:
    """Return the shortest time of several runs, in seconds, and the answer."""
    best, found = float("inf"), None
    for _ in range(times):
        begun = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - begun)
    return best, found


def main(answers: int) -> list[tuple[str, float, float]]:
    """Print a line a question: seconds, seconds by hand, their ratio. The numbers agree, or it fails."""
    con = multiplied(answers)
    as_of = read_meta(con)["as_of"]
    now = f"TIMESTAMP '{as_of}'"

    def by_hand(text: str) -> tuple[float, Any]:
        return measured(lambda: con.execute(text.replace("$1", now)).df())

    took, found = measured(lambda: after.after(con, SETTINGS, as_of, days=DAYS))
    left, shares = by_hand(LEFT)
    own = found.frame[found.frame["measure"] == "left"].set_index("category")[["n", "happened"]]
    shares = shares.set_index("category")
    assert own.loc[shares.index].equals(shares[["n", "happened"]]), (own, shares)
    lines = [(f"after: seven measures within {DAYS} days, compared", took, by_hand(ALL)[0])]

    took, _ = measured(lambda: stayed.stayed(con, SETTINGS, as_of))
    lines.append(("stayed: three curves and their tests (by hand: a share)", took, left))

    took, frame = measured(lambda: at_risk.mrr_by_answer(con, SETTINGS, as_of).set_index("category"))
    hand, held = by_hand(MRR)
    assert abs(frame["mrr"] - held.set_index("category")["mrr"].astype(float)).max() < 0.01, (frame, held)
    lines.append(("mrr_by_answer: MRR by the latest answer", took, hand))

    took, rows = measured(lambda: at_risk.to_call(con, SETTINGS, as_of, limit=500))
    hand, called = by_hand(CALL)
    assert len(rows) == len(called), (len(rows), len(called))
    lines.append((f"to_call: the first {len(rows)} contracts", took, hand))
    print(f"{answers:,} answers, {con.execute('SELECT count(*) FROM fact_active').fetchall()[0][0]:,} rows of MRR, "
          f"{con.execute('SELECT count(*) FROM fact_user_day').fetchall()[0][0]:,} of use")  # fmt: skip
    for name, one, other in lines:
        print(f"{name:<55} {one:7.2f} s   by hand {other:6.2f} s   ratio {one / other:5.1f}")
    return lines


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=1_000_000)
    main(parser.parse_args().answers)
