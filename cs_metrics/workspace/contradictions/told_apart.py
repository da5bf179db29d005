"""Where customer files say different things of one customer, as `facts.believed` found it: counted and listed."""

from __future__ import annotations

import duckdb
import pandas as pd

from cs_metrics.facts.believed import FOLDED
from cs_metrics.workspace.publish import changes

FILES = ("attribute", "one", "other", "one_file", "other_file", "customers", "one_in_force", "other_in_force")
CUSTOMERS = ("attribute", "customer_id", "origin", "value", "file", "row", "in_force")
_NAME = "CASE WHEN s.sheet IS NULL OR s.sheet = '' THEN s.file ELSE s.file || ' / ' || s.sheet END"


def counts(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row an attribute and pair of sources that differ, the most customers first: attribute, one and other
    (the sources), one_file and other_file (the latest file of each), customers (of whom they differ), one_in_force and
    other_in_force (of these, those for whom that source's value holds)."""
    if not changes.has(con, None, "dim_told"):
        return pd.DataFrame(columns=list(FILES))
    return con.execute(
        f"""
        WITH told AS (SELECT *, {FOLDED} AS folded FROM dim_told),
        latest AS (
            SELECT o.origin, arg_max({_NAME}, s.source) AS file FROM _told AS t JOIN _sources AS s
            ON s.source = t._source JOIN _origins AS o ON o.source = t._source GROUP BY o.origin)
        SELECT a.attribute, a.origin AS one, b.origin AS other, any_value(f.file) AS one_file,
               any_value(g.file) AS other_file, count(*) AS customers,
               count(*) FILTER (WHERE a.in_force) AS one_in_force, count(*) FILTER (WHERE b.in_force) AS other_in_force
        FROM told AS a JOIN told AS b ON b.attribute = a.attribute AND b.customer_id = a.customer_id
             AND (b._source, b.origin) > (a._source, a.origin) AND b.folded <> a.folded
        LEFT JOIN latest AS f ON f.origin = a.origin LEFT JOIN latest AS g ON g.origin = b.origin
        GROUP BY ALL ORDER BY customers DESC, a.attribute, one, other"""
    ).df()


def listing(con: duckdb.DuckDBPyConnection, attribute: str | None = None) -> pd.DataFrame:
    """Return what each source says of each of these customers: attribute, customer_id, origin, value (as text), file,
    row, in_force (whether this value holds)."""
    if not changes.has(con, None, "dim_told"):
        return pd.DataFrame(columns=list(CUSTOMERS))
    return con.execute(
        f"SELECT d.attribute, d.customer_id, d.origin, d.value, {_NAME} AS file, d._row AS row, d.in_force "
        "FROM dim_told AS d LEFT JOIN _sources AS s ON s.source = d._source WHERE $1 IS NULL OR d.attribute = $1 "
        "ORDER BY d.attribute, d.customer_id, d._source",
        [attribute],
    ).df()


def sentences(con: duckdb.DuckDBPyConnection, sources: set[str] | None = None) -> list[str]:
    """Return one sentence an attribute and pair of files that differ: how many customers, and whose value holds.
    `sources`: only pairs with one of these files (as 'file' or 'file / sheet')."""
    said = []
    for row in counts(con).to_dict("records"):
        if sources is not None and not sources & {row["one_file"], row["other_file"]}:
            continue
        n = row["customers"]
        holds = row["one_file"] if row["one_in_force"] == n else row["other_file"] if row["other_in_force"] == n else ""
        who = f"{holds} holds" if holds else "The file that was loaded last, or that is believed, holds"
        said.append(
            f"{n:,} {'customer' if n == 1 else 'customers'}: {row['attribute']} in {row['one_file']} and "
            f"{row['other_file']} differ. {who}; choose on Data, 'Who is who'."
        )
    return said
