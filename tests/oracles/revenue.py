"""Revenue, by rulings.md: MRR accrued by the day, or net orders; what users and customers brought."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from .answer import Answer, jackknife, mean, ratio
from .data import LONG_AGO, Data, Keep, between, period_before
from .financial import lifetime_value
from .lives import MONEY_SOURCES, first_starts, lives, paid_before, prices, source, source_table
from .retention import bought, net_revenue_retention, paying


def accrued(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> pd.Series:
    """Customer -> revenue in P: each day a month's MRR / the days of that month, by the customer's value on the day;
    one-offs where the setting says so, on their day."""
    end = data.until(end, source_table(data))
    rows = pieces(data, start, end, keep)
    parts = [mrr * month_parts(a, b) for a, b, mrr in rows[["start", "end", "mrr"]].itertuples(index=False, name=None)]
    result = pd.Series(parts, index=rows["customer_id"], dtype=float)
    if data.settings["one_off_in_revenue"]:
        fees = data.rows("subscriptions", "start_date", keep)
        fees = between(fees[(fees["billing_period"] == "one_off") & ~fees["is_trial"]], "start_date", start, end)
        amounts = data.converted(fees.assign(price=prices(data, fees)), "price", "start_date").fillna(0.0)
        result = pd.concat([result, pd.Series(amounts.to_numpy(), index=fees["customer_id"])])
    return result.groupby(level=0).sum()


def month_parts(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """How many months lie in [start, end), each day counting 1 / the days of its month."""
    total, month = 0.0, start.to_period("M")
    while month.start_time < end:
        opens, closes = month.start_time, (month + 1).start_time
        total += (min(end, closes) - max(start, opens)) / (closes - opens)
        month += 1
    return total


def pieces(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """customer_id, start, end, mrr: the paying stretches within P, cut where the attribute changes, in the segment."""
    rows = lives(data, keep)[["customer_id", "start", "end", "mrr"]]
    rows = rows[(rows["start"] < end) & (rows["end"] > start) & (rows["mrr"] > 0)]
    rows = rows.assign(start=rows["start"].clip(lower=start), end=rows["end"].clip(upper=end))
    if keep is None or "." in keep[0]:
        return rows
    spans = data.history(keep[0])
    turns = {} if spans is None else spans.groupby("customer_id")["valid_from"].agg(list).to_dict()
    cut = []
    for customer, begins, ends, mrr in rows.itertuples(index=False, name=None):
        bounds = [begins, *[t for t in turns.get(customer, []) if begins < t < ends], ends]
        cut += [(customer, a, b, mrr) for a, b in pairwise(bounds)]
    rows = pd.DataFrame(cut, columns=["customer_id", "start", "end", "mrr"])
    if rows.empty:
        return rows
    values = data.value_at(keep[0], rows["customer_id"], rows["start"])
    return rows[values.isna() if keep[1] is None else values == keep[1]]


def ordered(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> pd.Series:
    """Customer -> net revenue of its order lines in P; a refund takes off its absolute amount."""
    lines = between(data.rows("orders", "ordered_at", keep), "ordered_at", start, data.until(end, "orders"))
    amount = data.converted(lines, "amount", "ordered_at").fillna(0.0)
    return amount.where(lines["kind"] != "refund", -amount.abs()).groupby(lines["account"]).sum()


def brought(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> pd.Series:
    """Customer -> revenue in P; orders only where there are no subscriptions."""
    return accrued(data, start, end, keep) if source(data) in MONEY_SOURCES else ordered(data, start, end, keep)


def average_revenue_per_user(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Revenue in P / distinct users with an event in P; without any events, users created before @end."""
    revenue = brought(data, start, end, keep)
    if len(data["events"]):
        rows = between(data.rows("events", "occurred_at", keep), "occurred_at", start, data.until(end, "events"))
        people = rows.dropna(subset=["user_id"]).drop_duplicates("user_id").groupby("account", dropna=False)["user_id"]
        people = people.size()  # of an unknown account too: the interval is around the value
        n = rows["user_id"].nunique()
    else:
        rows = data["users"]
        until = min(end, data.as_of)
        rows = rows[rows["created_at"] < until].drop_duplicates("user_id", keep="last")
        rows = rows[data.in_segment(keep, pd.Index(rows["customer_id"]), until).to_numpy()]
        people, n = rows.groupby("customer_id").size(), len(rows)
    both = pd.concat([revenue, people], axis=1).fillna(0.0)
    return ratio(revenue.sum(), n, n, jackknife(both.iloc[:, 0], both.iloc[:, 1]))


def converted_pql_lifetime_value(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Mean revenue until @end of the customers with a lead that was product-qualified, that have paid by then."""
    leads = data["leads"]
    until = data.until(end, source_table(data))
    people = pd.Index(leads[leads["is_pql"] & (leads["created_at"] < until)]["account"].dropna().unique())
    if source(data) in MONEY_SOURCES:
        people = people.intersection(paid_before(data, until))
    else:
        people = people.intersection(first_starts(data)[lambda first: first < until].index)
    people = people[data.in_segment(keep, people, until)]
    total = data.remember(("to date", end), lambda: brought(data, LONG_AGO, end))
    worth = total.reindex(people).fillna(0.0)
    return mean(worth, pd.Series(worth.index, index=worth.index))


def referred(data: Data) -> pd.Index:
    """Customers with a referred_by, or named as the referred of a referral, whatever became of it."""
    customers = data["customers"]
    named = data["referrals"]["referred_customer_id"].dropna()
    return pd.Index(pd.concat([customers[customers["referred_by"].notna()]["customer_id"], named]).unique())


def cltv_for_referred_users(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    return lifetime_value(data, end, keep, data.remember(("referred",), lambda: referred(data)))


def customer_account_growth_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """NRR - 1; orders: net revenue of P against the period before, of those who ordered in the period before."""
    if source(data) in MONEY_SOURCES:
        nrr = net_revenue_retention(data, start, end, keep)
        base, then = paying(data, start, end, keep)
        return ratio((nrr.numerator or 0.0) - base.sum(), base.sum(), len(base), jackknife(then - base, base))
    before = period_before(start, end)
    buyers = bought(data, before, start, None).index
    buyers = buyers[data.in_segment(keep, buyers, start)]
    old = ordered(data, before, start).reindex(buyers).fillna(0.0)
    new = ordered(data, start, end).reindex(buyers).fillna(0.0)
    return ratio((new - old).sum(), old.sum(), len(buyers), jackknife(new - old, old))
