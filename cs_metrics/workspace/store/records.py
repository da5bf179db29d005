"""The one SQL database of everything small that changes: its tables, and how it is opened.

A workspace that is taken to another installation (see archive.py) takes its rows of every table along, but for those
with `info=STAYS`: what opens doors here (people's roles, links) must open none there.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Float, Integer, MetaData, String, Table, Text

from cs_metrics.workspace.store import connections
from cs_metrics.workspace.store.connections import Transactions
from cs_metrics.workspace.store.folder import Folder

METADATA = MetaData()
STAYS = {"stays": True}

_KEY = String(64)

UPLOADS = Table(
    "cs_uploads",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("bytes", sa.BigInteger, nullable=False),
    Column("uploaded_at", DateTime, nullable=False),
)
MAPPINGS = Table(
    "cs_mappings",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("fingerprint", String(128), primary_key=True),
    Column("content", JSON, nullable=False),
    Column("updated_at", DateTime, nullable=False),
)
DRAFTS = Table(
    "cs_drafts",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("draft", _KEY, primary_key=True),
    Column("content", JSON, nullable=False),
    Column("updated_at", DateTime, nullable=False),
)
SETTINGS = Table(
    "cs_settings",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("name", _KEY, primary_key=True),
    Column("value", JSON, nullable=False),
)
SEGMENTS = Table(
    "cs_segments",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("segment", _KEY, primary_key=True),
    Column("name", Text, nullable=False),
    Column("where", JSON, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
)
OWN_KPIS = Table(
    "cs_own_kpis",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("kpi", _KEY, primary_key=True),
    Column("content", JSON, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
)
SCORECARDS = Table(
    "cs_scorecards",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("scorecard", _KEY, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kpis", JSON, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
)
CARDS = Table(
    "cs_cards",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("kpi", _KEY, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("review_on", Date),
    Column("signed_by", Text, nullable=False),
    Column("signed_at", DateTime),
    Column("signed_settings", JSON, nullable=False),
    Column("benchmark_low", Float),
    Column("benchmark_high", Float),
    Column("benchmark_source", Text, nullable=False),
)
VIEWS = Table(
    "cs_views",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("kpi", _KEY, primary_key=True),
    Column("last_on", Date, nullable=False),
)
STATES = Table(
    "cs_states",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("state", _KEY, primary_key=True),
    Column("content", JSON, nullable=False),
    Column("created_at", DateTime, nullable=False),
)
MATCHES = Table(
    "cs_matches",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("pair", _KEY, primary_key=True),
    Column("kept", Text, nullable=False),
    Column("other", Text, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("decided_at", DateTime, nullable=False),
)
FOLLOW_UPS = Table(
    "cs_follow_ups",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("workspace", _KEY, nullable=False, index=True),
    Column("change", _KEY, nullable=False),
    Column("follow_up", _KEY, nullable=False),
    Column("state", _KEY),
    Column("owner", Text),
    Column("note", Text),
    Column("happened_at", DateTime, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("undoes", _KEY),
    Column("who", Text, nullable=False),
    Column("changed_at", DateTime, nullable=False),
)
THEMES = Table(
    "cs_themes",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("theme", _KEY, primary_key=True),
    Column("held", String(300), nullable=False),
    Column("name", Text, nullable=False),
    Column("phrases", JSON, nullable=False),
    Column("found", JSON, nullable=False),
    Column("merged", JSON, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
    # two that pin one name at the same moment: the second is told
    sa.UniqueConstraint("workspace", "held"),
)
PEOPLE = Table(
    "cs_people",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("email", String(254), primary_key=True),
    Column("role", _KEY, nullable=False),
    Column("invited_by", Text, nullable=False),
    Column("invited_at", DateTime, nullable=False),
    Column("seen_at", DateTime),
    info=STAYS,
)
LINKS = Table(
    "cs_links",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("link", _KEY, primary_key=True),
    Column("secret", _KEY, nullable=False),
    Column("salt", _KEY, nullable=False),
    Column("password", String(128), nullable=False),
    Column("title", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("page", _KEY, nullable=False),
    Column("params", JSON, nullable=False),
    Column("frozen", Boolean, nullable=False),
    Column("version", Integer),
    Column("settings", JSON, nullable=False),
    Column("own", JSON, nullable=False),
    Column("as_of", _KEY),
    Column("where", JSON, nullable=False),
    Column("filters", _KEY, nullable=False),
    Column("hidden", JSON, nullable=False),
    Column("audience", JSON, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("expires_at", DateTime),
    Column("revoked_at", DateTime),
    Column("pages", _KEY, nullable=False),
    Column("masked", JSON, nullable=False),
    # what pseudonyms are made with
    Column("mask_key", _KEY, nullable=False),
    Column("least", Integer),
    # since, until, grain: the only ones that a link with `least` answers for
    Column("asked", JSON, nullable=False),
    # the small things as they were, of a frozen link
    Column("snapshot", JSON(none_as_null=True)),
    Column("revoked_by", Text, nullable=False),
    info=STAYS,
)
LINK_OPENS = Table(
    "cs_link_opens",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("workspace", _KEY, nullable=False, index=True),
    Column("link", _KEY, nullable=False, index=True),
    Column("opened_at", DateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    info=STAYS,
)
NOTES = Table(
    "cs_notes",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("note", _KEY, primary_key=True),
    # '' for a note to all KPIs
    Column("kpi", _KEY, nullable=False),
    Column("dated", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
)
TARGETS = Table(
    "cs_targets",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("target", _KEY, primary_key=True),
    Column("held", String(300), nullable=False),
    Column("kpi", _KEY, nullable=False),
    # a saved segment's id, or '' where `where` says whom it is for
    Column("segment", _KEY, nullable=False),
    Column("where", JSON, nullable=False),
    Column("grain", _KEY, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("low", Float),
    Column("high", Float),
    Column("owner", Text, nullable=False),
    Column("review_on", Date),
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    Column("deleted", Boolean, nullable=False, default=False),
    # two that set the same target at the same moment: the second is told
    sa.UniqueConstraint("workspace", "held"),
)
REPORTS = Table(
    "cs_reports",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("workspace", _KEY, nullable=False, index=True),
    Column("kind", _KEY, nullable=False),
    Column("period", Date, nullable=False),
    # of the report's filter, '' where it has none
    Column("scope", _KEY, nullable=False),
    Column("where", JSON, nullable=False),
    Column("section", _KEY, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("left_out", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("seen", JSON, nullable=False),
    Column("who", Text, nullable=False),
    Column("changed_at", DateTime, nullable=False),
    # of two that change one section at once the second is told
    sa.UniqueConstraint("workspace", "kind", "period", "scope", "section", "revision"),
)
VERSIONS = Table(
    "cs_versions",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", JSON, nullable=False),
)
# what is still to be written of a version, for the moment in which its file gets its name: see `finishing`
ANNOUNCED = Table(
    "cs_announced",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", JSON, nullable=False),
    info=STAYS,
)
# customers whose data were erased: the proof names none of them, `keys` says by the secret `key` whether an id is one
ERASURES = Table(
    "cs_erasures",
    METADATA,
    Column("workspace", _KEY, primary_key=True),
    Column("erasure", _KEY, primary_key=True),
    Column("happened_at", DateTime, nullable=False),
    Column("finished_at", DateTime),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("key", _KEY, nullable=False),
    Column("keys", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("proof", JSON, nullable=False),
    # what is still to be done, and of whom; nothing once it is done
    Column("intent", JSON),
)
AUDIT = Table(
    "cs_audit",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("workspace", _KEY, nullable=False, index=True),
    Column("happened_at", DateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", JSON, nullable=False),
)


def now() -> datetime:
    """Return the instant, in UTC without an offset: what every stored time is."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


