"""Dates written as people write them: the patterns, and the SQL that reads them.

All expressions are over a column `t` of trimmed plain texts (`numbers.PLAIN`). A date is taken to pieces by one
pattern and put together as ISO text, so that 31/02/2024 fails in the cast rather than rolling over.
"""

from __future__ import annotations

from cs_metrics.sql import literal

_TIME = (
    r"(?:(?:[T ,]+| at )([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r" ?(?i:([ap])\.?m\.?)? ?(?i:(z|utc|gmt|[-+][0-9]{2}:?[0-9]{2}|[-+][0-9]{2}))?(?: (?:UTC|GMT))?)?"
)
_DAY_NAME = r"(?i:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?"
NUMERIC = _DAY_NAME + r"([0-9]{1,4})([-/.])([0-9]{1,2})[-/.]([0-9]{1,4})" + _TIME
NUMERIC_GROUPS = ("a", "sep", "b", "c", "hh", "mi", "ss", "ff", "ap", "zone")
_MONTH = r"([A-Za-zäéûçÄÉ]{3,9})\.?"
_ORDINAL = r"(?:st|nd|rd|th|\.)?"
DAY_MONTH = _DAY_NAME + rf"([0-9]{{1,2}}){_ORDINAL}[-/ .]{{0,2}}{_MONTH}[-/ ,.]{{0,2}}([0-9]{{4}}|[0-9]{{2}})" + _TIME
MONTH_DAY = _DAY_NAME + rf"{_MONTH}[- .]{{1,2}}([0-9]{{1,2}}){_ORDINAL}(?:,|, | |-)([0-9]{{4}}|[0-9]{{2}})" + _TIME
MONTH_YEAR = rf"{_MONTH}[-/ ,.']{{1,2}}([0-9]{{4}}|[0-9]{{2}})"
YEAR_MONTH_DAY = rf"([0-9]{{4}})[-/ ]{_MONTH}[-/ ]([0-9]{{1,2}})" + _TIME
MONTH_NUMBER = r"([0-9]{4})[-/.]([0-9]{1,2})|([0-9]{1,2})[-/.]([0-9]{4})"
COMPACT = r"((?:19|20)[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?:[T ]?([0-9]{2}):?([0-9]{2}):?([0-9]{2})Z?)?"
DIGITS = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
OFFSET = r"(?i:.*[0-9: ](?:z|utc|gmt|[-+][0-9]{2}:?[0-9]{2}))"

_NAMES = {
    1: "january januar janvier enero jan janv ene gennaio",
    2: "february februar février febrero feb févr fév",
    3: "march märz mars marzo mar mär mrz",
    4: "april avril abril apr avr abr",
    5: "may mai mayo maj",
    6: "june juni juin junio jun",
    7: "july juli juillet julio jul juil",
    8: "august août agosto aug aoû ago",
    9: "september septembre septiembre sep sept",
    10: "october oktober octobre octubre oct okt",
    11: "november novembre noviembre nov",
    12: "december dezember décembre diciembre dec dez déc dic",
}
MONTH_NAMES = tuple(name for names in _NAMES.values() for name in names.split())
_WHEN = " ".join(
    f"WHEN lower(X) IN ({', '.join(literal(n) for n in names.split())}) THEN {m}" for m, names in _NAMES.items()
)


def _extract(pattern: str, groups: tuple[str, ...]) -> str:
    return f"regexp_extract(t, {literal('^(?:' + pattern + ')$')}, [{', '.join(literal(g) for g in groups)}])"


def _month(name: str) -> str:
    return "CASE " + _WHEN.replace("X", name) + " END"


def _year(text: str) -> str:
    """Two digits: 69 to 99 are the last century, as strptime and spreadsheets nearly agree."""
    return (
        f"CASE length({text}) WHEN 4 THEN {text} WHEN 2 THEN"
        f" CASE WHEN TRY_CAST({text} AS INTEGER) >= 69 THEN '19' ELSE '20' END || {text} END"
    )


def _iso(year: str, month: str, day: str) -> str:
    return f"({year}) || '-' || lpad(({month})::VARCHAR, 2, '0') || '-' || lpad(({day})::VARCHAR, 2, '0')"


def _clock(g: str) -> str:
    """The time of day in struct `g` as hh:mm:ss.ffffff; null (so the whole is bad) for 13 pm or 25:00."""
    hour = f"TRY_CAST({g}.hh AS INTEGER)"
    hour24 = (
        f"CASE WHEN {g}.ap = '' THEN {hour} WHEN {hour} NOT BETWEEN 1 AND 12 THEN NULL"
        f" ELSE {hour} % 12 + CASE WHEN lower({g}.ap) = 'p' THEN 12 ELSE 0 END END"
    )
    return (
        f"CASE WHEN {g}.hh = '' THEN ' 00:00:00' ELSE ' ' || lpad(({hour24})::VARCHAR, 2, '0')"
        f" || ':' || {g}.mi || ':'"
        f" || CASE WHEN {g}.ss = '' THEN '00' ELSE {g}.ss END"
        f" || CASE WHEN {g}.ff = '' THEN '' ELSE '.' || {g}.ff[1:6] END"
        " END"
    )


