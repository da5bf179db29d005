"""Who is who in a version: ids that may be one customer, rows of unknown customers, files at odds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from cs_metrics import facts, periods
from cs_metrics.api.answering.asking import Asking, Names
from cs_metrics.definitions import BY_NAME
from cs_metrics.workspace.contradictions import departures, lookalikes, orphans, told_apart
from cs_metrics.workspace.publish import merging
from cs_metrics.workspace.store.database import within_limits

if TYPE_CHECKING:
    pass


SOURCES = tuple(choice.value for choice in BY_NAME["leaving_source"].choices)
KPIS = ("customer_churn_rate", "customer_retention_rate", "mrr", "net_revenue_retention", "customer_lifetime_value")
FILE_KPIS = ("mrr", "customer_churn_rate", "net_revenue_retention", "net_promoter_score", "customer_satisfaction_score")


class Who(Asking):
    """The part of `Answers` about customers' identities. A reader with a locked filter or hidden columns gets nothing
    of it: it is about everyone."""

    def kpis(self) -> pd.DataFrame:
        raise NotImplementedError

    def compute(
        self, ids: Names, *, by: Names | None = None, since: Any = None, until: Any = None,
        definitions: Mapping[str, Any] | None = None,
    ) -> pd.DataFrame:  # fmt: skip
        raise NotImplementedError

    def _limited(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.head(0) if self.where or self.hidden else frame

    @within_limits()
    def matches(self, decided: bool = False) -> pd.DataFrame:
        """Return the pairs of ids that may be one customer and that nobody decided on, the surest first: kept (the id
        that would stand for both), kept_name, kept_in (tables with their rows), other, other_name, other_in, evidence,
        strength (0 to 1), rows, mrr, orders (of the other id). `decided`: also the pairs decided on since.
        Nothing is one by itself: see `Workspace.accept_match`."""
        con, _, now = self._ask(None, None)
        found = self._limited(lookalikes.proposals(con, orphans.stakes(con, now)))
        return found if decided else self.workspace.undecided(found)

    @within_limits()
    def merged(self) -> pd.DataFrame:
        """Return the rows of this version that came under another id of their customer: kept, original, table, rows."""
        con, _, _ = self._ask(None, None)
        return self._limited(merging.rows(con))

    @within_limits()
    def same(self) -> dict[str, str]:
        """Return the ids for which another stands in this version, by id."""
        con, _, _ = self._ask(None, None)
        return {} if self.where or self.hidden else merging.merged(con)

    @within_limits()
    def orphans(self, by: str = "table") -> pd.DataFrame:
        """Return the rows whose customer is in no customer table. `by` "table": table, rows, customers, all_rows, mrr,
        orders; "customer": table, customer_id, rows, file, row (where the first stands), mrr, orders. mrr: where the
        data end; orders: the value of all orders. Empty where no customer table is loaded."""
        con, _, now = self._ask(None, None)
        return self._limited(orphans.customers(con, now) if by == "customer" else orphans.report(con, now))

    @within_limits()
    def departures(self) -> pd.DataFrame:
        """Return the customers of whom the files say different things today: customer_id, accounts, subscriptions,
        churn_events ('active', 'left', 'left on ...'; null: says nothing), mrr (by the definitions in force), file and
        row of the account, or of the subscription where there is no account; the most MRR first."""
        con, settings, now = self._ask(None, None)
        return self._limited(departures.listing(con, facts.context(con, settings).left_flag, now))

    @within_limits()
    def differences(self) -> pd.DataFrame:
        """Return where another table says otherwise of a customer than the customers table does: what, customer_id,
        customers (its value), table, other (the table's values), file and row (of the customers table)."""
        con, _, _ = self._ask(None, None)
        return self._limited(departures.differences(con))

    @within_limits()
    def file_conflicts(self, by: str = "files", attribute: str | None = None) -> pd.DataFrame:
        """Return where customer files say different things of one customer. `by` "files": attribute, one, other (the
        sources), one_file, other_file, customers, one_in_force, other_in_force, the most customers first; "customer":
        attribute, customer_id, origin (the source), value, file, row, in_force, of one `attribute` or of all."""
        con, _, _ = self._ask(None, None)
        found = told_apart.listing(con, attribute) if by == "customer" else told_apart.counts(con)
        return self._limited(found)

    @within_limits()
    def believing_file(self, attribute: str, ids: Names = FILE_KPIS, split: bool = False) -> pd.DataFrame:
        """Return what believing each of the sources that differ about an attribute does to KPIs: kpi, choice (a source;
        null: the one loaded last), in_force, value, n, over the last twelve whole months. `split`: by the attribute
        too, under its own name. The facts of each choice are built once."""
        con, settings, now = self._ask(None, None)
        held = settings["believed_files"]
        until = periods.floor(now, "month", settings)
        since = periods.add_months(until, -12)
        known = self.kpis().set_index("id")["computable"]
        able = [kpi for kpi in ([ids] if isinstance(ids, str) else ids) if known.get(kpi, False)]
        found = told_apart.counts(con)
        found = found[found["attribute"] == attribute]
        columns = ["kpi", *([attribute] if split else []), "choice", "in_force", "value", "n"]
        parts = []
        for choice in (None, *sorted({*found["one"], *found["other"]})):
            others = {name: origin for name, origin in held.items() if name != attribute}
            switched = others if choice is None else {**others, attribute: choice}
            frame = self.compute(
                able, by=[attribute] if split else None, definitions={"believed_files": switched}, since=since,
                until=until,
            )  # fmt: skip
            parts.append(frame[frame["item"].isna()].assign(choice=choice, in_force=choice == held.get(attribute)))
        return self._limited(pd.concat(parts, ignore_index=True))[columns]

    @within_limits()
    def believing(self, ids: Names = KPIS) -> pd.DataFrame:
        """Return what each choice of `leaving_source` that has something to say does to KPIs: kpi, choice, in_force,
        value, n, over the last twelve whole months (a stock: at their end). The facts of each choice are built once."""
        con, settings, now = self._ask(None, None)
        until = periods.floor(now, "month", settings)
        since = periods.add_months(until, -12)
        known = self.kpis().set_index("id")["computable"]
        able = [kpi for kpi in ([ids] if isinstance(ids, str) else ids) if known.get(kpi, False)]
        parts = []
        for choice in SOURCES:
            switched = {"leaving_source": choice}
            if facts.context(con, {**settings, **switched}).leaving == choice:
                frame = self.compute(able, definitions=switched, since=since, until=until)
                frame = frame[frame["item"].isna()][["kpi", "value", "n"]]
                parts.append(frame.assign(choice=choice, in_force=choice == settings["leaving_source"]))
        return self._limited(pd.concat(parts, ignore_index=True))[["kpi", "choice", "in_force", "value", "n"]]