class Records(Transactions):
    """The database of a workspace: SQLite in its folder, or the one that $CS_METRICS_DATABASE_URL names."""

    def __init__(self, folder: Folder) -> None:
        shared = os.environ.get("CS_METRICS_DATABASE_URL")
        self.shared = bool(shared)
        url = shared or f"sqlite:///{(folder.path / 'workspace.sqlite').resolve()}"
        super().__init__(connections.engine(url, folder, METADATA), folder.key)

    def rows(self, query: sa.Select) -> list[dict]:
        """Return the rows of a SELECT as dicts."""
        with self.reading() as con:
            return [dict(r) for r in con.execute(query).mappings()]

    def mine(self, table: Table) -> sa.Select:
        """Return the SELECT of this workspace's rows of a table."""
        return sa.select(table).where(table.c.workspace == self.workspace)

    def put(self, table: Table, key: dict, values: dict) -> None:
        """Write one row: changed where `key` is there already, else added."""
        row = {"workspace": self.workspace, **key}
        same = sa.and_(*(table.c[k] == v for k, v in row.items()))
        with self.whole() as con:
            if con.execute(sa.update(table).where(same).values(**values)).rowcount == 0:
                con.execute(sa.insert(table).values(**row, **values))

    def delete(self, table: Table, key: dict) -> int:
        """Delete the rows with this key; return how many there were."""
        row = {"workspace": self.workspace, **key}
        with self.whole() as con:
            return con.execute(sa.delete(table).where(*(table.c[k] == v for k, v in row.items()))).rowcount

    def close(self) -> None:
        """Let go of a database that is a file in the folder, which is about to be moved or deleted."""
        if not self.shared:
            connections.forget(self.engine)

    def log(self, who: str, action: str, detail: dict) -> None:
        """Add a line to the audit log."""
        line = {"workspace": self.workspace, "happened_at": now(), "who": who, "action": action, "detail": detail}
        with self.whole() as con:
            con.execute(sa.insert(AUDIT).values(**line))
