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
_MONTHS = literal(" " + " ".join(f"{name}={month:02d}" for month, names in _NAMES.items() for name in names.split()))


def _extract(pattern: str, groups: tuple[str, ...]) -> str:
    return f"regexp_extract(t, {literal('^(?:' + pattern + ')$')}, [{', '.join(literal(g) for g in groups)}])"


_TIME_GROUPS = ("hh", "mi", "ss", "ff", "ap", "zone")


def _piece(y: str, m: str, d: str, time: str | None = None) -> str:
    """The struct of a date's pieces, as texts; `time` is the struct that has its time of day."""
    clock = ", ".join(f"{g} := {f'{time}.{g}' if time else _BLANK}" for g in _TIME_GROUPS)
    return f"struct_pack(y := {y}, m := {m}, d := {d}, {clock})"


_BLANK = "''"
_YEAR = """CASE length(p.y) WHEN 4 THEN p.y WHEN 2 THEN CASE WHEN p.y >= '69' THEN '19' ELSE '20' END || p.y END"""
_NAMED = f"instr({_MONTHS}, ' ' || lower(p.m) || '=')"
_MONTH_OF = (
    "CASE WHEN regexp_full_match(p.m, '[0-9]+') THEN lpad(p.m, 2, '0')"
    f" WHEN {_NAMED} > 0 THEN substr({_MONTHS}, {_NAMED} + length(p.m) + 2, 2) END"
)
_HOUR = (
    "CASE WHEN p.ap = '' THEN lpad(p.hh, 2, '0') WHEN TRY_CAST(p.hh AS INTEGER) BETWEEN 1 AND 12 THEN"
    " lpad((TRY_CAST(p.hh AS INTEGER) % 12 + CASE WHEN lower(p.ap) = 'p' THEN 12 ELSE 0 END)::VARCHAR, 2, '0') END"
)
_STAMP = (
    f"({_YEAR}) || '-' || ({_MONTH_OF}) || '-' || lpad(p.d, 2, '0')"
    f" || CASE WHEN p.hh = '' THEN '' ELSE ' ' || ({_HOUR})"
    " || ':' || p.mi || ':' || CASE WHEN p.ss = '' THEN '00' ELSE p.ss END"
    " || CASE WHEN p.ff = '' THEN '' ELSE '.' || p.ff[1:6] END END"
)
_OFFSET = (
    "CASE WHEN p.zone = '' THEN NULL WHEN lower(p.zone) IN ('z', 'utc', 'gmt') THEN 0"
    " ELSE (TRY_CAST(p.zone[2:3] AS INTEGER) * 60"
    " + coalesce(TRY_CAST(nullif(regexp_replace(p.zone, '^.{3}:?', ''), '') AS INTEGER), 0))"
    " * CASE WHEN p.zone[1] = '-' THEN -1 ELSE 1 END END"
)


def numeric_parts() -> str:
    """Return SQL for the struct of a numeric date's pieces (a sep b sep c, and its time), blank where it is none."""
    return _extract(NUMERIC, NUMERIC_GROUPS)


def read_dates(source: str, day_first: bool | None) -> str:
    """Return a query over the relation `source` of t: its columns and r, struct(ts TIMESTAMP, off INTEGER).

    r is null, or ts is, where t is no date. `off` is its UTC offset in minutes, null where it has none. Of 03/04/2024
    `day_first` makes 3 April; false or None, 4 March: who does not know asks first.
    """
    day, month = ("a", "b") if day_first else ("b", "a")
    shapes = {
        "num": (NUMERIC, NUMERIC_GROUPS),
        "dm": (DAY_MONTH, ("d", "m", "y", *_TIME_GROUPS)),
        "md": (MONTH_DAY, ("m", "d", "y", *_TIME_GROUPS)),
        "ymd": (YEAR_MONTH_DAY, ("y", "m", "d", *_TIME_GROUPS)),
        "my": (MONTH_YEAR, ("m", "y")),
        "mn": (MONTH_NUMBER, ("y1", "m1", "m2", "y2")),
        "ymd8": (COMPACT, ("y", "m", "d", "hh", "mi", "ss")),
    }
    named = ("dm", "md", "ymd", "my")
    columns = ", ".join(
        f"CASE WHEN {'' if name in named else 'NOT '}lettered THEN {_extract(*shape)} END AS {name}"
        if name in named or name == "mn"
        else f"{_extract(*shape)} AS {name}"
        for name, shape in shapes.items()
    )
    compact = (
        "struct_pack(y := ymd8.y, m := ymd8.m, d := ymd8.d, hh := ymd8.hh, mi := ymd8.mi, ss := ymd8.ss, ff := '',"
        " ap := '', zone := CASE WHEN t LIKE '%Z' THEN 'Z' ELSE '' END)"
    )
    cases = (
        ("length(num.a) = 4", _piece("num.a", "num.b", "num.c", "num")),
        ("num.a <> ''", _piece("num.c", f"num.{month}", f"num.{day}", "num")),
        *((f"{name}.y <> ''", _piece(f"{name}.y", f"{name}.m", f"{name}.d", name)) for name in ("dm", "md", "ymd")),
        ("my.y <> ''", _piece("my.y", "my.m", "'1'")),
        ("mn.y1 <> ''", _piece("mn.y1", "mn.m1", "'1'")),
        ("mn.y2 <> ''", _piece("mn.y2", "mn.m2", "'1'")),
        ("ymd8.y <> ''", compact),
    )
    choice = " ".join(f"WHEN {condition} THEN {piece}" for condition, piece in cases)
    return (
        f"SELECT *, CASE WHEN p IS NOT NULL"
        f" THEN struct_pack(ts := TRY_CAST({_STAMP} AS TIMESTAMP), off := {_OFFSET}) END"
        f" AS r FROM (SELECT *, CASE {choice} END AS p FROM (SELECT *, {columns}"
        f" FROM (SELECT *, regexp_matches(t, '[A-Za-z]{{2}}') AS lettered FROM {source})))"
    )


def looks() -> str:
    """Return SQL that is true where `t` has the shape of a date (not whether that day exists): 'REF-0001' has not."""
    known = "|".join(name for names in _NAMES.values() for name in sorted(names.split(), key=len, reverse=True))
    shapes = (
        NUMERIC,
        DAY_MONTH,
        MONTH_DAY,
        YEAR_MONTH_DAY,
        MONTH_YEAR,
        r"[0-9]{4}[-/.][0-9]{1,2}|[0-9]{1,2}[-/][0-9]{4}",
    )
    named = [shape.replace(_MONTH, f"((?i:{known}))[.]?") for shape in shapes]
    return "(" + " OR ".join(f"regexp_full_match(t, {literal(shape)})" for shape in named) + ")"
