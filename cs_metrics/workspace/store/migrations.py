"""The number of the SQL database's schema, and how an earlier one is brought up to today's: whole or not at all.

A new table needs no step: whatever table is missing is made. What changes a table that is there is a step, appended to
STEPS and never changed again; `tests/workspace/schemas` has the tables of each earlier schema, which a test opens.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError

Step = Callable[[sa.Connection], None]


def _links_of_parts(con: sa.Connection) -> None:
    """A link says which pages it opens, which columns are masked, the smallest cell, and what it froze."""
    if sa.inspect(con).has_table("cs_links"):
        for column in (
            "pages VARCHAR(64) NOT NULL DEFAULT 'page'",
            "masked JSON NOT NULL DEFAULT '[]'",
            "mask_key VARCHAR(64) NOT NULL DEFAULT ''",
            "least INTEGER",
            "asked JSON NOT NULL DEFAULT '{}'",
            "snapshot JSON",
            "revoked_by TEXT NOT NULL DEFAULT ''",
        ):
            con.execute(sa.text(f"ALTER TABLE cs_links ADD COLUMN {column}"))


# STEPS[0] brings a database of schema 1 to schema 2, and so on. A table that the step changes may be missing: databases
# from before there were numbers (they count as schema 1) lack those that came later, and get them as they are today.
STEPS: tuple[Step, ...] = (_links_of_parts,)

NUMBER = sa.Table("cs_schema", sa.MetaData(), sa.Column("number", sa.Integer, nullable=False))

_WHOLE_DATABASE = 7_164_031  # the name of our lock among those of PostgreSQL


def today() -> int:
    """Return the number of the schema that this release reads and writes."""
    return 1 + len(STEPS)


def bring_up(engine: sa.Engine, metadata: sa.MetaData) -> None:
    """Make what is missing of the tables and take the steps that the database lacks, in one transaction.

    Raises WorkspaceError, and changes nothing, where a newer release wrote the database or a step fails.
    """
    with engine.connect() as con:
        if con.dialect.name == "sqlite":
            con.exec_driver_sql("BEGIN IMMEDIATE")  # the driver itself would begin only with the first row written
        elif con.dialect.name == "postgresql":
            con.execute(sa.select(sa.func.pg_advisory_xact_lock(_WHOLE_DATABASE)))
        number = _number(con)
        if number > today():
            raise newer("The database of the workspace", number)
        try:
            for step in STEPS[number - 1 :]:
                step(con)
            metadata.create_all(con)
            NUMBER.create(con, checkfirst=True)
            con.execute(sa.delete(NUMBER))
            con.execute(sa.insert(NUMBER).values(number=today()))
        except sa.exc.SQLAlchemyError as error:
            raise WorkspaceError(
                f"The database of the workspace could not be brought from schema {number} to {today()}; it is as it "
                "was. Go back to the release before, and report this."
            ) from error
        con.commit()


def newer(what: str, number: int, kind: str = "schema", known: int | None = None) -> WorkspaceError:
    """Return the error for what a newer release wrote, whose number of a `kind` is above the one that is known."""
    return WorkspaceError(
        f"{what} was written by a newer release of cs-metrics ({kind} {number}, this one knows {known or today()}): "
        "update cs-metrics and open it again."
    )


def _number(con: sa.Connection) -> int:
    if not sa.inspect(con).has_table(NUMBER.name):
        return 1 if sa.inspect(con).has_table("cs_uploads") else today()
    return con.execute(sa.select(sa.func.max(NUMBER.c.number))).scalar_one() or 1
