"""Do the movements of recurring revenue add up, and where they do not: whose rows?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.revenue.flows import COLUMNS, GAINS, LOSSES, Flows, flows, of_rows
from cs_metrics.analysis.revenue.ledger import told
from cs_metrics.analysis.revenue.movements import movements
from cs_metrics.kpis.ask import Asked, settle
from cs_metrics.kpis.relations.states import OPENING
from cs_metrics.kpis.rows import rows as kpi_rows
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice
from cs_metrics.sql import quote

CENT = 0.005
"""Half a cent: two amounts closer than that are the same."""
CHECKS = {
    "balance": "the start and the movements make another end",
    "carry": "one period ends with another amount than the next begins with",
    "history": "the history of its MRR says another amount than the movements do",
    "segments": "the segments do not sum to the whole",
    "ledger": "the customers' ledgers do not sum to the movements",
    "kpi": "the KPI MRR is another amount than the end",
}
_KEYS = ("check", "period")
_TAIL = ("customer_id", "amount", "expected", "found", "difference", "_source", "_row", "_rows")


def reconcile(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    grain: str | None = "month",
    by: str | Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """What does not add up in `movements` (same arguments): no rows where everything does, to half a cent.

    check (of `CHECKS`), period, <by>, customer_id, amount (start, end, a movement), expected, found, difference,
    _source, _row, _rows. What can be told of single customers names them and their rows: start + movements = end, an
    end = the next start, both ends = what the history of its MRR (built apart) says. Then the sums: segments to the
    whole, ledgers to the movements, the KPI MRR to the end; what differs there without a customer to name has none.
    Largest difference first. Raises as `movements` does.
    """
    words = {"by": by, "where": where, "since": since, "until": until}
    asked = settle(con, Slice.of(grain, **words), settings, as_of)
    frame = movements(con, settings, as_of, grain=grain, **words)
    found = [_of_customers(con, asked), _ledgers(con, asked, frame)]
    if asked.slice.by:
        found.append(_segments(asked, frame, movements(con, settings, as_of, grain=grain, **{**words, "by": None})))
    found.append(_kpi(con, asked, frame))
    filled = [part for part in found if len(part)]
    columns = list(dict.fromkeys([*_KEYS, *asked.slice.by, *_TAIL]))
    if not filled:
        return pd.DataFrame(columns=columns)
    breaks = pd.concat([part.astype(object) for part in filled], ignore_index=True).reindex(columns=columns)
    breaks = breaks.astype(object).where(breaks.notna(), None)
    breaks["period"] = pd.to_datetime(breaks["period"]).astype("datetime64[us]")
    order = breaks["difference"].astype(float).abs().sort_values(ascending=False, kind="stable").index
    return breaks.loc[order].reset_index(drop=True)


def _of_customers(con: duckdb.DuckDBPyConnection, asked: Asked) -> pd.DataFrame:
    made = flows(asked, rows=True)
    parts = [_balance(made), _carry(made, _begun(asked))]
    if not of_rows(asked):
        parts.append(_history(made, whole=not asked.slice.where))
    text = "\nUNION ALL BY NAME\n".join(parts)
    statement = made.writer.statement(f"SELECT * FROM (\n{text}\n) AS breaks", ())
    frame = con.execute(statement.text, statement.values).df()
    if frame.empty:
        return frame
    for number in range(1, len(asked.slice.by) + 1):
        frame[f"b{number}"] = frame[f"b{number}"].astype(object) if f"b{number}" in frame else None
    blank = dict.fromkeys(COLUMNS.values(), 0.0)
    lines = told(con, asked, frame.assign(**blank))
    extra = frame[["check", "amount", "expected", "found"]].reset_index(drop=True)
    named = [*dict.fromkeys(("period", *asked.slice.by, "customer_id")), "_source", "_row", "_rows"]
    lines = pd.concat([extra, lines[named]], axis="columns")
    for name in ("expected", "found"):
        lines[name] = lines[name].astype(float)
    return lines.assign(difference=lines["found"] - lines["expected"])


def _balance(made: Flows) -> str:
    up = " + ".join(["start_mrr", *(COLUMNS[name] for name in GAINS), "rounding_mrr"])
    down = " - ".join(COLUMNS[name] for name in LOSSES)
    keys = ", ".join(["pno", *made.writer.breakdown, "customer_id"])
    return f"""SELECT 'balance' AS "check", {keys}, 'end' AS amount, {up} - {down} AS expected, end_mrr AS found,
       _source, _row, _rows FROM {made.name}
