"""A change split exactly: by segment into mix (who is in the base) and rate (how they behave), by customer into parts.

Of a quotient V = N / D with w = d / D the share of a segment in the base and r = n / d its own value, between side 0
and side 1, with V' = (V0 + V1) / 2:

    rate = (w0 + w1) / 2 * (r1 - r0)
    mix  = ((r0 + r1) / 2 - V') * (w1 - w0)

Over all segments they sum to V1 - V0 with no residual and no interaction term: Kitagawa (1955), JASA 50: 1168-1194,
"Components of a difference between two rates"; centred on the mean value, so that a segment that grows counts by how
far it lies from the rest, as in Griliches and Regev (1995), Journal of Econometrics 65: 175-203. With two factors this
is the Shapley value: each factor changed first in one half of the cases. A segment that is in the base on one side
alone has no other value to compare with: its part is mix.

A customer's part is (n1 - V' d1) / D1 - (n0 - V' d0) / D0; the parts of a segment's customers sum to its mix + rate.
Of a sum, mix is what came and went with the customers that have something on one side alone, rate the change of those
on both.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cs_metrics.kpis.intervals import LEVEL

SIDES = ("n_then", "d_then", "n_now", "d_now")
Floats = NDArray[np.float64]


def parts(units: pd.DataFrame, quotient: bool) -> Floats:
    """Return what each row of `units` (n_then, d_then, n_now, d_now) adds to the change; together the change."""
    n0, d0, n1, d1 = (units[name].to_numpy(float) for name in SIDES)
    if not quotient:
        return n1 - n0
    below0, below1 = d0.sum(), d1.sum()
    middle = (n0.sum() / below0 + n1.sum() / below1) / 2
    return np.asarray((n1 - middle * d1) / below1 - (n0 - middle * d0) / below0)


def effects(units: pd.DataFrame, quotient: bool) -> Floats:
    """Return the same for a base that is the same but for some rows: a row that is alike on both sides has no part.

    V1 - V0 = (N1 - N0 - V' (D1 - D0)) / D' with D' = (D0 + D1) / 2, which is a sum over the rows.
    """
    n0, d0, n1, d1 = (units[name].to_numpy(float) for name in SIDES)
    if not quotient:
        return n1 - n0
    middle = (n0.sum() / d0.sum() + n1.sum() / d1.sum()) / 2
    return np.asarray((n1 - n0 - middle * (d1 - d0)) / ((d0.sum() + d1.sum()) / 2))


def by_segment(units: pd.DataFrame, keys: list[str], quotient: bool, change: float) -> pd.DataFrame:
    """Return a row for each segment, the largest part first: <keys>, customers, n_then, d_then, n_now, d_now, mix,
    rate, part. The parts sum to `change`: what rounding leaves is added to the largest."""
    together = units.assign(
        _part=parts(units, quotient), _stay=((units["n_then"] != 0) & (units["n_now"] != 0)).to_numpy()
    )
    together["_stayed"] = (together["n_now"] - together["n_then"]).where(together["_stay"], 0.0)
    together["_one"] = 1
    grouped = together.groupby(keys, dropna=False, sort=False) if keys else together.groupby(lambda _: 0)
    wanted = {name: (name, "sum") for name in SIDES}
    found = grouped.agg(customers=("_one", "sum"), **wanted, part=("_part", "sum"), stayed=("_stayed", "sum"))
    found = found.reset_index(drop=not keys)
    found["mix"] = _mix(found) if quotient else found["part"] - found["stayed"]
    if keys:  # equal ones always in the same order
        found = found.sort_values(keys, key=lambda values: values.astype(str), kind="stable")
    order = found["part"].abs().sort_values(ascending=False, kind="stable").index
    found = found.loc[order].drop(columns="stayed").reset_index(drop=True)
    if len(found):
        exact = found["part"].to_numpy(float, copy=True)
        exact[0] += change - math.fsum(exact)
        found["part"] = exact
    found["rate"] = found["part"] - found["mix"]
    for key in keys:
        found[key] = found[key].astype(object).where(found[key].notna(), None)
    return found[[*keys, "customers", *SIDES, "mix", "rate", "part"]]


def _mix(found: pd.DataFrame) -> Floats:
    n0, d0, n1, d1 = (found[name].to_numpy(float) for name in SIDES)
    own = np.vstack([_quotient(n0, d0), _quotient(n1, d1)])
    known = np.isfinite(own)
    value = np.where(known, own, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    middle = (n0.sum() / d0.sum() + n1.sum() / d1.sum()) / 2
    return np.where(known.any(axis=0), (value - middle) * (d1 / d1.sum() - d0 / d0.sum()), 0.0)


def _quotient(n: Floats, d: Floats) -> Floats:
    return np.divide(n, d, out=np.full(len(n), np.nan), where=d != 0)


def interval(units: pd.DataFrame) -> tuple[float, float]:
    """Return the 95 % interval of the change of a quotient; NaN below two customers.

    Each customer's influence on the change, (n1 - V1 d1) / D1 - (n0 - V0 d0) / D0, is one observation, so that a
    customer that counts on both sides, or several times, is not taken for several: the linearised, cluster-robust
    variance with t on customers - 1 degrees. Liang and Zeger (1986), Biometrika 73: 13-22.
    """
    n0, d0, n1, d1 = (units[name].to_numpy(float) for name in SIDES)
    below0, below1 = d0.sum(), d1.sum()
    before, now = n0.sum() / below0, n1.sum() / below1
    influence = pd.Series((n1 - now * d1) / below1 - (n0 - before * d0) / below0)
    known = units["customer_id"].notna().to_numpy()
    of_customers = influence[known].groupby(units["customer_id"].to_numpy()[known]).sum().to_numpy()
    each = np.concatenate([of_customers, influence[~known].to_numpy()])
    if len(each) < 2:
        return math.nan, math.nan
    half = stats.t.ppf((1 + LEVEL) / 2, len(each) - 1) * math.sqrt(len(each) / (len(each) - 1) * (each @ each))
    return float(now - before - half), float(now - before + half)
