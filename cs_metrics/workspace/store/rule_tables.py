"""The tables of rules, playbooks and to-dos in the SQL database (see records.py)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, String, Table, Text

from cs_metrics.workspace.store.records import METADATA

_KEY = String(64)

RULES = Table(
    "cs_rules",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("rule", _KEY, primary_key=True),
    Column("name", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("playbook", _KEY, nullable=False),
    Column("enabled", Boolean, nullable=False),
    # the fingerprint of the rule whose past somebody looked at; without it the rule is not switched on
    Column("seen", _KEY, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
)
PLAYBOOKS = Table(
    "cs_playbooks",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("playbook", _KEY, primary_key=True),
    Column("name", Text, nullable=False),
    Column("steps", JSON, nullable=False),
    Column("owner", Text, nullable=False),
    Column("days", Integer, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
)
FIRINGS = Table(
    "cs_firings",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("rule", _KEY, primary_key=True),
    Column("name", Text, nullable=False),
    Column("accounts", Integer, nullable=False),
    Column("said", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("as_of", DateTime),
    Column("evaluated_at", DateTime, nullable=False),
)
TODOS = Table(
    "cs_todos",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("todo", _KEY, primary_key=True),
    Column("rule", _KEY, nullable=False),
    Column("rule_name", Text, nullable=False),
    # '' where a rule is about a KPI of which no account can be told
    Column("account", Text, nullable=False),
    Column("account_name", Text, nullable=False),
    # what no other to-do may hold while the condition goes on: the rule and the account; then the to-do's own id
    Column("held", String(300), nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("steps", JSON, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("opened_version", Integer, nullable=False),
    Column("opened_at", DateTime, nullable=False),
    Column("as_of", DateTime, nullable=False),
    Column("last_version", Integer, nullable=False),
    Column("ended_version", Integer),
    Column("ended_why", Text, nullable=False),
    sa.UniqueConstraint("workspace", "held"),
)
TODO_CHANGES = Table(
    "cs_todo_changes",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("workspace", _KEY, nullable=False, index=True),
    Column("change", _KEY, nullable=False),
    Column("todo", _KEY, nullable=False),
    Column("state", _KEY),
    Column("owner", Text),
    Column("due_on", Date),
    Column("note", Text),
    Column("reason", Text),
    # the place of a step of the playbook, and whether it is done
    Column("step", Integer),
    Column("ticked", Boolean),
    Column("undoes", _KEY),
    Column("who", Text, nullable=False),
    Column("changed_at", DateTime, nullable=False),
)
