"""Masking who can be reached where: e-mail addresses and phone numbers in what people wrote."""

from __future__ import annotations

import re

import pandas as pd
from phonenumbers import Leniency, PhoneNumberMatcher

EMAIL, PHONE = "[e-mail]", "[phone]"
# the regions whose national forms are looked for beside the international one; between them they cover the shapes of
# most others: a trunk 0, an area code in brackets, three groups, five and five digits
REGIONS = ("US", "GB", "DE", "FR", "IT", "ES", "AU", "IN")
# fewer digits are no number that somebody could be called at from abroad
FEWEST_DIGITS, FEWEST_UNNAMED = 7, 9

_LOCAL = r"(?:\"[^\"\n]{1,64}\"|[\w.!#$%&'*+/=?^`{|}~-]{1,64})"
_LABEL, _TOP = r"[^\W_](?:[\w-]{0,61}[^\W_])?", r"(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})"
_DOT_SAID = r"(?:\.|\s*[(\[{]\s*dot\s*[)\]}]\s*|\s+dot\s+)"
_EMAILS = re.compile(
    rf"{_LOCAL}(?:[@＠](?:{_LABEL}\.)+{_TOP}"
    rf"|\s*[(\[{{]\s*(?:at|@)\s*[)\]}}]\s*(?:{_LABEL}{_DOT_SAID})+{_TOP}"
    rf"|\s+at\s+(?:{_LABEL}\s+dot\s+)+{_TOP})(?![\w-])",
    re.IGNORECASE,
)
_GAP = "[-. \u00a0\u2010-\u2015]"
# the North American shape is a phone number whatever its digits: people write made-up ones, and new codes come
_AMERICAN = re.compile(
    rf"(?<![\w-])(?<!\d[. ])(?:1{_GAP})?(?:\(\d{{3}}\){_GAP}?|\d{{3}}{_GAP})\d{{3}}{_GAP}\d{{4}}"
    r"(?:\s*(?:ext|x|extension)\.?\s*\d{1,6})?(?!\w|[-. ]\d)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:phone|tel|telefon\w*|telephone|téléphone|teléfono|telefono|mobile?|móvil|cell\w*|handy|fax|whats\s?app|signal"
    r"|sms|call\w*|ring|text|reach|dial|anruf\w*|appel\w*|contact|hotline)\b[^\d\n]{0,30}$",
    re.IGNORECASE,
)
_AN_ID = re.compile(
    r"(?:\b(?:order|ticket|case|invoice|reference|ref|account|acct|customer|contract|booking|serial|sku|item|part|model"
    r"|transaction|tracking|shipment|policy|licen[cs]e|version|build|id|po|p\.o|rma|iban|card|bestellung|rechnung)\w*"
    r"\W{0,3}(?:(?:number|num|no|nr|id|is|was|of|code|key)\b\W{0,3}){0,3}|[#/=_])$",
    re.IGNORECASE,
)
_MONEY_AFTER = re.compile(r"\s?(?:[€$£¥%]|(?:eur|usd|gbp|chf|inr|dollars?|euros?)\b)", re.IGNORECASE)
_MONEY_BEFORE = re.compile(r"(?:[€$£¥]|\b(?:eur|usd|gbp|chf|inr))\s?$", re.IGNORECASE)
_NATIONAL = re.compile(r"0\d|\(\d{1,5}\)\W*\d")
_MAYBE_AN_EMAIL = re.compile(r"[@＠]|\bat\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_DECIMAL = re.compile(r"0[.,]\d+")
_CONTEXT = 60


def masked(text: str) -> str:
    """Return a text in which '[e-mail]' and '[phone]' stand for the addresses and phone numbers.

    Phone numbers are those that Google's libphonenumber takes for valid: any in the international form, and those in
    the national form of `REGIONS` where they look like one (a leading 0, an area code in brackets, the North American
    groups) or a word says so ('call me at'). Numbers of orders, tickets and invoices, dates and amounts stay.
    """
    # most texts hold neither: what is cheap to see goes before what is dear to find
    if _MAYBE_AN_EMAIL.search(text):
        text = _EMAILS.sub(EMAIL, text)
    if _digits(text) < FEWEST_DIGITS:
        return text
    pieces, last = [], 0
    for start, end in _phones(text):
        pieces += [text[last:start], PHONE]
        last = end
    return "".join([*pieces, text[last:]])


def mask_columns(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return rows in which the texts of these columns, where they are there, are masked."""
    there = [c for c in columns if c in frame]
    return frame.assign(**{c: frame[c].map(lambda v: masked(v) if isinstance(v, str) else v) for c in there})


def _phones(text: str) -> list[tuple[int, int]]:
    """Return where phone numbers stand, from left to right, none within another."""
    found = [m.span() for m in _AMERICAN.finditer(text) if not _is_otherwise(text, *m.span())]
    for match in PhoneNumberMatcher(text, None, leniency=Leniency.POSSIBLE):
        # with no region named only the international form is found
        if _digits(match.raw_string) > FEWEST_DIGITS and not _MONEY_AFTER.match(text, match.end):
            found.append((match.start, match.end))
    for region in REGIONS:
        found += [
            (match.start, match.end)
            for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID)
            if _looks_national(text, match.start, match.end, match.raw_string)
        ]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _looks_national(text: str, start: int, end: int, raw: str) -> bool:
    if _is_otherwise(text, start, end) or _DECIMAL.fullmatch(raw):
        return False
    if _NAMED.search(text[max(0, start - _CONTEXT) : start]):
        return True
    return bool(_NATIONAL.match(raw)) and _digits(raw) >= FEWEST_UNNAMED


def _is_otherwise(text: str, start: int, end: int) -> bool:
    """Return whether the words around say that a number is an id or an amount."""
    before = text[max(0, start - _CONTEXT) : start]
    return bool(_AN_ID.search(before) or _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(text, end))


def _digits(text: str) -> int:
    return len(_DIGIT.findall(text))
