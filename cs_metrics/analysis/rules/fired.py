"""Which accounts fulfil a rule at a look, with the values that made it fire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from cs_metrics.analysis.feedback.answers import CATEGORIES
from cs_metrics.analysis.rules import moved, words
from cs_metrics.analysis.rules.look import Look
from cs_metrics.errors import NotComputableError
from cs_metrics.kpis.ask import find

# changes are given in hundredths: what differs from them by rounding alone is equal
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Hit:
    """An account that fulfils a rule ('' where the rule is about a KPI and no account can be told). `evidence`: what
    made it fire, each with text, value, and what it takes to open its rows; plain JSON."""

    account: str
    evidence: list[dict[str, Any]]


@dataclass(frozen=True)
class Fired:
    """`hits`; `unknown`: the accounts of which it cannot be told; `said`: about a KPI rule, what its KPI did; `moment`:
    as of when; `accounts`: how many were looked at."""

    hits: list[Hit]
    moment: datetime
    unknown: frozenset[str] = frozenset()
    said: str = ""
    accounts: int = 0
    names: dict[str, str] = field(default_factory=dict)
    csms: dict[str, str] = field(default_factory=dict)


def fired(look: Look, rule: Mapping[str, Any]) -> Fired:
    """Return who fulfils a rule (see `model`). Raises NotComputableError, QueryError."""
    found, said, unknown, looked = [], "", frozenset[str](), 0
    if rule["kind"] == "kpi":
        seen = moved.latest(look, rule)
        said = seen.said
        if seen.fires:
            concerned = moved.concerned(look, rule, seen)
            found = [Hit(account, [seen.evidence, own]) for account, own in concerned] or [Hit("", [seen.evidence])]
    else:
        held = holding(look, rule)
        unknown, looked = frozenset(held.index[held["holds"].isna()]), len(held)
        for account in held.index[held["holds"].fillna(False)]:
            found.append(Hit(str(account), [_evidence(look, c, str(account)) for c in rule["conditions"]]))
    return Fired(found, look.moment, unknown, said, looked, look.told("name"), look.told("csm"))


def holding(look: Look, rule: Mapping[str, Any]) -> pd.DataFrame:
    """Return `holds` of a rule of accounts by account: true, false, or null where it cannot be told."""
    accounts = look.accounts()
    if rule["where"]:
        accounts = accounts[accounts.isin(look.among(rule["where"]))]
    holds = pd.Series(True, index=accounts, dtype="boolean")
    for condition in rule["conditions"]:
        holds &= _tests(look, condition).reindex(accounts)
    return pd.DataFrame({"holds": holds})


def _tests(look: Look, condition: Mapping[str, Any]) -> pd.Series:
    what = condition["what"]
    if what in ("renewal", "answer"):
        # what is not among those found is not so: there is no such contract, or no such answer
        found = _renewing(look, condition) if what == "renewal" else _answered(look, condition)
        return pd.Series(look.accounts().isin(found.index), index=look.accounts(), dtype="boolean")
    values = measured(look, condition)
    if what in ("change", "usage"):
        sign = 1 if condition["is"] == "up" else -1
        holds = sign * values >= condition["by"] - _ROUNDING
    else:
        holds = values > condition["than"] if condition["is"] == "above" else values < condition["than"]
    return holds.astype("boolean").where(values.notna(), pd.NA)


def measured(look: Look, condition: Mapping[str, Any]) -> pd.Series:
    """Return the number by account that a condition compares; a change is relative, or in points where asked so."""
    what = condition["what"]
    if what == "signal":
        return _signal(look, condition["signal"])
    if what == "usage":
        return usage_change(_signal(look, "use_change"))
    frame = look.kpi(condition["kpi"], what == "change")
    if what == "kpi":
        return frame["now"]
    if condition["points"]:
        return frame["now"] - frame["before"]
    return (frame["now"] - frame["before"]) / frame["before"].abs().where(frame["before"] != 0)


def usage_change(balance: pd.Series) -> pd.Series:
    """Return the change relative to before (-0.5: half) of (now - before) / (now + before); null from nothing."""
    return (2 * balance / (1 - balance)).where(balance < 1)


def _signal(look: Look, name: str) -> pd.Series:
    frame = look.signals()
    values = pd.Series(frame[name].to_numpy(dtype="float64", na_value=np.nan), index=frame.index)
    if values.isna().all() and not look.past:
        raise NotComputableError(f"These data do not say it: {words.SIGNAL.get(name, 'use, event by event')}.", [])
    return values


def _renewing(look: Look, condition: Mapping[str, Any]) -> pd.DataFrame:
    return look.renewals(condition["days"])


def _answered(look: Look, condition: Mapping[str, Any]) -> pd.DataFrame:
    """Return the latest answers that are bad."""
    found = look.answers(condition["survey"], condition["days"])
    return found[found["category"] == CATEGORIES[condition["survey"]][-1]]


def _evidence(look: Look, condition: Mapping[str, Any], account: str) -> dict[str, Any]:
    told = _TELL[condition["what"]](look, condition, account)
    return {"condition": dict(condition), **told}


def _tell_renewal(look: Look, condition: Mapping[str, Any], account: str) -> dict[str, Any]:
    due = _of(look.renewals(condition["days"]), account)["due"].to_pydatetime()
    return {"text": f"renewal on {words.day(due)}", "value": due.isoformat()}


def _tell_answer(look: Look, condition: Mapping[str, Any], account: str) -> dict[str, Any]:
    row = _of(_answered(look, condition), account)
    when = row["answered_at"].to_pydatetime()
    survey = words.SURVEY[condition["survey"]]
    return {"text": f"{survey} answer {row['score']:g} on {words.day(when)}", "value": float(row["score"])}


def _tell_signal(look: Look, condition: Mapping[str, Any], account: str) -> dict[str, Any]:
    name, value = condition["signal"], float(_signal(look, condition["signal"])[account])
    said = words.number(value, words.signal_unit(name), str(look.settings["currency"]))
    return {"text": f"{words.SIGNAL[name]}: {said}", "value": value}


def _tell_usage(look: Look, condition: Mapping[str, Any], account: str) -> dict[str, Any]:
    value = float(measured(look, condition)[account])
    return {"text": f"events of 30 days {condition['is']} {words.number(abs(value), 'share')}", "value": value}


def _tell_kpi(look: Look, condition: Mapping[str, Any], account: str) -> dict[str, Any]:
    kpi, row = find(condition["kpi"], look.own), _of(look.kpi(condition["kpi"], condition["what"] == "change"), account)
    currency = str(look.settings["currency"])
    now = words.number(float(row["now"]), kpi.unit, currency)
    if condition["what"] == "kpi":
        return {"text": f"{kpi.name} {now}", "value": float(row["now"])}
    before = words.number(float(row["before"]), kpi.unit, currency)
    verb = "rose" if row["now"] > row["before"] else "fell"
    return {"text": f"{kpi.name} {verb} from {before} to {now}", "value": float(row["now"])}


def _of(frame: pd.DataFrame, account: str) -> dict[Any, Any]:
    """Return the row of an account, by columns."""
    return frame.loc[[account]].iloc[0].to_dict()


_TELL: dict[str, Callable[[Look, Mapping[str, Any], str], dict[str, Any]]] = {
    "renewal": _tell_renewal, "answer": _tell_answer, "signal": _tell_signal, "usage": _tell_usage, "kpi": _tell_kpi,
    "change": _tell_kpi,
}  # fmt: skip
