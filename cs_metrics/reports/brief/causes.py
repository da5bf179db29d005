"""What makes most of a change, as the end of a sentence: a segment, and the accounts in it."""

from __future__ import annotations

import pandas as pd

from cs_metrics.analysis.why.explain import Explained
from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.model import Number, Sentence
from cs_metrics.reports.brief.saying import sentence
from cs_metrics.reports.why import MOST, leading

NAMED = 5
"""A change that more accounts than that make is not told by its accounts."""


def cause(found: Explained, labels: dict[str, str]) -> Sentence | None:
    """Return ', mostly Region EMEA: Northwind and two others', as far as the split of the change says so; else None.

    A segment is named where it stands out from chance, accounts where few of them make at least half of the change.
    """
    if not found.change or found.parts.empty:
        return None
    row = leading(found)
    if found.kind == "formula":
        return sentence(", mostly by its {}", str(row["segment"])) if row["part"] / found.change >= MOST else None
    if not found.by:
        who = _who(found.accounts, found.change)
        return who and sentence(", mostly {}", who)
    part = row["part"]
    if part / found.change <= 0:
        return None
    much = "mostly" if part / found.change >= MOST else "the largest part"
    segment = " and ".join(labels.get(name, name) for name in found.by) + f" {row['segment']}"
    if abs(row["mix"]) > abs(row["rate"]) and found.kind == "quotient":
        whole = found.parts[["d_then", "d_now"]].sum()
        then, now = (float(row[side] / whole[side]) if whole[side] else 0.0 for side in ("d_then", "d_now"))
        shares = [Number(saying.value(s, "share", ""), s, "why", side) for s, side in ((then, "before"), (now, "now"))]
        much = "mostly" if much == "mostly" else "above all"
        return sentence(f", {much} as {{}} went from {{}} to {{}} of the base", segment, *shares)
    who = _who(found.accounts[found.accounts["segment"] == row["segment"]], part)
    return sentence(f", {much} {{}}: {{}}", segment, who) if who else sentence(f", {much} {{}}", segment)


def _who(accounts: pd.DataFrame, change: float) -> Sentence | None:
    """Return 'Northwind and two others': the fewest accounts that make half of the change; None where they are many,
    or may not be named."""
    if not {"customer_id", "part"} <= set(accounts):
        return None
    own = accounts[(accounts["part"] * change > 0) & accounts["customer_id"].notna()]
    own = own.sort_values("part", key=abs, ascending=False, kind="stable").head(NAMED)
    enough = (own["part"].cumsum() / change >= MOST).tolist()
    if True not in enough:
        return None
    chosen = own.head(enough.index(True) + 1)
    first = called(chosen.iloc[0])
    if len(chosen) == 1:
        return sentence("{}", first)
    if len(chosen) == 2:
        return sentence("{} and {}", first, called(chosen.iloc[1]))
    return sentence(f"{{}} and {saying.others(len(chosen) - 1)}", first)


def called(row: pd.Series) -> str:
    """Return what an account is called: its name, else its id."""
    name = row.get("name")
    return str(name) if isinstance(name, str) and name.strip() else str(row["customer_id"])
