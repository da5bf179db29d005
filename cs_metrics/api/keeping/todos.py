"""To-dos that rules opened: worked through, undone, opened down to the rows; and the digest of a publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from cs_metrics.analysis.feedback.answers import SURVEYS
from cs_metrics.errors import CSMetricsError, WorkspaceError
from cs_metrics.kpis import find
from cs_metrics.kpis.model import Kind
from cs_metrics.periods import floor, instant, step
from cs_metrics.reports import digest as told
from cs_metrics.workspace.kept import rules, todos
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.records import Records, now

if TYPE_CHECKING:
    from cs_metrics.api.version import Version

# the KPI whose rows show a signal, and over how many days before
_SIGNAL_ROWS = {
    "events_30": ("product_usage", 60), "active_days_30": ("product_usage", 60), "users_30": ("product_usage", 60),
    "seat_use": ("product_usage", 60), "idle_days": ("product_usage", 120), "features_30": ("breadth_of_use", 60),
    "open_tickets": ("support_tickets", 365), "tickets_90": ("support_tickets", 90),
    "touchpoints_90": ("our_team_engagement", 180), "contacts_90": ("our_team_engagement", 180),
    "mrr": ("mrr", 90), "mrr_change_90": ("mrr", 90), "tenure_days": ("mrr", 90), "nps_answer": (SURVEYS["nps"], 180),
    "csat_answer": (SURVEYS["csat"], 180), "milestone_share": ("key_activation_milestones_share", 365),
    "advocacy_365": ("advocacy_actions", 365), "intent_90": ("expansion_intent_signal_rate", 90),
}  # fmt: skip


class Todos:
    """The part of a `Workspace` that is to-dos."""

    records: Records

    @property
    def settings(self) -> dict[str, Any]:
        raise NotImplementedError

    def version(self, number: int | None = None) -> Version:
        raise NotImplementedError

    def numbers(self) -> list[int]:
        raise NotImplementedError

    def todos(self, state: str | None = None) -> list[dict[str, Any]]:
        """Return the to-dos, what is open and due first: todo (its id), rule, rule_name, account ('': of a KPI as a
        whole), account_name, why (in words), evidence, steps (each text, due_on, done), state (open, done, dismissed),
        owner, due_on, overdue, note, reason (of dismissing), opened_version, opened_at (UTC), as_of, last_version,
        holds (the condition goes on), ended_version, ended_why, changed_at, who."""
        today = now().date()
        found = []
        for row in todos.listing(self.records):
            if state in (None, row["state"]):
                why = "; ".join(dict.fromkeys(str(one["text"]).rstrip(".") for one in row["evidence"]))
                late = row["state"] == "open" and row["due_on"] < today
                found.append({**row, "why": why, "overdue": late, "holds": row["ended_version"] is None})
        return found

    def todo_count(self) -> tuple[int, int]:
        """Return two numbers that change with every to-do and every change of one."""
        return todos.count(self.records)

    @whole
    def change_todos(self, changes: Sequence[Mapping[str, Any]], *, who: str = "") -> str:
        """Change to-dos together, all or none; return the change's id, for `undo_todos`.

        Each change has `todo` and what is new: `state` (open, done, dismissed with a `reason`), `owner` ('' for
        nobody), `due_on` (a date), `note`, or a `step` (its place, from 0) and `ticked`. Raises WorkspaceError.
        """
        said = []
        for change in changes:
            due = change.get("due_on")
            given = {**change, **({"due_on": instant(due, "due_on").date()} if due else {})}
            said.append((str(given.get("todo")), todos.checked(given)))
        key = todos.change(self.records, said, who)
        plain = [{"todo": todo, **{n: v.isoformat() if isinstance(v, date) else v for n, v in values.items()}}
                 for todo, values in said]  # fmt: skip
        self.records.log(who, "to-do", {"change": key, "todos": plain})
        return key

    @whole
    def undo_todos(self, change: str, *, who: str = "") -> int:
        """Take a change back and leave those made since; return how many to-dos it was of. Raises WorkspaceError."""
        count = todos.undo(self.records, change, who)
        self.records.log(who, "to-do undone", {"change": change, "todos": count})
        return count

    def todo_history(self, todo: str | None = None) -> pd.DataFrame:
        """Return every change, of one to-do or of all, the earliest first: change, todo, state, owner, due_on, note,
        reason, step, ticked (None: left as it was), who, changed_at (UTC), undone."""
        lines = [line for line in todos.history(self.records, todo) if not line["undoes"]]
        return pd.DataFrame(lines, columns=["change", "todo", *todos.FIELDS, "who", "changed_at", "undone"])

    def todo_rows(self, todo: str) -> dict[str, pd.DataFrame]:
        """Return the rows behind each value that opened a to-do, by the value in words: of the version at which it
        opened, up to that version's end, each with its `_source` and `_row`. What has no rows is left out."""
        row = next((one for one in todos.listing(self.records) if one["todo"] == todo), None)
        if row is None:
            raise WorkspaceError("There is no such to-do: look at the page again.")
        version, found = self.version(row["opened_version"]), {}
        for one in row["evidence"]:
            try:
                frame = _rows(version, one, row["account"], row["as_of"], self.settings)
            except CSMetricsError:  # what could be told then and cannot be opened under the settings of today
                continue
            if frame is not None and len(frame):
                found[str(one["text"])] = frame
        return found

    def digest(self, version: int | None = None) -> dict[str, Any]:
        """Return what rules did at a publish (None: the latest version): version, as_of, evaluated_at, `rules` (each
        rule, name, accounts, said, error, opened: the new to-dos, still: how many went on, ended: those that no longer
        hold), open, overdue (of all to-dos), and `sentences`. `cs_metrics.reports.digest` writes it as text or HTML."""
        number = self.version(version).number
        lines, every = rules.firings(self.records, number), self.todos()
        found = []
        for line in lines:
            own = [row for row in every if row["rule"] == line["rule"]]
            opened = [row for row in own if row["opened_version"] == number]
            ended = [row for row in own if row["ended_version"] == number]
            found.append({
                **{name: line[name] for name in ("rule", "name", "accounts", "said", "error")},
                "opened": [_brief(row) for row in opened], "ended": [_brief(row) for row in ended],
                "still": line["accounts"] - len(opened),
            })  # fmt: skip
        waiting = [row for row in every if row["state"] == "open"]
        made = {
            "workspace": self._called(), "version": number, "rules": found,
            "as_of": max((line["as_of"] for line in lines if line["as_of"]), default=None),
            "evaluated_at": max((line["evaluated_at"] for line in lines), default=None),
            "open": len(waiting), "overdue": sum(row["overdue"] for row in waiting),
        }  # fmt: skip
        return {**made, "sentences": told.sentences(made)}

    def _called(self) -> str:
        return str(getattr(self, "name", ""))


