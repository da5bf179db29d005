"""Every text that a reader may see, with its themes: what the questions to the voice of the customer read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.said.phrases import any_of
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.facts.texts import FIELDS, ORIGINS
from cs_metrics.kpis.ask import Asked, settle
from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.where import compile_where, kept, names
from cs_metrics.sql import Params, quote

Pins = Mapping[str, Sequence[str] | Mapping[str, Sequence[str]]]
TONES = ("positive", "neutral", "negative")
# what the rows of an origin are in the data model
_TABLES = {"survey": "survey_responses", "ticket": "tickets", "churn": "churn_events", "contact": "touchpoints",
           "mention": "mentions"}  # fmt: skip
# the column that says the kind of a text
_KINDS = {"survey": "survey_responses.survey", "contact": "touchpoints.kind", "mention": "mentions.source"}
_JUDGED = {"contact": "touchpoints.sentiment", "mention": "mentions.sentiment"}


@dataclass(frozen=True)
class Reader:
    """What a reader may not see: columns by full name, and the filter that holds for it whatever it asks."""

    hidden: frozenset[str] = frozenset()
    locked: Mapping[str, Any] = field(default_factory=dict)

    def sees(self, column: str) -> bool:
        return self.hidden.isdisjoint({column, column.partition(".")[2]})

    @property
    def shown(self) -> list[str]:
        """The origins whose texts it may read. One column of them hidden, none shows: a text is of them all."""
        return [o for o in ORIGINS if all(self.sees(column) for column in FIELDS[o])]

    @property
    def confined(self) -> bool:
        return bool(self.locked) or len(self.shown) < len(ORIGINS)


EVERYONE = Reader()


@dataclass
class Voices:
    """Texts, ready to be read in SQL: `run("SELECT ... FROM heard ...")`.

    Tables: `heard` (a text: said_at, origin, kind, customer_id, speaker (the account, else the text), text_no, tone,
    label, _source, _row, _id; `survey_id` finds its survey response), `themed` (text_no, theme: the themes that the
    reader may see, and the pinned ones), `dim_text` (text_no, text, english).
    """

    asked: Asked
    params: Params
    ctes: list[str]

    def run(self, con: duckdb.DuckDBPyConnection, select: str, *ctes: str) -> pd.DataFrame:
        text = "WITH " + ",\n".join([*self.ctes, *ctes]) + "\n" + select
        return con.execute(text, self.params.used(text)).df()


def voices(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    reader: Reader = EVERYONE,
    origins: str | Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
    pins: Pins | None = None,
    grain: str | None = None,
    earlier: bool = False,
) -> Voices:
    """Return the texts of a range that a reader may see.

    `origins`: "survey", "ticket", "churn", "contact", "mention", or a kind of theirs ("nps", "interview", "review");
    None: all. `pins`: themes that a person named, each with the phrases of which one stands in its texts; or with
    "phrases" and "found", the names of the found themes that it takes in and that no longer show by themselves.
    `earlier`: with all that was said before the range. `where` may name customers' attributes and those of the rows
    that texts came from; a text that is no such row has no value there. Raises QueryError.
    """
    asked = settle(con, Slice.of(grain, None, where, since, until), settings, as_of)
    params = Params()
    inside = [
        f"f.origin IN ({', '.join(params.add(o) for o in reader.shown) or 'NULL'})",
        "f.written",
        f"f.said_at < {params.add(min(asked.whole.end, asked.as_of))}",
    ]
    if not earlier:
        inside.append(f"f.said_at >= {params.add(asked.whole.start)}")
    if origins is not None:
        wanted = [origins] if isinstance(origins, str) else list(origins)
        chosen = ", ".join(params.add(str(name)) for name in wanted) or "NULL"
        inside.append(f"(f.origin IN ({chosen}) OR {_kind(reader)} IN ({chosen}))")
    found = _filtered(asked, asked.slice.where, params, inside)
    heard = f"heard AS (SELECT {_columns(reader)} FROM fact_text AS f {found['joins']} WHERE {found['limits']})"
    ctes = [heard, *_themed(asked, reader, pins or {}, params)]
    return Voices(asked, params, ctes)


def _kind(reader: Reader) -> str:
    unseen = [f"'{origin}'" for origin, column in _KINDS.items() if not reader.sees(column)]
    return f"CASE WHEN f.origin IN ({', '.join(unseen)}) THEN f.origin ELSE f.kind END" if unseen else "f.kind"


def _columns(reader: Reader) -> str:
    unseen = [f"'{origin}'" for origin, column in _JUDGED.items() if not reader.sees(column)]
    known = f"NOT (f.judged AND f.origin IN ({', '.join(unseen)}))" if unseen else "TRUE"
    return (
        f"f.said_at, f.origin, {_kind(reader)} AS kind, f.customer_id, coalesce(f.customer_id, f._id) AS speaker, "
        f"f.text_no, CASE WHEN {known} THEN f.tone END AS tone, CASE WHEN {known} THEN f.label END AS label, "
        "CASE WHEN f.origin = 'survey' THEN f._id END AS survey_id, f._source, f._row, f._id"
    )


def _filtered(asked: Asked, where: Mapping[str, Any], params: Params, inside: Iterable[str]) -> dict[str, str]:
    """The joins and the conditions of a filter over texts (f)."""
    known = asked.available
    told = kept(where, lambda n: known.attribute(n).of_customer or known.attribute(n).table in _TABLES.values())
    of_customers = [n for n in names(told) if known.attribute(n).of_customer]
    joined = join(known, of_customers, moment="f.said_at", row="f")
    joins, columns = [joined.sql], dict(joined.columns)
    for origin, table in _TABLES.items():
        own = [known.attribute(n) for n in names(told) if known.attribute(n).table == table]
        if own:
            joins.append(f"LEFT JOIN {quote(table)} AS o_{origin} ON o_{origin}._id = f._id AND f.origin = '{origin}'")
            columns |= {a.name: (f"o_{origin}.{quote(a.column)}", a.type) for a in own}
    limits = [*inside, compile_where(told, columns.__getitem__, params)]
    limits += ["f.customer_id IS NOT NULL"] if of_customers else []
    return {"joins": " ".join(joins), "limits": " AND ".join(limits)}


def _themed(asked: Asked, reader: Reader, pins: Pins, params: Params) -> list[str]:
    """The themes of texts. One shows to a confined reader where its name stands in a text that it may read."""
    ctes, shown = [], ""
    if reader.confined:
        inside = [f"f.origin IN ({', '.join(params.add(o) for o in reader.shown) or 'NULL'})", "f.written"]
        seen = _filtered(asked, reader.locked, params, inside)
        ctes.append(
            f"shown AS (SELECT DISTINCT d.theme FROM dim_theme AS d JOIN fact_text AS f ON f.text_no = d.text_no "
            f"{seen['joins']} WHERE d.named AND {seen['limits']})"
        )
        shown = " WHERE theme IN (SELECT theme FROM shown)"
    parts = []
    taken = list(pins)
    for name, pin in pins.items():
        phrases, found = (pin.get("phrases", ()), pin.get("found", ())) if isinstance(pin, Mapping) else (pin, ())
        taken += found
        held = params.add(any_of(list(phrases)))
        listed = ", ".join(params.add(theme) for theme in found) or "NULL"
        parts.append(
            f"SELECT text_no, {params.add(name)} AS theme FROM dim_text WHERE regexp_matches(text, {held}) "
            f"OR text_no IN (SELECT text_no FROM found WHERE theme IN ({listed}))"
        )
    ctes.append(f"found AS (SELECT text_no, theme FROM dim_theme{shown})")
    # one that a person pinned under a name of ours goes before it
    left = f" WHERE theme NOT IN ({', '.join(params.add(name) for name in taken)})" if taken else ""
    ctes.append(f"themed AS ({' UNION ALL '.join([f'SELECT text_no, theme FROM found{left}', *parts])})")
    return ctes


def check_tone(tone: str | None) -> None:
    if tone is not None and tone not in TONES:
        raise QueryError(f"There is no tone '{tone}'. {did_you_mean(tone, TONES)}".rstrip())
