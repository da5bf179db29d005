"""Numbers written as people write them: the patterns, and the SQL that reads them.

All expressions are over a column `t` of trimmed texts in which the exotic spaces, minus signs and apostrophes of
typography are already plain ones (`PLAIN`).
"""

from __future__ import annotations

from cs_metrics.sql import literal

_EXOTIC = "\u2212\u2013\u2019\u00b4\u00a0\u202f\u2007\u2009\ufeff"
PLAIN = f"trim(translate(t, {literal(_EXOTIC)}, '--''''     '), ' \t\r\n')"

CURRENCIES = (
    *(
        "R$",
        "A$",
        "C$",
        "US$",
        "$",
        "€",
        "£",
        "¥",
        "₹",
        "₽",
        "₩",
        "₺",
        "₪",
        "฿",
        "₫",
        "₴",
        "₦",
        "zł",
        "Kč",
        "kr.",
        "kr",
    ),
    *("USD", "EUR", "GBP", "JPY", "CNY", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "INR"),
    *("BRL", "MXN", "ZAR", "TRY", "ILS", "SGD", "HKD", "KRW", "AED", "SAR", "RON", "THB", "Fr.", "Rs.", "Rs"),
)
_CURRENCY = "|".join(c.replace("$", r"\$").replace(".", r"\.") for c in CURRENCIES)

WHOLE = r"[+-]?[0-9]+"
SIMPLE = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
NUMERIC = (
    r"(\()? *([-+])? *(?i:(" + _CURRENCY + r"))? *([-+(])? *"
    r"([0-9][0-9., ']*|[.,][0-9]+)([eE][-+]?[0-9]+)? *(%)? *(?i:(" + _CURRENCY + r"))?(?:/-)? *(-)? *(\))?"
)
GROUPS = ("o", "s1", "c1", "s2", "n", "e", "p", "c2", "s3", "x")

DOT = r"(?:[0-9]+|[0-9]{1,3}(?:[,' ][0-9]{3})+|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3})?(?:\.[0-9]*)?"
COMMA = r"(?:[0-9]+|[0-9]{1,3}(?:[.' ][0-9]{3})+)?(?:,[0-9]*)?"

CLOCK = r"-?[0-9]{1,5}:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
DAYS_CLOCK = r"-?[0-9]{1,5}(?:\.| ?(?i:d|days?|tage?n?)[, ] ?)[0-9]{1,2}:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
ISO_SPAN = (
    r"[+-]?[Pp](?:[0-9]+(?:[.,][0-9]+)?[Ww]|(?:[0-9]+(?:[.,][0-9]+)?[Dd])?"
    r"(?:[Tt](?:[0-9]+(?:[.,][0-9]+)?[Hh])?(?:[0-9]+(?:[.,][0-9]+)?[Mm])?(?:[0-9]+(?:[.,][0-9]+)?[Ss])?)?)"
)
_UNIT = (
    r"(?:d|days?|tage?n?|h|hrs?|hours?|std|stunden?|m|mins?|minutes?|minuten?|s|secs?|seconds?|sek|sekunden?"
    r"|w|weeks?|wochen?|ms)"
)
WORDS = rf"(?i:-?(?:[0-9]+(?:[.,][0-9]+)? ?{_UNIT}\.?(?:,? (?:and |und )?)?)+)"
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}


def parts() -> str:
    """Return SQL for the struct of a number's parts, null where `t` is no number however written."""
    names = ", ".join(literal(g) for g in GROUPS)
    return f"regexp_extract(t, {literal('^' + NUMERIC + '$')}, [{names}])"


def number(decimal: str | None) -> str:
    """Return SQL for the plain text (-1234.5) of the number in struct `g`, null where it is not one.

    `decimal`: 'comma' reads 1.234,50; anything else 1,234.50. Accountants' (12) and 12- are negative.
    """
    shape, thousands = (COMMA, "[.'' ]") if decimal == "comma" else (DOT, "[,'' ]")
    digits = f"regexp_replace(trim(g.n), '{thousands}', '', 'g')"
    if decimal == "comma":
        digits = f"replace({digits}, ',', '.')"
    minus = "(g.o || g.s1 || g.s2 || g.s3)"  # the bracket of $(5.00) is in s2
    return (
        f"CASE WHEN g.n <> '' AND regexp_full_match(trim(g.n), {literal(shape)}) AND (g.o <> '' OR g.s2 = '(')"
        " = (g.x <> '')"
        f" AND length(replace({minus}, '+', '')) <= 1"
        f" THEN CASE WHEN {minus} IN ('-', '(', '+-') THEN '-' ELSE '' END || {digits} || g.e END"
    )


def duration() -> str:
    """Return SQL for the seconds in `t`, null where it is no span of time.

    Spans are a clock's (1:30:00), with days before it (2 days 03:04:05, 2.03:04:05), words (1 h 30 min), or ISO 8601's
    (PT1H30M). Of two parts with a colon the first is hours.
    """
    plain = "replace(ltrim(t, '+-'), ',', '.')"
    sign = "CASE WHEN t LIKE '-%' THEN -1 ELSE 1 END"

    def clock(text: str) -> str:
        return (
            f"list_reduce(list_prepend(0::DOUBLE, list_transform(string_split({text}, ':'), lambda p:"
            f" TRY_CAST(p AS DOUBLE))), lambda a, b: a * 60 + b) * CASE WHEN len(string_split({text}, ':')) = 2"
            f" THEN 60 ELSE 1 END * {sign}"
        )

    days = f"TRY_CAST(regexp_extract({plain}, '^[0-9]+') AS DOUBLE) * 86400 * {sign}"
    rest = "regexp_extract(replace(t, ',', '.'), '[0-9]{1,2}:[0-9:.]+$')"
    factor = (
        "CASE WHEN u LIKE 'ms%' THEN 0.001 WHEN u LIKE 'st%' OR u LIKE 'h%' THEN 3600 WHEN u LIKE 's%' THEN 1"
        " WHEN u LIKE 'm%' THEN 60 WHEN u LIKE 'd%' OR u LIKE 't%' THEN 86400 ELSE 604800 END"
    )
    words = (
        f"list_sum(list_transform(regexp_extract_all(lower({plain}), '[0-9]+(?:\\.[0-9]+)? ?[a-z]+'), lambda p:"
        " TRY_CAST(regexp_extract(p, '^[0-9.]+') AS DOUBLE) * "
        + factor.replace("u LIKE", "regexp_extract(p, '[a-z]+$') LIKE")
        + f")) * {sign}"
    )
    return (
        f"CASE WHEN regexp_full_match(t, {literal(CLOCK)}) THEN {clock(plain)}"
        f" WHEN regexp_full_match(t, {literal(DAYS_CLOCK)}) THEN {days} + {clock(rest)}"
        f" WHEN regexp_full_match(t, {literal(WORDS)}) OR"
        f" (regexp_full_match(t, {literal(ISO_SPAN)}) AND regexp_matches(t, '[0-9]')) THEN {words} END"
    )
