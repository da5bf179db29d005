"""What no single column says: constants from a name, an amount from price and quantity, notes that are no data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from cs_metrics.ingest.mappings.fit import Fit, filled, is_unique
from cs_metrics.ingest.mappings.names import key, match
from cs_metrics.ingest.mappings.vocabulary import meaning
from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.schema import TABLES, Table, Type

_NUMBERS = (Type.MONEY, Type.NUMBER, Type.INTEGER)
_PER_UNIT = {"unit_price", "price_per_unit", "item_price", "price_each", "price", "unit_cost", "unit_amount"}
_SURVEYS = ("nps", "csat", "ces", "onboarding", "post_activation")
_SAID = {"net_promoter": "nps", "satisfaction": "csat", "customer_effort": "ces", "effort_score": "ces"}
# '(0-10)', '1 to 5': the scale on which a score was asked.
_SCALE = re.compile(r"(?<![0-9])([01])\s*(?:-|–|/|to|bis|\.\.)\s*(3|4|5|6|7|9|10|100)(?![0-9])")
_ABOUT_COLUMNS = {"field", "column", "column_name", "field_name", "variable", "attribute", "table"}
_EXPLAINS = {"description", "definition", "meaning", "explanation", "notes", "comment"}
_SYMBOLS = {"€": "EUR", "£": "GBP", "₹": "INR", "US$": "USD", "R$": "BRL"}
_CODES = {"usd", "eur", "gbp", "chf", "cad", "aud", "sek", "nok", "dkk", "inr", "brl"}
_MONTHLY = {"mrr", "monthly", "month"}
_YEARLY = {"arr", "annual", "annually", "yearly", "year", "acv"}
_TOUCH = {
    "qbr": "qbr",
    "meeting": "meeting",
    "call": "call",
    "email": "email",
    "check_in": "check_in",
    "review": "review",
}


def complete(raw: RawSheet, table: Table, fits: Mapping[str, Fit], place: float) -> dict[str, Fit]:
    """Return the fits with what follows from the sheet as a whole for this table."""
    result = dict(fits)
    step = _STEPS.get(table.name)
    if step is not None:
        step(raw, result)
    _currency(raw, table, result)
    if table.name in ("tickets", "survey_responses", "orders", "opportunities", "touchpoints"):
        _named_customer(raw, table, result)
    return result


def is_notes(raw: RawSheet) -> bool:
    """Whether the sheet explains other sheets: few rows, columns such as 'Field' and 'Description'."""
    names = {key(c.name) for c in raw.columns}
    if raw.rows <= 1000 and names & _ABOUT_COLUMNS and names & _EXPLAINS:
        return True
    words = set(key(raw.sheet or raw.file.rsplit(".", 1)[0]).split("_"))
    return bool(words & {"dictionary", "readme", "legend", "glossary", "schema"}) and raw.rows <= 1000


def _name_words(raw: RawSheet) -> str:
    return key(f"{raw.file.rsplit('.', 1)[0]} {raw.sheet or ''}")


def _constant(fits: dict[str, Fit], column: str, value: Any, reason: str, score: float = 0.8) -> None:
    if column not in fits:
        fits[column] = Fit("", score, reason, {"constant": value})


def _currency(raw: RawSheet, table: Table, fits: dict[str, Fit]) -> None:
    """The currency may stand in the amounts or in their column's name; a bare $ may be anyone's dollar."""
    amount = fits.get("amount")
    if amount is None or "currency" in fits or not any(c.name == "currency" for c in table.columns):
        return
    column = raw.column(amount.source)
    written = {_SYMBOLS.get(c, c) for c in column.profile.currencies}
    named = {w.upper() for w in key(column.name).split("_") if w in _CODES}
    for found, what in ((written, "amounts"), (named, "column's name")):
        if len(found) == 1 and (code := next(iter(found))).isalpha() and len(code) == 3 and code.isupper():
            _constant(fits, "currency", code, f"The {what} of '{column.name}' say so")
            return


def _surveys(raw: RawSheet, fits: dict[str, Fit]) -> None:
    """Which survey it is may stand in a name (of the score, the sheet, the file), in the campaigns, or in the scale."""
    if "score" not in fits:
        return
    score = raw.column(fits["score"].source)
    scale = _SCALE.search(score.name)
    if scale:
        reason = f"The name of column {score.name} says so"
        _constant(fits, "scale_min", int(scale[1]), reason)
        _constant(fits, "scale_max", int(scale[2]), reason)
    if "survey" in fits:
        return
    stem = raw.file.rsplit(".", 1)[0]
    names = ((score.name, f"column {score.name}"), (raw.sheet or "", "the sheet"), (stem, "the file"))
    for text, what in names:
        survey = _survey_in(text)
        if survey:
            _constant(fits, "survey", survey, f"The name of {what} says so")
            return
    campaigns = {_survey_in(w) for w in raw.column(fits["campaign"].source).profile.words} if "campaign" in fits else ()
    if len(campaigns) == 1 and (survey := next(iter(campaigns))):
        _constant(fits, "survey", survey, "Its campaigns are called so")
    elif scale and (int(scale[1]), int(scale[2])) == (0, 10):
        _constant(fits, "survey", "nps", "The scale goes from 0 to 10", 0.6)
    elif not scale and _top(score) == 10.0 and float(score.profile.minimum or 2) <= 1:
        _constant(fits, "survey", "nps", "The scores go to 10", 0.55)


def _survey_in(name: str) -> str | None:
    """Return the one survey that a name speaks of, or None where it names none or several."""
    text = key(name)
    split, flat = text.split("_"), text.replace("_", "")
    whole = meaning("survey_responses", "survey", name)
    found = {whole} if whole else set()
    for survey in _SURVEYS:
        short = len(survey) == 3
        if survey in split or (flat.startswith(survey) if short else survey.replace("_", "") in flat):
            found.add(survey)
    found |= {s for words, s in _SAID.items() if words in text}
    return next(iter(found)) if len(found) == 1 else None


def _top(column: RawColumn) -> float | None:
    try:
        return float(column.profile.maximum) if column.profile.maximum is not None else None
    except ValueError:
        return None


def _events(raw: RawSheet, fits: dict[str, Fit]) -> None:
    if "feature" in fits or "occurred_at" in fits:
        if "event" not in fits and "feature" in fits:
            _constant(fits, "event", "used", "Each row is one use of a feature", 0.7)
        elif "event" not in fits and "login" in _name_words(raw):
            _constant(fits, "event", "login", "The file's name says so", 0.7)


def _orders(raw: RawSheet, fits: dict[str, Fit]) -> None:
    """A price for one unit becomes the line's amount; a negative quantity then makes it a refund."""
    amount, quantity = fits.get("amount"), fits.get("quantity")
    if amount is None or quantity is None or not isinstance(amount.spec, str):
        return
    if key(amount.source) in _PER_UNIT:
        reason = f"'{amount.source}' is for one unit, so the line is that times '{quantity.source}'"
        fits["amount"] = Fit(amount.source, amount.score, reason, {"from": amount.source, "times": quantity.source})


