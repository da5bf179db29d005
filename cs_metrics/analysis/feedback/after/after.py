"""What accounts did in the days after their answer, by what they had answered: shares, means and their differences.

The unit is the account; its clock starts at its answer (see `clocks`), and only accounts whose days are over are
counted. Categories that differ in what followed go together with it; nothing here says that one makes the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.after import after_words
from cs_metrics.analysis.feedback.after.apart import compared, valued
from cs_metrics.analysis.feedback.after.clocks import Clocks, clocks, told
from cs_metrics.analysis.feedback.after.measures import MEASURES, STATES, followed, lacking
from cs_metrics.analysis.feedback.answers import CATEGORIES
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.rows import shown
from cs_metrics.sql import inline

ALL = "all"
LONGEST = 3650
PARTS = ("happened", *STATES)
_SUMS = (
    "count(*) AS accounts, sum(x) AS x, sum(y) AS y, sum(x * x) AS xx, sum(x * y) AS xy, sum(y * y) AS yy, "
    "count(*) FILTER (WHERE y > 0) AS happened"
)


@dataclass(frozen=True)
class After:
    """`frame`: a row a measure and category, and one of all: measure, category, n (accounts counted), happened (those
    with y above 0), x, y, value, low, high, waiting (their days are not over), apart (the measure says nothing).
    `pairs`: measure, one, other, difference (of the values), low, high, p, adjusted (Holm over all pairs of all
    measures), differs. `missing`: the columns that a measure lacks. `looked`: see `clocks.told`.
    `notes`: what must be known to read them."""

    frame: pd.DataFrame
    pairs: pd.DataFrame
    missing: dict[str, tuple[str, ...]]
    looked: dict[str, int]
    days: int
    minimum_n: int
    notes: tuple[str, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """What differs, in words."""
        return after_words.sentences(self)


def after(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, *, days: int | None = None, **words: Any
) -> After:
    """What followed within `days` (by default the setting `follow_days`) of the answer. `words`: survey, where, since
    and until (of the answers). A measure whose table is not loaded is left out and named in `missing`.

    Raises QueryError, NotComputableError without answers that name an account.
    """
    made = clocks(con, settings, as_of, **words)
    within = _days(days, made)
    missing = lacking(made)
    names = [name for name in MEASURES if name not in missing]
    looked, minimum = told(con, made), int(made.answers.asked.settings["minimum_n"])
    if not names:
        return After(valued(pd.DataFrame()), compared(pd.DataFrame(), [], minimum), missing, looked, within, minimum)
    sums = made.run(con, f"SELECT measure, category, state, {_SUMS} FROM outcomes GROUP BY 1, 2, 3",
                    *followed(made, within, names))  # fmt: skip
    categories = list(CATEGORIES[words.get("survey", "nps")])
    frame = valued(_laid_out(sums, names, [*categories, ALL]))
    return After(frame, compared(frame, categories, minimum), missing, looked, within, minimum, _notes(made))


def after_rows(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    measure: str,
    category: str | None = None,
    part: str = "counted",
    days: int | None = None,
    limit: int | None = None,
    **words: Any,
) -> pd.DataFrame:
    """The accounts behind a row of `after`, as many as it counts: those 'counted', of them those of which it
    'happened' (y above 0), those 'waiting', those 'apart'. `category` None: of every category.

    Columns: customer_id, category, score, answered_at, until (the end of the days), left_at, before and after
    (MRR or events; else x and y), _source and _row of the answer, _rows: with the rows that stand behind what followed.
    """
    for name, value, known in (("measure", measure, tuple(MEASURES)), ("part", part, PARTS)):
        if value not in known:
            raise QueryError(f"There is no {name} '{value}'. {did_you_mean(str(value), known)}")
    made = clocks(con, settings, as_of, **words)
    categories = CATEGORIES[words.get("survey", "nps")]
    if category is not None and category not in categories:
        raise QueryError(f"There is no category '{category}'. {did_you_mean(category, categories)}")
    params = made.answers.question.params
    state = "counted" if part == "happened" else part
    picked = [f"state = {params.add(state)}", *(["y > 0"] if part == "happened" else [])]
    picked += [f"category = {params.add(category)}"] if category is not None else []
    select = (
        "SELECT customer_id, category, score, answered_at, stop AS until, gone_at AS left_at, "
        "amount_before AS before, amount_after AS after, _source, _row, "
        "list_concat([struct_pack(source := _source, row := _row)], coalesce(places, [])) AS _rows "
        f"FROM outcomes WHERE {' AND '.join(picked)} ORDER BY y DESC, answered_at, customer_id"
        + (f" LIMIT {int(limit)}" if limit is not None else "")
    )
    if lacking(made).get(measure):
        raise QueryError(f"'{measure}' is not known here: it needs {', '.join(lacking(made)[measure])}.")
    return shown(con, made.answers.asked, made.run(con, select, *followed(made, _days(days, made), [measure])))


def after_sql(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, *, days: int | None = None, **words: Any
) -> str:
    """The statement behind the sums of `after`, runnable as it stands on the version's file."""
    made = clocks(con, settings, as_of, **words)
    missing = lacking(made)
    names = [name for name in MEASURES if name not in missing]
    select = f"SELECT measure, category, state, {_SUMS} FROM outcomes GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    text = made.sql(select, *followed(made, _days(days, made), names))
    return inline(text, made.answers.question.params.used(text))


def _notes(made: Clocks) -> tuple[str, ...]:
    asked, said = made.answers.asked, []
    if asked.available.info.get("activity_source") == "activity":
        window = asked.settings["activity_window_days"]
        said.append(f"Nothing says who left: here an account has left {window} days after its last order or event.")
    if made.answers.relation.table == "tickets":
        said.append("Ratings of tickets stand for the survey. Nothing says when one was given: the clock starts with "
                    "the ticket.")  # fmt: skip
    return tuple(said)


def _days(days: int | None, made: Clocks) -> int:
    given = int(made.answers.asked.settings["follow_days"]) if days is None else days
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= LONGEST:
        raise QueryError(f"'days' is {days!r}. It is a whole number from 1 to {LONGEST:,}.")
    return given


def _laid_out(sums: pd.DataFrame, names: list[str], categories: list[str]) -> pd.DataFrame:
    """A row a measure and category, those without an account too, with the sums of its accounts counted."""
    keys = ["measure", "category"]
    whole = sums.groupby(["measure", "state"], as_index=False).sum(numeric_only=True).assign(category=ALL)
    known = pd.concat([sums, whole], ignore_index=True)
    index = pd.MultiIndex.from_product([names, categories], names=keys)
    parts = {state: known[known["state"] == state].set_index(keys).reindex(index) for state in STATES}
    frame = parts["counted"].drop(columns="state").astype("float64").fillna(0.0)
    for state in ("waiting", "apart"):
        frame[state] = parts[state]["accounts"].fillna(0).astype("int64")
    frame.insert(0, "n", frame.pop("accounts"))
    return frame.astype({"n": "int64", "happened": "int64"}).reset_index()
