"""Subscriptions whose amounts stand in other sheets of the drop: Stripe's, through their items to plans and prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from cs_metrics.ingest.mappings.names import bare, key, squash
from cs_metrics.ingest.sheet import RawColumn, RawSheet, letter
from cs_metrics.ingest.types.engine import query
from cs_metrics.ingest.types.infer import profiles

# what the columns that are found are called: Stripe's own exports of subscriptions name them so
FOUND = ("plan_amount", "plan_interval", "plan_currency", "plan_nickname")
_TEXT = pa.string()
_AMOUNTS = frozenset(("amount", "planamount", "priceunitamount", "itemsdatapriceunitamount"))


@dataclass(frozen=True)
class _Named:
    """A sheet with its columns by their squashed names."""

    raw: RawSheet
    columns: Mapping[str, RawColumn]

    def texts(self, *names: str) -> pa.ChunkedArray:
        """Return the texts of the first of these columns that is there, else nothing for each row."""
        found = next((self.columns[n] for n in names if n in self.columns), None)
        return pa.chunked_array([pa.nulls(self.raw.rows, _TEXT)]) if found is None else self.raw.texts(found)

    def has(self, *names: str) -> bool:
        return all(name in self.columns for name in names)


def with_prices(sheets: Sequence[RawSheet]) -> tuple[RawSheet, ...]:
    """Return the sheets, those of Stripe subscriptions without an amount with the columns `FOUND` added where other
    sheets tell them: what all items of a subscription cost in one interval, in the smallest unit of the currency.

    A subscription with an item of unknown price, or with items of several intervals or currencies, gets none.
    """
    named = [_Named(raw, {squash(key(bare(c.name))): c for c in reversed(raw.columns)}) for raw in sheets]
    prices = [n for n in named if n.has("id", "active") and _is_price(n)]
    if not prices:
        return tuple(sheets)
    items = [n for n in named if n.has("subscriptionid") and (n.has("planid") or n.has("priceid")) and not _is_line(n)]
    result = []
    for one in named:
        wanted = one.has("id", "currentperiodstart", "currentperiodend", "status") and not one.has("fivetranactive")
        own = [one] if one.has("planid") or one.has("priceid") else items
        lacks = wanted and not _AMOUNTS & one.columns.keys() and bool(own)
        result.append(_added(one, own, prices) if lacks else one.raw)
    return tuple(result)


def _is_price(one: _Named) -> bool:
    return one.has("amount", "interval", "intervalcount") or one.has("unitamount", "recurringinterval")


def _is_line(one: _Named) -> bool:
    """The lines of an invoice name a subscription and a plan too, and say what was billed once."""
    return one.has("invoiceid") or one.has("amount")


def _added(one: _Named, items: Sequence[_Named], prices: Sequence[_Named]) -> RawSheet:
    raw = one.raw
    found = query(
        """
        WITH price AS (
            SELECT id, any_value(TRY_CAST(amount AS DECIMAL(18, 2))) AS amount, any_value(lower(period)) AS period,
                   coalesce(any_value(TRY_CAST(n AS INTEGER)), 1) AS n, any_value(lower(currency)) AS currency,
                   coalesce(any_value(nickname), id) AS nickname
            FROM prices WHERE id IS NOT NULL GROUP BY id),
        item AS (
            SELECT i.subscription, p.amount * coalesce(TRY_CAST(i.quantity AS INTEGER), 1) AS amount, p.nickname,
                   p.currency, CASE p.period || ' ' || p.n WHEN 'month 3' THEN 'quarter' WHEN 'month 6' THEN 'half_year'
                   WHEN 'month 12' THEN 'year' WHEN 'month 1' THEN 'month' WHEN 'year 1' THEN 'year'
                   WHEN 'week 1' THEN 'week' WHEN 'day 1' THEN 'day' END AS period
            FROM items AS i LEFT JOIN price AS p ON p.id = i.price WHERE i.subscription IS NOT NULL),
        whole AS (
            SELECT subscription, CAST(CAST(sum(amount) AS BIGINT) AS VARCHAR) AS amount, min(period) AS period,
                   min(currency) AS currency, string_agg(nickname, ', ' ORDER BY nickname) AS nickname
            FROM item GROUP BY subscription
            HAVING count(amount) = count(*) AND count(period) = count(*) AND min(period) = max(period)
               AND count(DISTINCT currency) <= 1)
        SELECT w.amount, w.period, w.currency, w.nickname FROM subscriptions AS s
        LEFT JOIN whole AS w ON w.subscription = s.id ORDER BY s.place""",
        prices=pa.concat_tables([_prices(p) for p in prices]),
        items=pa.concat_tables([_items(i, i is one) for i in items]),
        subscriptions=pa.table({"id": one.texts("id"), "place": pa.array(range(raw.rows))}),
    )
    known = raw.rows - found.column("amount").null_count
    if not known:
        return raw
    first, data = len(raw.columns), raw.data.drop_columns(["_row"])
    for place in range(len(FOUND)):
        data = data.append_column(f"c{first + place}", found.column(place))
    alone = pa.table({f"c{i}": found.column(i) for i in range(len(FOUND))} | {"_row": raw.data.column("_row")})
    seen, _ = profiles(alone, FOUND)
    more = tuple(
        RawColumn(first + i, letter(first + i), name, profile, name)
        for i, (name, profile) in enumerate(zip(FOUND, seen, strict=True))
    )
    ways = _places([*(i.raw for i in items if i is not one), *(p.raw for p in prices)])
    said = f"What {known:,} of {raw.rows:,} subscriptions cost is found through {ways}: {', '.join(FOUND)}."
    return replace(
        raw,
        columns=(*raw.columns, *more),
        data=data.append_column("_row", raw.data.column("_row")),
        notes=(*raw.notes, said),
    )


def _prices(one: _Named) -> pa.Table:
    return pa.table(
        {
            "id": one.texts("id"),
            "amount": one.texts("unitamount", "amount"),
            "period": one.texts("recurringinterval", "interval"),
            "n": one.texts("recurringintervalcount", "intervalcount"),
            "currency": one.texts("currency"),
            "nickname": one.texts("nickname"),
        }
    )


def _items(one: _Named, itself: bool) -> pa.Table:
    return pa.table(
        {
            "subscription": one.texts("id" if itself else "subscriptionid"),
            "price": one.texts("planid", "priceid"),
            "quantity": one.texts("quantity"),
        }
    )


def _places(sheets: Iterable[RawSheet]) -> str:
    return " and ".join(raw.place for raw in sheets)
