"""Contracts, by rulings.md: how they end, what follows them, what they are worth."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, mean, share, share_of_rows
from .data import DAY, Data, Keep, between
from .deals import won_deals
from .lives import from_subscriptions, months, prices

KEY = ["customer_id", "contract_start", "contract_end", "product"]


def rows_of_contracts(data: Data, keep: Keep) -> pd.DataFrame:
    """Recurring rows with a contract's start or end, numbered by contract; of a row attribute those rows only."""
    rows = data.remember(("contract rows",), lambda: from_subscriptions(data))
    rows = rows[rows["contract_start"].notna() | rows["contract_end"].notna()]
    if keep is not None and "." in keep[0]:
        table, column = keep[0].split(".", 1)
        if table != "subscriptions":
            raise ValueError(f"{keep[0]} says nothing about contracts")
        rows = rows[rows[column].isna() if keep[1] is None else rows[column] == keep[1]]
    return rows.assign(contract=rows.groupby(KEY, dropna=False, sort=False).ngroup())


def contracts(data: Data, keep: Keep = None) -> pd.DataFrame:
    """One row a contract. `start`: contract_start, else its first row's; `held`: the end of its last row; `end`:
    contract_end, or `held` where that is earlier; `worth`: 12 x its first MRR; `ids` and `before`: its rows' ids, and
    the ids that they renew."""

    def make() -> pd.DataFrame:
        rows = rows_of_contracts(data, keep)
        found = []
        for _, own in rows.groupby("contract"):
            first = own.iloc[0]
            signed = first["contract_start"]
            held = own["end"].max()
            opened = own["start"].min() if pd.isna(signed) else max(signed, own["start"].min())
            found.append(
                {
                    **{column: first[column] for column in KEY},
                    "start": own["start"].min() if pd.isna(signed) else signed,
                    "held": held,
                    "end": held if pd.isna(first["contract_end"]) else min(held, first["contract_end"]),
                    "worth": 12 * own[(own["start"] <= opened) & (own["end"] > opened)]["mrr"].sum(),
                    "ids": set(own["subscription_id"].dropna()),
                    "before": set(own["renewed_from"].dropna()),
                }
            )
        columns = [*KEY, "start", "held", "end", "worth", "ids", "before"]
        return pd.DataFrame(found, columns=columns)

    return data.remember(("contracts", keep if keep and "." in keep[0] else None), make)


def ending(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """The contracts that end in P, of the segment their customer was in just before their end."""
    found = between(contracts(data, keep), "end", start, data.until(end, "subscriptions"))
    if keep is None or "." in keep[0] or found.empty:
        return found
    values = data.value_at(keep[0], found["customer_id"], found["end"] - pd.Timedelta(microseconds=1))
    return found[values.isna() if keep[1] is None else values == keep[1]]


def renewals(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.Series:
    """Customer with a contract ending in P -> when it was renewed: the later of the last such end and the start of
    the contract that it holds after it, begun within the grace; NaT where there is none by as-of."""
    grace = data.settings["renewal_grace_days"] * DAY
    known = contracts(data, keep)
    known = known[known["start"] < data.as_of_table("subscriptions")]
    last = ending(data, start, end, keep).groupby("customer_id")["end"].max()
    found = {}
    for customer, ended in last.items():
        own = known[(known["customer_id"] == customer) & (known["start"] <= ended + grace) & (known["held"] > ended)]
        found[customer] = max(ended, own["start"].min()) if len(own) else pd.NaT
    return pd.Series(found, dtype="datetime64[us]")


def renewal_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    renewed = renewals(data, start, end, keep)
    return share(int(renewed.notna().sum()), len(renewed))


def contract_renewal_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """By count: rolled over, named in renewed_from, or followed by one of the same customer and product."""
    grace = data.settings["renewal_grace_days"] * DAY
    known = contracts(data, keep)
    known = known[known["start"] < data.as_of_table("subscriptions")]
    over = ending(data, start, end, keep)
    followed = []
    for one in over.itertuples():
        later = known[(known["start"] > one.start) & (known["start"] <= one.end + grace)]
        alike = (later["customer_id"] == one.customer_id) & same_product(later["product"], one.product)
        named = later["before"].map(lambda names, ids=one.ids: bool(names & ids)).astype(bool)
        followed.append(one.held > one.end or bool((alike | named).any()))
    return share_of_rows(pd.Series(followed, index=over.index, dtype=bool), over["customer_id"])


def same_product(products: pd.Series, product: object) -> pd.Series:
    return products.isna() if product is None else products == product


def annual_contract_value(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """12 x MRR at its start, over the paying contracts whose contract_start lies in P; without any contract in the
    version the amounts of the deals won in P, each taken for a year."""
    known = contracts(data, keep)
    if known["contract_start"].isna().all():
        won = won_deals(data, start, end, keep)
        return mean(won["amount"], won["account"])
    signed = between(known[known["contract_start"].notna()], "start", start, data.until(end, "subscriptions"))
    signed = signed[signed["worth"] > 0]
    if keep is not None and "." not in keep[0]:
        values = data.value_at(keep[0], signed["customer_id"], signed["start"])
        signed = signed[values.isna() if keep[1] is None else values == keep[1]]
    worth = signed["worth"]
    if data.settings["one_off_in_acv"]:
        worth = worth + fees(data, signed)
    return mean(worth, signed["customer_id"])


def fees(data: Data, signed: pd.DataFrame) -> pd.Series:
    """What each contract has of its customer's one-off rows, for a year of it: a row with the contract's own dates, or
    without dates and begun on its first day; once, in the first product by name."""
    rows = data["subscriptions"]
    rows = rows[(rows["billing_period"] == "one_off") & ~rows["is_trial"]].copy()
    rows["price"] = prices(data, rows)
    rows["fee"] = data.converted(rows, "price", "start_date").fillna(0.0)
    rows["signed"] = rows["contract_start"].fillna(rows["start_date"])
    firsts = signed.sort_values("product").drop_duplicates(["customer_id", "contract_start"])
    result = pd.Series(0.0, index=signed.index)
    for place, one in firsts.iterrows():
        own = rows[(rows["customer_id"] == one["customer_id"]) & (rows["signed"] == one["contract_start"])]
        own = own[own["contract_end"].isna() | (own["contract_end"] == one["contract_end"])]
        years = 1.0 if pd.isna(one["contract_end"]) else months(one["contract_start"], one["contract_end"]) / 12
        result.loc[place] = own["fee"].sum() / years
    return result
