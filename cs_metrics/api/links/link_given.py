"""What whoever shares a page gives, checked before a link is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cs_metrics.api import given
from cs_metrics.errors import QueryError
from cs_metrics.kpis.where import names
from cs_metrics.periods import check_grain, instant
from cs_metrics.workspace.kept import people
from cs_metrics.workspace.kept.links import NOTE, PASSWORD, TITLE

WORD, COLUMN, ADDRESS = 60, 200, 320
MOST_PEOPLE = 1_000


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Shared.share` in their own types. Raises QueryError, WorkspaceError."""
    found = dict(values)
    for name, longest in (("page", WORD), ("filters", WORD), ("pages", WORD), ("title", TITLE), ("note", NOTE),
                          ("who", ADDRESS)):  # fmt: skip
        found[name] = given.line(values[name], name, longest)
    for name in ("hidden", "masked"):
        found[name] = set(given.lines(values[name], name, COLUMN))
    for name in ("where", "definitions", "params"):
        found[name] = given.plain(values[name], name)
    for name in ("least", "version"):
        found[name] = given.whole(values[name], name)
    names(found["where"])
    found["params"] = {name: given.text(value, f"params {name}") for name, value in found["params"].items()}
    found["frozen"] = given.flag(values["frozen"], "frozen")
    found["password"] = _password(values["password"])
    found["audience"] = _audience(values["audience"])
    for name in ("since", "until", "expires_at"):
        found[name] = None if values[name] is None else instant(values[name], name)
    found["grain"] = None if values["grain"] is None else check_grain(given.line(values["grain"], "grain", WORD))
    found["by"] = None if values["by"] is None else given.line(values["by"], "by", COLUMN)
    return found


def _password(value: Any) -> str | None:
    """Return a password as it is typed, with the white space around it; None for none."""
    if value is None:
        return None
    given.line(value, "password", PASSWORD)
    if len(value) > PASSWORD:
        raise QueryError(f"'password' has at most {PASSWORD} characters; this one has {len(value):,}.")
    return str(value)


def _audience(value: Any) -> str | list[str]:
    if isinstance(value, str):
        return given.line(value, "audience", WORD)
    addresses = given.lines(value, "audience", ADDRESS)
    if len(addresses) > MOST_PEOPLE:
        raise QueryError(f"'audience' has at most {MOST_PEOPLE:,} addresses; this one has {len(addresses):,}.")
    return [people.address(one) for one in addresses]
