"""From lives to the steps of their survival curve."""

from __future__ import annotations

from collections.abc import Sequence


def steps(keys: Sequence[str], sums: Sequence[str]) -> list[tuple[str, str]]:
    """Return the queries, by name and in order, that make lives (`lived` days, `ended` or not) into the steps of their
    curve, by `keys`; each reads the one before as `{rows}`. A step counts the `seen` and the `gone`; `sums` are taken
    at each.

    Kaplan and Meier (1958), JASA 53: 457-481. The `area` under each step sums to the mean life, restricted at the
    longest observed; `variance` to its variance: Greenwood's, of every leaving the area that is left after it.
    Klein and Moeschberger (2003), Survival Analysis, 4.5.
    """
    by = ", ".join(keys)
    over = f"PARTITION BY {by} ORDER BY lived"
    counted = ["count(*) AS seen", "count(*) FILTER (WHERE ended) AS gone", *sums]
    leaving = f"SELECT {by}, lived, {', '.join(counted)} FROM {{rows}} GROUP BY {by}, lived"
    # a logarithm of 0 is an error in some engines: where all are gone the curve is 0 from there on
    left = "CASE WHEN gone >= at_risk THEN -1000 ELSE ln(1 - CAST(gone AS DOUBLE) / at_risk) END"
    before = f"coalesce(lag(survival) OVER ({over}), 1) * (lived - coalesce(lag(lived) OVER ({over}), 0))"
    after = f"coalesce(sum(area) OVER ({over} ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 0)"
    hazard = "CAST(gone AS DOUBLE) / nullif(CAST(at_risk AS DOUBLE) * (at_risk - gone), 0)"
    return [
        ("leaving", leaving),
        ("risk", f"SELECT *, sum(seen) OVER ({over} DESC) AS at_risk FROM {{rows}}"),
        ("survival", f"SELECT *, exp(sum({left}) OVER ({over})) AS survival FROM {{rows}}"),
        ("stretched", f"SELECT *, {before} AS area FROM {{rows}}"),
        ("curve", f"SELECT *, power({after}, 2) * {hazard} AS variance FROM {{rows}}"),
    ]
