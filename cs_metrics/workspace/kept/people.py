"""Who may do what in a workspace: its people by e-mail address, each with a role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store.records import PEOPLE, Records, now

_ADDRESS = re.compile(r"[^@\s<>\"',;:]{1,64}@[^@\s<>\"',;:]{1,180}\.[^@\s<>\"',;:.]{2,24}")


class Role(StrEnum):
    """What a person may do in a workspace; each may do what those before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"

    def may(self, least: Role) -> bool:
        """Return whether the role is enough where `least` is asked for."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(least)


def plain(email: str) -> str:
    """Return an e-mail address as addresses are compared: capitals do not count. Letters beyond ASCII stay as they are,
    for some of their capitals are those of others ('K' of Kelvin), and such an address is kept nowhere."""
    bare = email.strip()
    return bare.lower() if bare.isascii() else bare


def address(email: str) -> str:
    """Return an e-mail address as it is kept and compared. Raises WorkspaceError for what is none."""
    bare = plain(email)
    if not bare.isascii():
        raise WorkspaceError(
            f"'{bare}' has letters that are not ASCII, by which people could be mistaken for each other. "
            "Write the domain in its ASCII form ('xn--...')."
        )
    if not _ADDRESS.fullmatch(bare):
        raise WorkspaceError(f"'{bare}' is no e-mail address.")
    return bare


def role(name: str) -> Role:
    """Return the role of that name, or raise WorkspaceError with those there are."""
    try:
        return Role(name)
    except ValueError:
        raise WorkspaceError(f"There is no role '{name}'. There are {', '.join(Role)}.") from None


def listing(records: Records) -> list[dict[str, Any]]:
    """Return the people, owners first: email, role, invited_by, invited_at, seen_at (None: never came)."""
    found = records.rows(records.mine(PEOPLE))
    ranks = list(Role)
    return sorted(
        ({k: r[k] for k in ("email", "role", "invited_by", "invited_at", "seen_at")} for r in found),
        key=lambda r: (-ranks.index(Role(r["role"])), r["email"]),
    )


def role_of(records: Records, email: str) -> Role | None:
    """Return a person's role; None for who is no member."""
    rows = records.rows(records.mine(PEOPLE).where(PEOPLE.c.email == plain(email)))
    return Role(rows[0]["role"]) if rows else None


def invite(records: Records, email: str, as_role: str, by: str) -> str:
    """Let a person in, and return the address as it is kept. Raises WorkspaceError for who is a member already."""
    who, given = address(email), role(as_role)
    with records.whole():
        if role_of(records, who) is not None:
            raise WorkspaceError(f"{who} is a member already: change the role instead.")
        records.put(PEOPLE, {"email": who}, {"role": given, "invited_by": by, "invited_at": now(), "seen_at": None})
    return who


def change(records: Records, email: str, to_role: str) -> None:
    """Give a member another role. Raises WorkspaceError for a stranger, and for the last owner."""
    given = role(to_role)
    with _changing(records, email) as (con, who):
        if given is not Role.OWNER:
            _not_the_last_owner(records, con, who)
        con.execute(sa.update(PEOPLE).where(_is(records, who)).values(role=given))


def remove(records: Records, email: str) -> None:
    """Take a person's role away. Raises WorkspaceError for a stranger, and for the last owner."""
    with _changing(records, email) as (con, who):
        _not_the_last_owner(records, con, who)
        con.execute(sa.delete(PEOPLE).where(_is(records, who)))


def seen(records: Records, email: str) -> None:
    """Note that a member came."""
    with records.whole() as con:
        con.execute(sa.update(PEOPLE).where(_is(records, plain(email))).values(seen_at=now()))


@contextmanager
def _changing(records: Records, email: str) -> Iterator[tuple[sa.Connection, str]]:
    """A transaction about one member, in which nobody else changes roles: two owners cannot both leave at once."""
    who = plain(email)
    with records.whole() as con:
        if con.execute(sa.select(PEOPLE.c.role).where(_is(records, who))).first() is None:
            raise WorkspaceError(f"{who} is no member of this workspace.")
        yield con, who


def _of(records: Records) -> sa.ColumnElement[bool]:
    return PEOPLE.c.workspace == records.workspace


def _is(records: Records, who: str) -> sa.ColumnElement[bool]:
    return sa.and_(_of(records), PEOPLE.c.email == who)


def _not_the_last_owner(records: Records, con: sa.Connection, who: str) -> None:
    owners = {r[0] for r in con.execute(sa.select(PEOPLE.c.email).where(_of(records), PEOPLE.c.role == Role.OWNER))}
    if owners == {who}:
        raise WorkspaceError(f"{who} is the only owner: make somebody else an owner first.")
