"""How each kind of repair changes texts: the distinct texts of a column in, the same texts with those mended out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from cs_metrics.ingest.types import dates, numbers
from cs_metrics.ingest.types.convert import Options, convert_distinct
from cs_metrics.schema import Type

Texts = Sequence[str | None]

# What a sign stands for. A bare dollar is taken for the commonest one, which a person sees before; a crown for none.
CODES = {"€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₪": "ILS", "฿": "THB", "₫": "VND"} | {
    "₴": "UAH", "₦": "NGN", "zł": "PLN", "kč": "CZK", "r$": "BRL", "a$": "AUD", "c$": "CAD", "us$": "USD", "$": "USD",
    "¥": "JPY", "fr.": "CHF", "rs.": "INR", "rs": "INR",
}  # fmt: skip
_SIGNS = "|".join(re.escape(c) for c in sorted(numbers.CURRENCIES, key=len, reverse=True))
_MONEY = re.compile(
    rf"(?i)^(?P<a>[-+(]?\s*)(?:(?P<before>{_SIGNS})\s*(?P<n>[-+]?[0-9].*?)"
    rf"|(?P<m>[0-9].*?)\s*(?P<after>{_SIGNS}))(?P<z>\)?)$"
)
_PERCENT = re.compile(r"^\s*([-+]?[0-9][0-9.,]*)\s*%\s*$")
_SERIAL = re.compile(r"^[2-5][0-9]{4}(?:\.[0-9]+)?$")
_DIGITS = re.compile(r"[0-9](?:[0-9.,' \u00a0\u202f]*[0-9])?")
_SCALED = re.compile(r"(?i)^([^0-9a-z]*[-+]?)([0-9]+(?:[.,][0-9]+)?)\s?(k|m|mn|mio|mil|bn|b)\.?$")
_SIDED = re.compile(r"(?i)^(.*[0-9].*?)\s*(?<![a-z])(cr|dr)\.?$")
_FACTORS = {"k": 3, "m": 6, "mn": 6, "mio": 6, "mil": 6, "bn": 9, "b": 9}
_THOUSANDS = re.compile(r"(?i)^\s?(?:k|m|mn|mio|bn)(?=\s*/)")


def currency_of(text: str | None) -> str | None:
    """Return the code of the currency that an amount names, None where it names none or one not known for sure."""
    found = _MONEY.match((text or "").strip())
    sign = (found["before"] or found["after"]) if found else None
    if sign is None:
        return None
    return CODES.get(sign.casefold()) or (sign.upper() if re.fullmatch(r"[A-Za-z]{3}", sign) else None)


def is_scaled(text: str) -> bool:
    """Whether a text is a number of thousands or millions, such as 1.2k."""
    return bool(_SCALED.match(text.strip()))


def is_sided(text: str) -> bool:
    """Whether a text is an amount of credit or debit, such as 12.50 CR."""
    return bool(_SIDED.match(text.strip()))


def affix_of(text: str) -> str | None:
    """Return what stands before or behind the one number of a text, as '/mo' of '49.00/mo'; None without such."""
    text = text.strip()
    found = _DIGITS.findall(text)
    if len(found) != 1:
        return None
    before, _, after = text.partition(found[0])
    before, after = before.strip("-+ $€£"), _THOUSANDS.sub("", after)
    rest = [part.strip() for part in (before, after) if part.strip()]
    return rest[0] if len(rest) == 1 and len(rest[0]) <= 20 else None


def _day_order(texts: Texts, record: Mapping[str, Any]) -> list[str | None]:
    """Dates that can only be read in this order, written year first; those that fit the other order stay."""
    array = pa.array(texts, pa.string())
    read, _ = convert_distinct(array, Type.INSTANT, Options(day_first=record["day_first"]))
    _, failed = convert_distinct(array, Type.INSTANT, Options(day_first=not record["day_first"]))
    return [
        _stamp(value, text) if bad and value is not None and not re.fullmatch(dates.OFFSET, text or "") else text
        for text, value, bad in zip(texts, read.to_pylist(), failed.to_pylist(), strict=True)
    ]


def _stamp(value: dt.datetime, text: str | None) -> str:
    return value.isoformat(" ") if ":" in (text or "") else value.date().isoformat()


def _serial(texts: Texts, record: Mapping[str, Any]) -> list[str | None]:
    return [_day(float(text)) if text and _SERIAL.match(text.strip()) else text for text in texts]


def _day(number: float) -> str:
    moment = dt.datetime(1899, 12, 30) + dt.timedelta(seconds=round(number * 86400))
    return moment.date().isoformat() if number == int(number) else moment.isoformat(" ")


def _decimal(texts: Texts, record: Mapping[str, Any]) -> list[str | None]:
    """Numbers that can only be read with this decimal sign, written with the other, without thousands."""
    array, own = pa.array(texts, pa.string()), record["decimal"]
    read, _ = convert_distinct(array, Type.NUMBER, Options(decimal=own))
    _, failed = convert_distinct(array, Type.NUMBER, Options(decimal="dot" if own == "comma" else "comma"))
    drop, old, new = (r"[.' \u00a0\u202f]", ",", ".") if own == "comma" else (r"[,' \u00a0\u202f]", ".", ",")

    def plain(found: re.Match[str]) -> str:
        return re.sub(drop, "", found[0]).replace(old, new)

    return [
        _DIGITS.sub(plain, text) if text and bad and value is not None else text
        for text, value, bad in zip(texts, read.to_pylist(), failed.to_pylist(), strict=True)
    ]


def _missing(texts: Texts, record: Mapping[str, Any]) -> list[str | None]:
    words = {w.strip().casefold() for w in record["words"]}
    return [None if text is not None and text.strip().casefold() in words else text for text in texts]


def _spelling(texts: Texts, record: Mapping[str, Any]) -> list[str | None]:
    return [record["to"].get(text.strip(), text) if text is not None else None for text in texts]


def _percent(texts: Texts, record: Mapping[str, Any]) -> list[str | None]:
    def mended(text: str | None) -> str | None:
        found = _PERCENT.match(text or "")
        if not found:
            return text
        return found[1] if record["as"] == "points" else _moved(found[1], -2) or text

    return [mended(text) for text in texts]


def _moved(number: str, digits: int) -> str | None:
    """Return a number with its decimal point moved, in its own decimal sign; None where it is not plain."""
    comma = "," in number and "." not in number
    try:
        value = Decimal(number.replace(",", ".") if comma else number.replace(",", "")).scaleb(digits)
    except InvalidOperation:
        return None
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if comma else text


def _currency(texts: Texts, record: Mapping[str, Any]) -> list[str | None]:
    def mended(text: str | None) -> str | None:
        code, found = currency_of(text), _MONEY.match((text or "").strip())
        return f"{found['a']}{found['n'] or found['m']}{found['z']} {code}".strip() if code and found else text

    return [mended(text) for text in texts]


def _affix(texts: Texts, record: Mapping[str, Any]) -> list[str | None]:
    affix = record["affix"].strip()

    def mended(text: str | None) -> str | None:
        bare = (text or "").strip()
        if affix_of(bare) is None or str(affix_of(bare)).casefold() != affix.casefold():
            return text
        end = bare.casefold().endswith(affix.casefold())
        return (bare[: -len(affix)] if end else bare[len(affix) :]).strip()

    return [mended(text) for text in texts]


def _scale(texts: Texts, record: Mapping[str, Any]) -> list[str | None]:
    def mended(text: str | None) -> str | None:
        found = _SCALED.match((text or "").strip())
        moved = _moved(found[2], _FACTORS[found[3].casefold()]) if found else None
        return f"{found[1]}{moved}" if found and moved else text

    return [mended(text) for text in texts]


def _sides(texts: Texts, record: Mapping[str, Any]) -> list[str | None]:
    """Amounts of the one side become negative, those of the other stay; neither keeps its word."""

    def mended(text: str | None) -> str | None:
        found = _SIDED.match((text or "").strip())
        if not found:
            return text
        amount = found[1].strip()
        below = found[2].upper() == record["minus"]
        return f"-{amount}" if below and not amount.startswith(("-", "(")) else amount

    return [mended(text) for text in texts]


def _zero(texts: Texts, record: Mapping[str, Any]) -> list[str | None]:
    words = {w.strip() for w in record["words"]}
    return ["0" if text is not None and text.strip() in words else text for text in texts]


KINDS: dict[str, Callable[[Texts, Mapping[str, Any]], list[str | None]]] = {
    "day_order": _day_order,
    "decimal": _decimal,
    "serial": _serial,
    "missing": _missing,
    "spelling": _spelling,
    "percent": _percent,
    "currency": _currency,
    "affix": _affix,
    "scale": _scale,
    "sides": _sides,
    "zero": _zero,
}
