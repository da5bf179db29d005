"""Headers that name a month, a quarter or a year: '2024-01', 'Jan-24', '01/2024', 'Q1 2024', '2024 Jan Revenue'."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from cs_metrics.schema.tables.names import words

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero janv ene",
            "feb february februar fevrier febrero fev",
            "mar march maerz marz mars marzo mrz",
            "apr april avril abril avr abr",
            "may mai mayo",
            "jun june juni juin junio",
            "jul july juli juillet julio juil",
            "aug august aout agosto ago",
            "sep sept september septembre septiembre",
            "oct october oktober octobre octubre okt",
            "nov november novembre noviembre",
            "dec december dezember decembre diciembre dez dic",
        ),
        start=1,
    )
    for name in words(names)
}
_YEAR = r"(?P<y>(?:19|20)[0-9]{2})"
_NAME = rf"(?P<name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_EDGE, _END = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_BY_NUMBER = r"(?P<m>0?[1-9]|1[0-2])"
# The first that fits counts. A day stands only where it is a month's first or last.
_FORMS = [
    (kind, re.compile(_EDGE + form + _END))
    for kind, form in (
        ("month", rf"{_YEAR}[-/.](?P<m>0[1-9]|1[0-2])[-/.](?P<d>[0-3][0-9])(?:[ t]00:00(?::00(?:\.0+)?)?)?"),
        ("month", rf"{_YEAR}(?:[-/._ ]m?{_BY_NUMBER}|(?P<m2>0[1-9]|1[0-2]))"),
        ("month", rf"{_BY_NUMBER}[-/._ ]{_YEAR}"),
        ("month", rf"{_NAME}\.?[-/._ ']*{_YEAR}"),
        ("month", rf"{_YEAR}[-/._ ]*{_NAME}\.?"),
        ("month", rf"{_NAME}\.?[-/._ ']+(?P<yy>[0-9]{{2}})"),
        ("month", rf"(?P<yy>[0-9]{{2}})[-/._ ']+{_NAME}\.?"),
        ("month", rf"{_NAME}(?P<yy>[0-9]{{2}})"),
        ("quarter", rf"q(?P<q>[1-4])[-/._ ']*{_YEAR}"),
        ("quarter", rf"{_YEAR}[-/._ ]*q(?P<q>[1-4])"),
        ("quarter", r"q(?P<q>[1-4])[-/._ ']+(?P<yy>[0-9]{2})"),
        ("year", rf"(?:fy|cy)?[-_ ]?{_YEAR}"),
    )
]


@dataclass(frozen=True)
class Period:
    """What a header names: `grain` month, quarter or year, its first day, and what else stands in it."""

    grain: str
    start: dt.date
    label: str


def period_in(header: str) -> Period | None:
    """Return the period that a header names, None where it names none: two digits are a year of this century."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(c))
    plain = plain.replace("_", " ")
    for grain, form in _FORMS:
        found = form.search(plain)
        if found is None:
            continue
        part = found.groupdict()
        year = int(part["y"]) if part.get("y") else 2000 + int(part["yy"])
        month = part.get("m") or part.get("m2")
        number = _MONTHS[part["name"]] if part.get("name") else int(month) if month else 1
        if part.get("q"):
            number = 3 * int(part["q"]) - 2
        start = dt.date(year, number, 1)
        if part.get("d") and int(part["d"]) not in (1, _last_day(start)):
            return None
        rest = f"{plain[: found.start()]} {plain[found.end() :]}"
        if grain == "year" and re.search("[0-9]", rest):
            return None
        return Period(grain, start, " ".join(re.sub(r"[-/.:,()\[\]]+", " ", rest).split()))
    return None


def _last_day(start: dt.date) -> int:
    following = (start + dt.timedelta(days=32)).replace(day=1)
    return (following - dt.timedelta(days=1)).day