WHERE pno >= 0 AND abs({up} - {down} - end_mrr) >= {CENT}"""


def _carry(made: Flows, begun: Sequence[int]) -> str:
    keys = ", ".join([*made.writer.breakdown, "customer_id"])
    lineage = "_source, _row, _rows"
    return f"""SELECT 'carry' AS "check", pno, {keys}, 'start' AS amount, sum(opens) AS expected, sum(closes) AS found,
       max(_source) AS _source, max(_row) AS _row, any_value(_rows) AS _rows
FROM (SELECT pno, {keys}, 0 AS opens, end_mrr + moved_in_mrr - moved_out_mrr AS closes, {lineage} FROM {made.name}
      UNION ALL SELECT pno - 1, {keys}, start_mrr, 0, {lineage} FROM {made.name}) AS edges
WHERE pno >= {min(begun, default=0)} AND pno < {max(begun, default=0)}
GROUP BY pno, {keys} HAVING abs(sum(opens) - sum(closes)) >= {CENT}"""


def _history(made: Flows, whole: bool) -> str:
    """Both ends against `fact_mrr_step`, which is built by adding up changes; of the whole, also those it alone has."""
    at = "s.begins < p.{0} AND s.ends >= p.{0}"
    table = quote(made.question.available.info["money_source"])
    own = (
        f"(SELECT list(struct_pack(source := t._source, row := t._row)) FROM {table} AS t WHERE t.customer_id = {{0}})"
    )
    return f"""SELECT 'history' AS "check", pno, customer_id, amount, expected, found, _source, _row,
       coalesce(_rows, {own.format("both_ends.customer_id")}, []) AS _rows
FROM (SELECT coalesce(h.pno, k.pno) AS pno, coalesce(h.customer_id, k.customer_id) AS customer_id,
             unnest(['start', 'end']) AS amount, unnest([coalesce(k.opens, 0), coalesce(k.closes, 0)]) AS expected,
             unnest([coalesce(h.opens, 0), coalesce(h.closes, 0)]) AS found, _source, _row, _rows
      FROM (SELECT pno, customer_id, sum(start_mrr) AS opens, sum(end_mrr) AS closes, max(_source) AS _source,
                   max(_row) AS _row, any_value(_rows) AS _rows
            FROM {made.name} WHERE stood AND pno >= 0 GROUP BY pno, customer_id) AS h
      {"FULL" if whole else "LEFT"} JOIN
           (SELECT p.pno, s.customer_id, sum(CASE WHEN {at.format("starts")} THEN s.mrr ELSE 0 END) AS opens,
                   sum(CASE WHEN {at.format("ends")} THEN s.mrr ELSE 0 END) AS closes
            FROM periods AS p JOIN fact_mrr_step AS s ON s.begins < p.ends AND s.ends >= p.starts
            WHERE p.pno >= 0 GROUP BY p.pno, s.customer_id) AS k
      ON k.pno = h.pno AND k.customer_id = h.customer_id) AS both_ends
