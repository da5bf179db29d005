"""What a model was judged by: how well it told apart, how true its chances were, and what drives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.facts.models import MODELS, MOST
from cs_metrics.kpis.intervals import wilson


@dataclass(frozen=True)
class Judgement:
    """`usable`, or the `reason` why not. `scores`: when it learned and was judged, of how many rows, and by what (auc,
    brier, base_brier, base_rate); `some_of`: of how many rows it took only some accounts', None where it took all.
    `drivers`: feature, coefficient (per standard deviation), centre, scale, the strongest first. `calibration`: bin,
    n, happened, predicted, observed, low, high: rows of like chances together."""

    model: str
    usable: bool
    reason: str
    scores: dict[str, Any]
    drivers: pd.DataFrame
    calibration: pd.DataFrame


def judgement(con: duckdb.DuckDBPyConnection, model: str) -> Judgement:
    """Return what the model of a KPI (its id) was judged by. Raises QueryError where the KPI has no model."""
    if model not in MODELS:
        raise QueryError(f"'{model}' has no model. {did_you_mean(model, MODELS)}".rstrip())
    told = con.execute("SELECT * EXCLUDE (model) FROM fact_model_judgement WHERE model = $1", [model])
    scores = dict(zip([column[0] for column in told.description], told.fetchall()[0], strict=True))
    there = int(con.execute(f"SELECT count(*) FROM {MODELS[model].rows}").fetchall()[0][0])
    scores["some_of"] = there if there > MOST else None
    drivers = con.execute(
        "SELECT feature, coefficient, centre, scale FROM fact_model WHERE model = $1 AND feature <> 'intercept' "
        "ORDER BY abs(coefficient) DESC, feature",
        [model],
    ).df()
    bins = con.execute(
        "SELECT bin, rows_there AS n, happened, predicted, "
        "CAST(happened AS DOUBLE) / nullif(rows_there, 0) AS observed "
        "FROM fact_model_bin WHERE model = $1 ORDER BY bin",
        [model],
    ).df()
    bins["low"], bins["high"] = wilson(bins["happened"].to_numpy(float), bins["n"].to_numpy(float))
    return Judgement(model, bool(scores.pop("usable")), str(scores.pop("reason")), scores, drivers, bins)