def _brief(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("todo", "account", "account_name", "why", "owner", "due_on", "ended_why")
    return {name: row[name] for name in names}


def _rows(
    version: Version, one: Mapping[str, Any], account: str, as_of: datetime, settings: Mapping[str, Any]
) -> pd.DataFrame | None:
    """Return the rows behind a value; None where it has none of its own."""
    whose = {"customer_id": [account]} if account else {}
    if one.get("rule"):
        where = {**one.get("where", {}), **(whose if one["rule"] == "part" else {})}
        return version.rows(one["kpi"], period=one["period"], grain=one["grain"], where=where or None, as_of=as_of)
    condition = one["condition"]
    what = condition["what"]
    if what == "renewal":
        return version.renewals(days=condition["days"], where=whose, as_of=as_of)
    if what == "answer":
        kpi, days = SURVEYS[condition["survey"]], condition["days"]
    elif what in ("signal", "usage"):
        kpi, days = _SIGNAL_ROWS.get(condition.get("signal", "events_30"), ("", 0))
        if not kpi:
            return None
    else:
        state = find(condition["kpi"], version.own).kind is Kind.SNAPSHOT
        whole_month = step(floor(as_of, "month", settings), "month", -1)
        period = as_of - timedelta(microseconds=1) if state else whole_month
        return version.rows(condition["kpi"], period=period, grain="month", where=whose, part="denominator",
                            as_of=as_of)  # fmt: skip
    return version.rows(kpi, where=whose, since=as_of - timedelta(days=days), until=as_of, part="denominator",
                        as_of=as_of)  # fmt: skip