WHERE abs(expected - found) >= {CENT}"""


def _begun(asked: Asked) -> list[int]:
    reach = asked.question(asked.slice.by).reach(OPENING)
    return [number for number, period in asked.periods.items() if period.start < reach]


def _ledgers(con: duckdb.DuckDBPyConnection, asked: Asked, frame: pd.DataFrame) -> pd.DataFrame:
    made = flows(asked, rows=True)
    keys = ["pno", *made.writer.breakdown]
    sums = ", ".join(f"sum({column}) AS {column}" for column in COLUMNS.values())
    text = f"SELECT {', '.join(keys)}, {sums} FROM {made.name} WHERE pno >= 0 GROUP BY {', '.join(keys)}"
    statement = made.writer.statement(text, ())
    cells = con.execute(statement.text, statement.values).df()
    starts = {n: None if asked.slice.grain is None else p.start for n, p in asked.periods.items()}
    cells["period"] = pd.to_datetime(cells["pno"].map(starts)).astype("datetime64[us]")
    names = {f"b{i}": name for i, name in enumerate(asked.slice.by, start=1)}
    cells = cells.rename(columns={**names, **{column: name for name, column in COLUMNS.items()}})
    return _differences("ledger", frame, cells, asked.slice.by, list(COLUMNS))


def _segments(asked: Asked, frame: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    net = [*COLUMNS] if not of_rows(asked) else ["start", "end"]
    # who only changes segment within the filter has moved in the segments, and not in the whole
    amounts = [name for name in net if not name.startswith("moved")]
    summed = frame.groupby("period", dropna=False, as_index=False)[amounts].sum()
    return _differences("segments", whole, summed, (), amounts)


def _kpi(con: duckdb.DuckDBPyConnection, asked: Asked, frame: pd.DataFrame) -> pd.DataFrame:
    """The KPI stands in the segments of the end, so who moves then has moved already. Its rows name the customers."""
    kpi = compute(con, ["mrr"], asked.slice, asked.settings, asked.as_of)
    kpi = kpi[kpi["item"].isna()].rename(columns={"value": "end"})
    after = frame.assign(end=frame["end"] + frame["moved_in"] - frame["moved_out"])
    known = after["period"].isna() | after["period"].isin(kpi["period"])
    breaks = _differences("kpi", after[known], kpi, asked.slice.by, ["end"])
    if breaks.empty:
        return breaks
    named = []
    for period in breaks["period"].drop_duplicates().head(3):
        start = None if pd.isna(period) else period.to_pydatetime()
        named.append(_kpi_customers(con, asked, start))
    customers = pd.concat(named, ignore_index=True)
    return customers if len(customers) else breaks


def _kpi_customers(con: duckdb.DuckDBPyConnection, asked: Asked, period: Any) -> pd.DataFrame:
    made = flows(asked if period is None else replace(asked, periods=_only(asked, period)), rows=True)
    text = f"SELECT * FROM {made.name} WHERE pno >= 0 AND end_mrr + moved_in_mrr - moved_out_mrr <> 0"
    statement = made.writer.statement(text, ())
    held = told(con, asked, con.execute(statement.text, statement.values).df())
    held["amount_held"] = held["end"] + held["moved_in"] - held["moved_out"]
    counted = kpi_rows(con, "mrr", period, asked.slice, asked.settings, asked.as_of)
    ours = held.groupby("customer_id").agg(
        found=("amount_held", "sum"), _source=("_source", "first"), _row=("_row", "first"), _rows=("_rows", "first")
    )
    theirs = counted.groupby("customer_id")["_value"].sum().astype(float)
    both = ours.join(theirs.rename("expected"), how="outer")
    both[["found", "expected"]] = both[["found", "expected"]].astype(float).fillna(0.0)
    both = both[(both["found"] - both["expected"]).abs() >= CENT].reset_index(names="customer_id")
    return both.assign(
        check="kpi", period=pd.Series([period] * len(both), dtype="datetime64[us]"), amount="end",
        difference=both["found"] - both["expected"],
    )  # fmt: skip


def _only(asked: Asked, period: Any) -> dict[int, Any]:
    return {n: p for n, p in asked.periods.items() if p.start == period}


def _differences(
    check: str, expected: pd.DataFrame, found: pd.DataFrame, by: Sequence[str], amounts: Sequence[str]
) -> pd.DataFrame:
    """Return a row for each amount in which two frames differ; a row that one of them lacks is zeros there."""
    keys = ["period", *by]

    def long(frame: pd.DataFrame, name: str) -> pd.DataFrame:
        chosen = frame[[*keys, *amounts]].copy()
        for key in by:
            chosen[key] = [None if pd.isna(v) else str(v) for v in chosen[key]]
        chosen[list(amounts)] = chosen[list(amounts)].astype(float)
        return chosen.melt(id_vars=keys, value_vars=list(amounts), var_name="amount", value_name=name)

    both = long(expected, "expected").merge(long(found, "found"), how="outer", on=[*keys, "amount"])
    both[["expected", "found"]] = both[["expected", "found"]].fillna(0.0)
    both = both[(both["expected"] - both["found"]).abs() >= CENT]
    return both.assign(check=check, difference=both["found"] - both["expected"])


def break_words(breaks: pd.DataFrame) -> list[str]:
    """Return one sentence for each kind of break, the largest first: what differs, how often, by how much at most."""
    said = []
    for check, part in breaks.groupby("check", sort=False):
        customers = part["customer_id"].dropna().nunique()
        who = f"{customers:,} customer{'' if customers == 1 else 's'}" if customers else "no single customer"
        most = part["difference"].abs().max()
        told_check = CHECKS[str(check)]
        said.append(f"{told_check[:1].upper()}{told_check[1:]}: {who}, by {most:,.2f} at most.")
    return said
