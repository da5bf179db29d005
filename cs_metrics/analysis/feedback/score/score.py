"""The Net Promoter Score with the three shares it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.answers import SURVEYS
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice

SHARES = ("promoters", "passives", "detractors")


def nps(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    grain: str | None = None,
    by: str | Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """The Net Promoter Score with its parts: period, <by>, promoters, passives, detractors, n, value, low, high,
    complete. Counts are answers; without a grain one row a segment, its `period` null.

    Raises NotComputableError where there are no answers to an NPS survey.
    """
    asked = Slice.of(grain, by, where, since, until)
    frame = compute(con, [SURVEYS["nps"]], asked, settings, as_of, beside=True)
    keys = ["period", *asked.by]
    whole = frame[frame["item"].isna()].drop(columns=["kpi", "item"])
    for part in SHARES:
        own = frame[frame["item"] == part][[*keys, "value"]].rename(columns={"value": part})
        whole = whole.merge(own, how="left", on=keys)
        whole[part] = whole[part].fillna(0).astype("int64")
    return whole[[*keys, *SHARES, "n", "value", "low", "high", "complete"]].reset_index(drop=True)