def _subscriptions(raw: RawSheet, fits: dict[str, Fit]) -> None:
    """An amount called MRR is for a month, whatever the invoice's rhythm: 'billing frequency' is then no period."""
    amount = fits.get("amount")
    if amount is None:
        return
    words = set(key(amount.source).split("_")) | {key(amount.source)}
    flat = key(amount.source).replace("_", "")
    for period, known, prefix in (("month", _MONTHLY, "monthly"), ("year", _YEARLY, "annual")):
        if words & known or flat.startswith(prefix):
            reason = f"The amount is called '{amount.source}', so it is for a {period}"
            fits["billing_period"] = Fit("", 0.9, reason, {"constant": period})
            return


def _costs(raw: RawSheet, fits: dict[str, Fit]) -> None:
    for word in _name_words(raw).split("_"):
        kind = meaning("costs", "kind", word)
        if kind:
            _constant(fits, "kind", kind, "The file's name says so")


def _mentions(raw: RawSheet, fits: dict[str, Fit]) -> None:
    for word in _name_words(raw).split("_"):
        source = meaning("mentions", "source", word)
        if source:
            _constant(fits, "source", source, "The file's name says so")


def _touchpoints(raw: RawSheet, fits: dict[str, Fit]) -> None:
    words = _name_words(raw)
    for word, kind in _TOUCH.items():
        if word in words:
            _constant(fits, "kind", kind, "The file's name says so")


def _customers(raw: RawSheet, fits: dict[str, Fit]) -> None:
    """A name that no two rows share serves as the id where there is no other."""
    name = fits.get("name")
    if "customer_id" not in fits and name is not None and is_unique(raw.column(name.source).profile):
        fits["customer_id"] = Fit(name.source, 0.7, "There is no id; no two rows share a name", name.source)


def _opportunities(raw: RawSheet, fits: dict[str, Fit]) -> None:
    """A stage that also says won or lost gives both the status and, in its own words, the stage."""
    status = fits.get("status")
    if status is not None and "stage" not in fits and isinstance(status.spec, dict):
        fits["stage"] = Fit(status.source, 0.8, "The words from which the status is taken", status.source)


def _named_customer(raw: RawSheet, table: Table, fits: dict[str, Fit]) -> None:
    """A person's e-mail address or name tells customers apart where the sheet has no id for them."""
    if {"customer_id", "user_id"} & set(fits):
        return
    taken = {f.source for f in fits.values()}
    for names, what in ((("customer_email", "email", "email_address"), "address"), (("customer_name", "name"), "name")):
        for column in raw.columns:
            if column.name not in taken and key(column.name) in names and filled(column.profile):
                reason = f"There is no id for customers; the {what} serves as one"
                fits["customer_id"] = Fit(column.name, 0.6, reason, column.name)
                return


def subscriptions_of(raw: RawSheet, pairs: Mapping[tuple[int, int], Fit]) -> dict[str, Fit] | None:
    """Return how a sheet of customers feeds subscriptions too, where it says what each pays and since when."""
    table = TABLES["subscriptions"]
    index = {c.name: j for j, c in enumerate(table.columns)}
    wanted = ("customer_id", "start_date", "end_date", "amount", "currency")
    fits: dict[str, Fit] = {}
    for name in wanted:
        found = [f for (_, j), f in pairs.items() if j == index[name] and f.score >= 0.6]
        if found:
            fits[name] = max(found, key=lambda f: f.score)
    if not {"customer_id", "start_date", "amount"} <= set(fits):
        return None
    _subscriptions(raw, fits)
    exact = match(key(fits["amount"].source), "subscriptions", "amount")
    return fits if "billing_period" in fits and exact is not None and exact.score > 0.75 else None


_STEPS: dict[str, Callable[[RawSheet, dict[str, Fit]], None]] = {
    "survey_responses": _surveys,
    "events": _events,
    "orders": _orders,
    "subscriptions": _subscriptions,
    "costs": _costs,
    "mentions": _mentions,
    "touchpoints": _touchpoints,
    "customers": _customers,
    "opportunities": _opportunities,
}