def _minutes(g: str) -> str:
    """The offset of struct `g` in minutes east, null where it has none."""
    zone = f"replace({g}.zone, ':', '')"
    return (
        f"CASE WHEN {g}.zone = '' THEN NULL WHEN lower({g}.zone) IN ('z', 'utc', 'gmt') THEN 0"
        f" ELSE (TRY_CAST({zone}[2:3] AS INTEGER) * 60 + coalesce(TRY_CAST({zone}[4:5] AS INTEGER), 0))"
        f" * CASE WHEN {zone}[1] = '-' THEN -1 ELSE 1 END END"
    )


def _case(condition: str, date: str, g: str) -> str:
    stamp = f"TRY_CAST(({date}) || {_clock(g)} AS TIMESTAMP)"
    return f"WHEN {condition} THEN struct_pack(ts := {stamp}, off := {_minutes(g)})"


def numeric_parts() -> str:
    """Return SQL for the struct of a numeric date's pieces (a sep b sep c, and its time), blank where it is none."""
    return _extract(NUMERIC, NUMERIC_GROUPS)


def read_dates(source: str, day_first: bool | None) -> str:
    """Return a query over the relation `source` of t: its columns and r, struct(ts TIMESTAMP, off INTEGER).

    r is null, or ts is, where t is no date. `off` is its UTC offset in minutes, null where it has none. Of 03/04/2024
    `day_first` makes 3 April; false or None, 4 March: who does not know asks first.
    """
    day, month = ("a", "b") if day_first else ("b", "a")
    time = ("hh", "mi", "ss", "ff", "ap", "zone")
    shapes = {
        "dm": (_extract(DAY_MONTH, ("d", "m", "y", *time)), "m"),
        "md": (_extract(MONTH_DAY, ("m", "d", "y", *time)), "m"),
        "ymd": (_extract(YEAR_MONTH_DAY, ("y", "m", "d", *time)), "m"),
    }
    columns = [f"{_extract(NUMERIC, NUMERIC_GROUPS)} AS num"]
    columns += [
        f"CASE WHEN regexp_matches(t, '[A-Za-z]{{2}}') THEN {sql} END AS {name}" for name, (sql, _) in shapes.items()
    ]
    columns += [f"CASE WHEN regexp_matches(t, '[A-Za-z]{{2}}') THEN {_extract(MONTH_YEAR, ('m', 'y'))} END AS my"]
    columns += [f"{_extract(MONTH_NUMBER, ('y1', 'm1', 'm2', 'y2'))} AS mn"]
    columns += [f"{_extract(COMPACT, ('y', 'm', 'd', 'hh', 'mi', 'ss'))} AS ymd8"]
    ymd = "num.a <> '' AND length(num.a) = 4"
    cases = [
        _case(ymd, _iso("num.a", "num.b", "num.c"), "num"),
        _case("num.a <> ''", _iso(_year("num.c"), f"num.{month}", f"num.{day}"), "num"),
        *(_case(f"{s}.y <> ''", _iso(_year(f"{s}.y"), _month(f"{s}.m"), f"{s}.d"), s) for s in shapes),
    ]
    whole_month = (
        f"WHEN my.y <> '' THEN struct_pack(ts := TRY_CAST({_iso(_year('my.y'), _month('my.m'), '1')} AS TIMESTAMP),"
        " off := NULL::INTEGER)"
        f" WHEN mn.y1 <> '' THEN struct_pack(ts := TRY_CAST({_iso('mn.y1', 'mn.m1', '1')} AS TIMESTAMP), off := NULL)"
        f" WHEN mn.y2 <> '' THEN struct_pack(ts := TRY_CAST({_iso('mn.y2', 'mn.m2', '1')} AS TIMESTAMP), off := NULL)"
        " WHEN ymd8.y <> '' THEN struct_pack(ts := TRY_CAST(ymd8.y || '-' || ymd8.m || '-' || ymd8.d ||"
        " CASE WHEN ymd8.hh = '' THEN '' ELSE ' ' || ymd8.hh || ':' || ymd8.mi || ':' || ymd8.ss END AS TIMESTAMP),"
        " off := CASE WHEN t LIKE '%Z' THEN 0 END)"
    )
    return (
        f"SELECT *, CASE {' '.join(cases)} {whole_month} END AS r FROM (SELECT *, {', '.join(columns)} FROM {source})"
    )


def looks() -> str:
    """Return SQL that is true where `t` has the shape of a date (not whether that day exists)."""
    shapes = (
        NUMERIC,
        DAY_MONTH,
        MONTH_DAY,
        YEAR_MONTH_DAY,
        MONTH_YEAR,
        r"[0-9]{4}[-/.][0-9]{1,2}|[0-9]{1,2}[-/][0-9]{4}",
    )
    return "(" + " OR ".join(f"regexp_full_match(t, {literal(s)})" for s in shapes) + ")"
