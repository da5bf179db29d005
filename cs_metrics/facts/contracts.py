"""Contracts, from the rows of subscriptions that say when one begins and ends."""

from __future__ import annotations

from cs_metrics.facts.activity import FOREVER
from cs_metrics.facts.model import Context, Fact


def _contract_sql(context: Context) -> str:
    """Rows with the same customer, contract_start, contract_end and product are one contract; it ends with its last
    row when that is earlier. A row still active after its contract_end has rolled over: it renewed the contract."""
    grace = int(context.settings["renewal_grace_days"])
    return f"""
        WITH held AS (
            SELECT a.customer_id, s.product, CAST(s.contract_start AS TIMESTAMP) AS begins,
                   CAST(s.contract_end AS TIMESTAMP) AS due, a.ends AS row_ends, a.begins AS row_begins, a.mrr,
                   s.subscription_id, s.renewed_from, CAST(s.cancelled_on AS TIMESTAMP) AS cancelled_at,
                   a._source, a._row, a._id
            FROM subscriptions AS s JOIN fact_active AS a ON a._id = s._id
            WHERE s.contract_end IS NOT NULL AND s.contract_start IS NOT NULL),
        summed AS (
            SELECT customer_id, product, begins, due, least(due, max(row_ends)) AS ends,
                   max(row_ends) > due AS rolled_over, max(cancelled_at) AS cancelled_at,
                   sum(mrr) FILTER (WHERE row_begins < least(due, row_ends) AND row_ends >= due) AS mrr_due,
                   arg_max(mrr, row_ends) AS mrr_last, sum(mrr) FILTER (WHERE row_begins = begins) AS mrr_signed,
                   list(subscription_id) AS ids, list(renewed_from) AS renewed_ids,
                   arg_max(_source, row_ends) AS _source, arg_max(_row, row_ends) AS _row,
                   arg_max(_id, row_ends) AS _id,
                   list(struct_pack(source := _source, row := _row)) AS _rows
            FROM held GROUP BY customer_id, product, begins, due)
        SELECT c.customer_id, c.product, c.begins, c.due, c.ends, c.cancelled_at, c.rolled_over,
               coalesce(c.mrr_due, c.mrr_last) AS mrr, c.mrr_signed,
               c.rolled_over OR EXISTS (
                   SELECT 1 FROM summed AS n
                   WHERE n.customer_id = c.customer_id AND n.begins > c.begins
                     AND n.begins <= c.ends + INTERVAL '{grace}' DAY
                     AND (n.product IS NOT DISTINCT FROM c.product OR list_has_any(n.renewed_ids, c.ids))) AS followed,
               c.rolled_over OR EXISTS (
                   SELECT 1 FROM summed AS n
                   WHERE n.customer_id = c.customer_id AND n.ends > c.ends
                     AND n.begins <= c.ends + INTERVAL '{grace}' DAY) AS renewed_by_customer,
               c._source, c._row, c._id, c._rows
        FROM summed AS c WHERE c.ends < {FOREVER}"""


CONTRACTS = Fact("fact_contract", "a contract with its end, and whether another followed it", _contract_sql, "ends")
