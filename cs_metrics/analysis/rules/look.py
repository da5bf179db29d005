"""One look at all accounts, at the end of the data or at an earlier instant: each thing is asked once, by account.

A look at the past knows nothing of what came after. KPIs are asked as of then. A place among all accounts at all
month's ends is taken anew among those up to then. A model that learned from what came later is not asked at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.answers import counted
from cs_metrics.errors import NotComputableError
from cs_metrics.facts.signals import known_at, seen_by
from cs_metrics.kpis import KPI
from cs_metrics.kpis.ask import find, form_of
from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.available import Available, available
from cs_metrics.kpis.model import Kind
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.where import compile_where, names
from cs_metrics.periods import floor, step
from cs_metrics.sql import Params, literal, quote
from cs_metrics.workspace.publish import asof

# what models foresee: their KPIs by their ids
_FORESEEN = ("churn_risk_score", "win_prediction")
_SUMMED = ("count", "money")
RENEWALS_NEED = ("subscriptions.contract_start", "subscriptions.contract_end")


@dataclass
class Look:
    """`moment`: everything before it is seen. `past`: it is not the end of the data. `own`: the workspace's KPIs."""

    con: duckdb.DuckDBPyConnection
    settings: Mapping[str, Any]
    moment: datetime
    own: Mapping[str, KPI] = field(default_factory=dict)
    past: bool = False
    has: Available = field(init=False)
    _kept: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.past:
            self.con = self.con.cursor()  # what is made for this look alone is seen by it alone
            self._meta_of_then()
        self.has = available(self.con).choosing(self.settings)

    def accounts(self) -> pd.Index:
        """Return the ids of the accounts that are customers then; where the data do not say who is one, all ids."""
        return self.signals().index if self._seen_at() is not None else self._all()

    def signals(self) -> pd.DataFrame:
        """Return a row of `fact_signal` an active account, by its id."""
        if "signals" not in self._kept:
            at = self._seen_at()
            only = "FALSE" if at is None else f"taken_at = {literal(at)}"
            source = f"({seen_by(self.moment, self._fresh)})" if self.past else "main.fact_signal"
            frame = self.con.execute(f"SELECT * FROM {source} WHERE {only}").df()
            self._kept["signals"] = frame.assign(customer_id=frame["customer_id"].astype(str)).set_index("customer_id")
        return self._kept["signals"]

    def kpi(self, kpi_id: str, change: bool = False) -> pd.DataFrame:
        """Return `now`, and with `change` `before`, of a KPI by account: a state at this instant, and a month earlier;
        what happens, in the last whole month and in the one before. Raises NotComputableError, QueryError."""
        if (kpi_id, change) not in self._kept:
            self._kept[kpi_id, change] = self._asked(find(kpi_id, self.own), change)
        return self._kept[kpi_id, change]

    def renewals(self, days: int) -> pd.DataFrame:
        """Return due (when the next contract ends within so many days), _source and _row by account. A contract that
        another follows already is left out; in the past nobody knows yet which."""
        lacks = self.has.lacks(RENEWALS_NEED)
        if lacks:
            raise NotComputableError(f"Renewals are not known here: they need {' and '.join(lacks)}.", lacks)
        grace = int(self.settings["renewal_grace_days"])
        signed = f"NOT coalesce(rolled_over, FALSE) AND followed_at <= ends + INTERVAL '{grace}' DAY"
        at, end = literal(self.moment), literal(self.moment + timedelta(days=days))
        frame = self.con.execute(
            f"SELECT customer_id, due, _source, _row FROM fact_contract WHERE begins < {at} AND ends >= {at} "
            f"AND due >= {at} AND due < {end}" + ("" if self.past else f" AND NOT coalesce({signed}, FALSE)")
            + " QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY due, _source, _row) = 1"
        ).df()  # fmt: skip
        return frame.assign(customer_id=frame["customer_id"].astype(str)).set_index("customer_id")

    def answers(self, survey: str, days: int) -> pd.DataFrame:
        """Return the latest answer of each account in so many days: category, score, answered_at, _source, _row. Of
        several at one instant the lowest."""
        key = ("answers", survey, days)
        if key not in self._kept:
            found = counted(
                self.con, {**self.settings, "survey_rule": "all"}, self.moment, survey=survey,
                since=self.moment - timedelta(days=days), until=self.moment,
            )  # fmt: skip
            frame = found.run(
                self.con,
                "SELECT customer_id, category, score, answered_at, _source, _row FROM {answers} WHERE pno = 0 AND "
                "customer_id IS NOT NULL QUALIFY row_number() OVER (PARTITION BY customer_id "
                "ORDER BY answered_at DESC, worth, _source, _row, _id) = 1",
            )
            self._kept[key] = frame.assign(customer_id=frame["customer_id"].astype(str)).set_index("customer_id")
        return self._kept[key]

    def among(self, where: Mapping[str, Any]) -> frozenset[str]:
        """Return the accounts that fit a filter of customers, by what is known of them then. Raises QueryError."""
        params = Params()
        asked = sorted(names(where))
        joined = join(self.has, asked, moment=params.add(self.moment), just_before=True)
        condition = compile_where(where, joined, params)
        text = f"SELECT f.customer_id FROM dim_customer_ids AS f {joined.sql} WHERE {condition}"
        rows = self.con.execute(text, params.used(text)).fetchall()
        return frozenset(str(row[0]) for row in rows)

    def told(self, column: str) -> dict[str, str]:
        """Return a text column of the customers by account ('name', 'csm'), where there is one: as it is today."""
        if f"customers.{column}" not in self.has.mapped:
            return {}
        text = f"SELECT customer_id, {quote(column)} FROM dim_customers WHERE {quote(column)} IS NOT NULL"
        rows = self.con.execute(text).fetchall()
        return {str(account): str(value) for account, value in rows}

    @property
    def _fresh(self) -> int:
        return int(self.settings["fresh_days"])

    def _meta_of_then(self) -> None:
        """Put beside the version what it would have said of itself then: up to when its tables reach."""
        rows = self.con.execute("SELECT key, value FROM main._meta").fetchall()
        meta = {key: json.loads(value) for key, value in rows}
        zone = ZoneInfo(self.settings["timezone"])
        last = (self.moment - timedelta(microseconds=1)).replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        ends = asof.of_tables(self.con, self.settings["timezone"], last)
        told = {table: end.isoformat() for table, end in ends.items()}
        meta |= {"as_of": self.moment.isoformat(), "table_as_of": told}
        self.con.execute("CREATE TEMP TABLE _meta(key VARCHAR, value VARCHAR)")
        self.con.executemany("INSERT INTO _meta VALUES ($1, $2)", [[k, json.dumps(v)] for k, v in meta.items()])

    def _all(self) -> pd.Index:
        rows = self.con.execute("SELECT customer_id FROM dim_customer_ids ORDER BY 1").fetchall()
        return pd.Index([str(row[0]) for row in rows], name="customer_id")

    def _seen_at(self) -> datetime | None:
        if "seen_at" not in self._kept:
            text = f"SELECT max(taken_at) FROM fact_snapshot WHERE taken_at <= {literal(self.moment)}"
            self._kept["seen_at"] = self.con.execute(text).fetchall()[0][0]
        return self._kept["seen_at"]

    def _asked(self, kpi: KPI, change: bool) -> pd.DataFrame:
        form = form_of(kpi, self.has)
        if self.past and kpi.id in _FORESEEN and not self._learned_by(kpi.id):
            return pd.DataFrame({"now": pd.Series(dtype=float), "before": pd.Series(dtype=float)})
        if self.past and "shadow" not in self._kept and any(r.of_snapshots for r in form.relations):
            self._kept["shadow"] = True
            self.con.execute(f"CREATE TEMP TABLE fact_signal AS {known_at(self.moment, self._fresh)}")
        whole = floor(self.moment, "month", self.settings)
        last = floor(self.moment - timedelta(microseconds=1), "month", self.settings)
        now = last if kpi.kind is Kind.SNAPSHOT else step(whole, "month", -1)
        starts = {"now": now, **({"before": step(now, "month", -1)} if change else {})}
        asked = Slice.of("month", ["customer_id"], None, min(starts.values()), self.moment)
        frame = compute(self.con, [kpi.id], asked, self.settings, self.moment, own=self.own)
        frame = frame[frame["item"].isna() & frame["customer_id"].notna()]
        if kpi.kind is not Kind.SNAPSHOT:
            frame = frame[frame["complete"].astype(bool)]
        wide = {}
        for name, start in starts.items():
            own = frame[frame["period"] == pd.Timestamp(start)]
            series = own.assign(customer_id=own["customer_id"].astype(str)).set_index("customer_id")["value"]
            wide[name] = series.astype(float)
        found = pd.DataFrame(wide)
        if kpi.unit in _SUMMED and kpi.kind is Kind.FLOW:  # who has no row did nothing
            found = found.fillna({name: 0.0 for name in wide if len(wide[name])})
        return found

    def _learned_by(self, model: str) -> bool:
        """Return whether all that a model learned from lies before this instant."""
        rows = self.con.execute("SELECT cut_at FROM fact_model_judgement WHERE model = $1", [model]).fetchall()
        return bool(rows) and rows[0][0] is not None and rows[0][0] <= self.moment
