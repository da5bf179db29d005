"""Sheets without a header: what the columns are can only be told from their values."""

from __future__ import annotations

from cs_metrics.ingest.mappings.fit import Fit, filled
from cs_metrics.ingest.mappings.vendors import Recognised
from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.schema import Type

_SURE = 0.6
_MOST = 12
_DATES = (Type.DATE, Type.INSTANT)


def recognise(raw: RawSheet) -> Recognised | None:
    """Return a headerless sheet as purchases, where its values look like nothing else; None where they do not.

    A list of purchases has one column of dates, one of amounts with decimals, and ids that come back: that of the
    customer. Whole numbers without leading zeros beside them are quantities.
    """
    if raw.header_row is not None or not 3 <= len(raw.columns) <= _MOST or not raw.rows:
        return None
    full = [c for c in raw.columns if filled(c.profile) >= 0.9 * raw.rows]
    dates = [c for c in full if c.profile.kind in _DATES]
    amounts = [c for c in full if c.profile.kind in (Type.MONEY, Type.NUMBER) and not c.profile.looks_like_id]
    who = [c for c in full if _comes_back(c)]
    if len(dates) != 1 or len(amounts) != 1 or not who:
        return None
    counts = [c for c in full if c.profile.kind is Type.INTEGER and not c.profile.looks_like_id]
    fits = {
        "customer_id": Fit(who[0].name, _SURE, "Its values look like ids, and come back", who[0].name),
        "ordered_at": Fit(dates[0].name, _SURE, "The only dates", dates[0].name),
        "amount": Fit(amounts[0].name, _SURE, "The only numbers with decimals", amounts[0].name),
    }
    if len(counts) == 1:
        fits["quantity"] = Fit(counts[0].name, _SURE, "The only whole numbers", counts[0].name)
    says = "It has no header; by its values it is a list of purchases: ids that come back, dates and amounts"
    return Recognised(says, "orders", fits, sure=_SURE)


def _comes_back(column: RawColumn) -> bool:
    profile = column.profile
    return profile.looks_like_id and 1 < profile.distinct < 0.9 * filled(profile)
