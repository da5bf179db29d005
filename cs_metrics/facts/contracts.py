"""Contracts, from the rows of subscriptions that say when one begins and ends."""

from __future__ import annotations

from cs_metrics.facts.activity import FOREVER, source_sql
from cs_metrics.facts.model import Context, Fact


def _contract_sql(context: Context) -> str:
    """Rows with the same customer, contract_start, contract_end and product are one contract; it ends with its last
    row when that is earlier. A row still active after its contract_end has rolled over: it renewed the contract.

    `followed_at`: from when a contract of the same product, or one that names it, goes on; `renewed_at`: from when any
    contract of the customer does that ends later. Neither is before the end, and how late is too late is asked later.
    """
    return f"""
        WITH held AS (
            SELECT a.customer_id, s.product, CAST(s.contract_start AS TIMESTAMP) AS begins,
                   CAST(s.contract_end AS TIMESTAMP) AS due, a.ends AS row_ends, a.begins AS row_begins, a.mrr,
                   s.subscription_id, s.renewed_from, CAST(s.cancelled_on AS TIMESTAMP) AS cancelled_at,
                   a._source, a._row, a._id
            FROM subscriptions AS s JOIN ({source_sql("subscriptions", context)}) AS a ON a._id = s._id
            WHERE s.contract_end > s.contract_start AND a.ends > a.begins),
        ended AS (
            SELECT *, least(due, max(row_ends) OVER (PARTITION BY customer_id, product, begins, due)) AS ends
            FROM held),
        summed AS (
            SELECT customer_id, product, begins, due, ends,
                   max(row_ends) > due AS rolled_over, max(cancelled_at) AS cancelled_at,
                   sum(mrr) FILTER (WHERE row_begins < ends AND row_ends >= ends) AS mrr,
                   sum(mrr) FILTER (WHERE row_begins = begins) AS mrr_signed,
                   list(subscription_id) FILTER (WHERE subscription_id IS NOT NULL) AS ids,
                   list(renewed_from) FILTER (WHERE renewed_from IS NOT NULL) AS renewed_ids,
                   arg_max(_source, row_ends) AS _source, arg_max(_row, row_ends) AS _row,
                   arg_max(_id, row_ends) AS _id
            FROM ended GROUP BY customer_id, product, begins, due, ends),
        followed AS (
            SELECT c._id, min(CASE WHEN n.begins > c.begins AND (n.product IS NOT DISTINCT FROM c.product
                                         OR list_has_any(n.renewed_ids, c.ids)) THEN n.begins END) AS followed_at,
                   min(CASE WHEN n.ends > c.ends THEN n.begins END) AS renewed_at
            FROM summed AS c JOIN summed AS n ON n.customer_id = c.customer_id GROUP BY c._id)
        SELECT c.customer_id, c.product, c.begins, c.due, c.ends, c.cancelled_at, c.rolled_over, c.mrr, c.mrr_signed,
               CASE WHEN c.rolled_over THEN c.ends
                    WHEN f.followed_at IS NOT NULL THEN greatest(c.ends, f.followed_at) END AS followed_at,
               CASE WHEN c.rolled_over THEN c.ends
                    WHEN f.renewed_at IS NOT NULL THEN greatest(c.ends, f.renewed_at) END AS renewed_at,
               c._source, c._row, c._id
        FROM summed AS c JOIN followed AS f ON f._id = c._id WHERE c.ends < {FOREVER}"""


CONTRACTS = Fact("fact_contract", "a contract with its end, and what followed it", _contract_sql, "ends")
