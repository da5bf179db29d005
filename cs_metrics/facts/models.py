"""Models fitted at publish on the version's own past, and judged on a later part of it that they did not see.

A logistic regression on what was seen at month's ends. The rows are parted at an instant (the cut): it learns from what
was seen and known before it, and is judged by what was seen from then on. What is judged is what is used. A model that
says no more than the base rate does, or has too little to learn from, is withheld. Where there are more rows than it
takes to learn from, some accounts (deals) are taken with all of their rows: what a model holds in memory does not grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd

_LOGGED = (
    "events_30", "active_days_30", "users_30", "features_30", "hours_30", "idle_days", "open_tickets", "tickets_90",
    "touchpoints_90", "contacts_90", "reply_hours_90", "tenure_days", "mrr", "intent_90", "advocacy_365",
)  # fmt: skip
_PLAIN = (
    "use_change", "ticket_satisfaction", "nps_answer", "csat_answer", "late_share_180", "milestone_share",
    "renewal_due", "mrr_change_90", "product_room", "seat_use",
)  # fmt: skip
LEARNED, SEEN = 0.7, 0.5
"""The share of the rows before the cut, and the least share of them in which a feature must be known."""
LEAST = {"learn": (20, 20), "judge": (10, 10)}
"""So many different accounts (deals) for which it happened, and for which it did not, in each part."""
MOST = 250_000
"""About so many rows a model looks at; each costs a KB or two of memory while it is fitted."""
BINS = 10
DIGITS = 8


@dataclass(frozen=True)
class Model:
    """`features`: name to SQL over a row of `source`, whose `unit` is seen at `taken_at`; `rows`: of what became of it
    (`happened`, known at `known_at`). `about`: what is counted, in words."""

    name: str
    source: str
    rows: str
    unit: str
    features: dict[str, str]
    about: str


def logged(column: str) -> str:
    """Return the SQL of the logarithm of one more than a column: from 1 to 2 is a larger step than from 101 to 102."""
    value = f"CAST({column} AS DOUBLE)"
    return f"CASE WHEN {column} IS NOT NULL THEN ln(1 + CASE WHEN {value} > 0 THEN {value} ELSE 0 END) END"


CHURN = Model(
    "churn_risk_score",
    "fact_signal",
    "fact_signal AS f JOIN fact_outcome AS o ON o.customer_id = f.customer_id AND o.taken_at = f.taken_at",
    "customer_id",
    {name: logged(f"f.{name}") for name in _LOGGED} | {name: f"CAST(f.{name} AS DOUBLE)" for name in _PLAIN},
    "accounts",
)
WIN = Model(
    "win_prediction",
    "fact_deal_signal",
    "(SELECT * FROM fact_deal_signal WHERE known_at IS NOT NULL) AS f",
    "opportunity_id",
    {
        "age_days": logged("f.age_days"),
        "amount": logged("f.amount"),
        "owner_win_rate": "f.owner_win_rate",
        "source_win_rate": "f.source_win_rate",
        "kind_win_rate": "f.kind_win_rate",
        "is_renewal": "CASE WHEN f.kind = 'renewal' THEN 1.0 WHEN f.kind IS NOT NULL THEN 0 END",
        "is_new": "CASE WHEN f.kind = 'new' THEN 1.0 WHEN f.kind IS NOT NULL THEN 0 END",
    },
    "deals",
)
MODELS = {model.name: model for model in (CHURN, WIN)}

TOO_GOOD = 0.995
"""Nobody foresees so well: a column gives the end away, as amounts do that are 0 for every lost deal."""

_TABLES = {
    "fact_model": "model VARCHAR, feature VARCHAR, centre DOUBLE, scale DOUBLE, coefficient DOUBLE",
    "fact_model_judgement": "model VARCHAR, usable BOOLEAN, reason VARCHAR, cut_at TIMESTAMP, learned_from TIMESTAMP, "
    "judged_to TIMESTAMP, learned_rows BIGINT, learned_happened BIGINT, judged_rows BIGINT, judged_happened BIGINT, "
    "base_rate DOUBLE, auc DOUBLE, brier DOUBLE, base_brier DOUBLE",
    "fact_model_bin": "model VARCHAR, bin INTEGER, rows_there BIGINT, happened BIGINT, predicted DOUBLE",
}


def build(con: duckdb.DuckDBPyConnection) -> None:
    """Fit every model, and keep its coefficients, its judgement and its calibration; those there are replaced."""
    for name, columns in _TABLES.items():
        con.execute(f"CREATE OR REPLACE TABLE {name}({columns})")
    for model in MODELS.values():
        _fit(con, model)


def _fit(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    frame = _rows(con, model)
    learn, judge, cut = _parted(frame)
    judgement: dict[str, Any] = {"cut_at": cut, "learned_rows": len(learn), "judged_rows": len(judge)}
    if len(frame):
        judgement |= {
            "learned_from": frame["taken_at"].min(),
            "judged_to": frame["taken_at"].max(),
            "learned_happened": int(learn["happened"].sum()),
            "judged_happened": int(judge["happened"].sum()),
        }
    names = _telling(model, learn)
    lacks = _lacks(model, learn, judge, names)
    if lacks:
        _write(con, "fact_model_judgement", model, [{"usable": False, "reason": lacks, **judgement}])
        return
    fitted = _Fitted(names, learn)
    chances, base = fitted.chances(judge), float(learn["happened"].mean())
    judgement |= _judged(judge["happened"].to_numpy(dtype="float64"), chances, base)
    reason = _withheld(model, judgement, fitted.coefficients)
    usable = not reason
    _write(con, "fact_model_judgement", model, [{"usable": usable, "reason": reason, **judgement}])
    _write(con, "fact_model_bin", model, _bins(judge["happened"].to_numpy(dtype="float64"), chances))
    if usable:
        _write(con, "fact_model", model, fitted.coefficients)


def _withheld(model: Model, judgement: dict[str, Any], coefficients: list[dict[str, Any]]) -> str:
    """Return why a model that could be fitted says nothing, or ''."""
    if judgement["brier"] >= judgement["base_brier"]:
        return (
            f"Withheld: on later {model.about} it did not see, its error (Brier score {judgement['brier']:.4f}) is no "
            f"smaller than that of the base rate ({judgement['base_brier']:.4f})."
        )
    if judgement["auc"] >= TOO_GOOD:
        told = max(coefficients, key=lambda one: abs(one["coefficient"]))["feature"]
        return (
            f"Withheld: it tells how later {model.about} end nearly without error (AUC {judgement['auc']:.3f}), as "
            f"only a column can that is filled in at the end. Look at '{told}'."
        )
    return ""


def _rows(con: duckdb.DuckDBPyConnection, model: Model) -> pd.DataFrame:
    features = ", ".join(f"{sql} AS {name}" for name, sql in model.features.items())
    return con.execute(
        f"SELECT f.taken_at, f.{model.unit} AS unit, known_at, happened, {features} FROM {model.rows} "
        f"WHERE {_taken(con, model)} ORDER BY f.taken_at, f.{model.unit}"
    ).df()


def _taken(con: duckdb.DuckDBPyConnection, model: Model) -> str:
    """Return the condition on a row that is looked at: TRUE, or where there are too many, that its account (deal) is
    among those taken, by a digest of its id: evenly, and always the same."""
    total = int(con.execute(f"SELECT count(*) FROM {model.rows}").fetchall()[0][0])
    if total <= MOST:
        return "TRUE"
    return f"substr(md5(f.{model.unit}), 1, 8) < '{MOST * 16**8 // total:08x}'"


def _parted(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, Any]:
    """Return the rows to learn from, those to be judged by, and the instant between them."""
    if frame.empty:
        return frame, frame, None
    cut = frame["taken_at"].iloc[int(LEARNED * (len(frame) - 1))]
    learn = frame[(frame["taken_at"] < cut) & (frame["known_at"] <= cut)]
    return learn, frame[frame["taken_at"] >= cut], cut


def _lacks(model: Model, learn: pd.DataFrame, judge: pd.DataFrame, names: list[str]) -> str:
    """Say what there is too little of, or nothing."""
    for part, rows in (("learn", learn), ("judge", judge)):
        for happened, least in zip((True, False), LEAST[part], strict=True):
            found = rows.loc[rows["happened"] == happened, "unit"].nunique() if len(rows) else 0
            if found < least:
                outcome = ("with" if happened else "without") + " the outcome"
                use = "learn from" if part == "learn" else "be judged by"
                return (
                    f"Withheld: the history is too small. It has {found} {model.about} {outcome} to {use}; "
                    f"{least} are needed."
                )
    return "" if names else f"Withheld: nothing that is known of the {model.about} tells them apart."


def _telling(model: Model, learn: pd.DataFrame) -> list[str]:
    """Return the features that are known of enough rows, and differ among them."""
    return [n for n in model.features if learn[n].notna().mean() >= SEEN and learn[n].nunique() > 1]


class _Fitted:
    """A logistic regression on standardised features; what is not known counts as the mean."""

    def __init__(self, names: list[str], learn: pd.DataFrame) -> None:
        # read here: it takes seconds, and most versions of few rows never come this far
        from sklearn.linear_model import LogisticRegression

        self.names = names
        known = learn[names].astype("float64")
        self.centre = known.mean().round(DIGITS)
        self.scale = known.std(ddof=0).round(DIGITS).clip(lower=10.0**-DIGITS)
        # this one goes on to the very optimum, so that rounding brings the same coefficients everywhere
        regression = LogisticRegression(solver="newton-cholesky", tol=1e-10, max_iter=100)
        regression.fit(self._standard(known), learn["happened"].astype(int))
        # equal to the last digit on every machine: sums of doubles are not
        self.weights = np.round(regression.coef_[0], DIGITS)
        self.intercept = round(float(regression.intercept_[0]), DIGITS)

    def _standard(self, frame: pd.DataFrame) -> np.ndarray:
        known = (frame[self.names].astype("float64") - self.centre) / self.scale
        return known.fillna(0).to_numpy()

    def chances(self, frame: pd.DataFrame) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-(self.intercept + self._standard(frame) @ self.weights))))

    @property
    def coefficients(self) -> list[dict[str, Any]]:
        rows = zip(self.names, self.centre, self.scale, self.weights, strict=True)
        found = [{"feature": n, "centre": c, "scale": s, "coefficient": float(w)} for n, c, s, w in rows]
        return [{"feature": "intercept", "centre": 0.0, "scale": 1.0, "coefficient": self.intercept}, *found]


def _judged(happened: np.ndarray, chances: np.ndarray, base: float) -> dict[str, float]:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    return {
        "base_rate": base,
        "auc": float(roc_auc_score(happened, chances)),
        "brier": float(brier_score_loss(happened, chances)),
        "base_brier": float(brier_score_loss(happened, np.full(len(happened), base))),
    }


def _bins(happened: np.ndarray, chances: np.ndarray) -> list[dict[str, Any]]:
    """Rows of like chances together, as many in each as may be."""
    order = np.argsort(chances, kind="stable")
    return [
        {"bin": number, "rows_there": len(rows), "happened": int(happened[rows].sum()),
         "predicted": float(chances[rows].mean())}
        for number, rows in enumerate(np.array_split(order, BINS), start=1) if len(rows)
    ]  # fmt: skip


def _write(con: duckdb.DuckDBPyConnection, table: str, model: Model, rows: list[dict[str, Any]]) -> None:
    columns = [column.split()[0] for column in _TABLES[table].split(", ")]
    values = [[model.name, *(_plain(row.get(column)) for column in columns[1:])] for row in rows]
    places = ", ".join(f"${i}" for i in range(1, len(columns) + 1))
    con.executemany(f"INSERT INTO {table} VALUES ({places})", values)


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if isinstance(value, np.generic) else value
