"""Pinned themes: what a team calls something that customers say, and the words by which it is known.

They belong to the workspace, so every version counts them, also those to come. Unpinning and merging can be undone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError, did_you_mean
from cs_metrics.workspace.store.records import THEMES, Records, now

LONGEST_NAME, LONGEST_PHRASE, MOST_PHRASES, MOST_THEMES = 80, 100, 100, 200
_SHOWN = ("theme", "name", "phrases", "found", "merged", "created_at", "updated_at")


def listing(records: Records, deleted: bool = False) -> list[dict[str, Any]]:
    """Return the pinned themes by name: theme (its id), name, phrases, found (the themes that were found and became
    it), merged (the ids of pinned themes that became it), created_at, updated_at."""
    rows = records.rows(records.mine(THEMES).where(THEMES.c.deleted == deleted).order_by(THEMES.c.name))
    return [{name: row[name] for name in _SHOWN} for row in rows]


def get(records: Records, theme: str, deleted: bool = False) -> dict[str, Any]:
    """Return a pinned theme by its id or name. Raises WorkspaceError with a suggestion."""
    known = listing(records, deleted)
    for row in known:
        if theme in (row["theme"], row["name"]):
            return row
    if deleted:
        raise WorkspaceError("This theme is not among those that were unpinned.")
    raise WorkspaceError(f"There is no pinned theme '{theme}'. {did_you_mean(theme, [r['name'] for r in known])}")


def save(
    records: Records, name: str, phrases: Iterable[str], found: Iterable[str] = (), theme: str | None = None
) -> str:
    """Pin a theme (`theme`: change that one); return its id. Names are unique, whatever their case.

    `phrases`: a text that has any of them is about it. `found`: the names of the found themes that it came from.
    """
    values: dict[str, Any] = {
        "name": _name(name),
        "phrases": _phrases(phrases),
        "found": sorted(set(found)),
        "updated_at": now(),
    }
    if theme is None and len(listing(records)) >= MOST_THEMES:
        raise WorkspaceError(f"A workspace has at most {MOST_THEMES} pinned themes: unpin or merge some first.")
    with _naming(values["name"]), records.whole() as con:
        if theme is None:
            return _insert(con, records, values, merged=[])
        held = get(records, theme)["theme"]
        con.execute(_row(records, held).values(**values, held=_held(values["name"])))
        return str(held)


def unpin(records: Records, theme: str) -> None:
    """Take a theme off the list; `restore` brings it back."""
    row = get(records, theme)
    with records.whole() as con:
        con.execute(_row(records, row["theme"]).values(deleted=True, held=_gone(row["theme"])))


def restore(records: Records, theme: str) -> None:
    """Bring an unpinned theme back. Raises WorkspaceError where its name was given away since."""
    row = get(records, theme, deleted=True)
    with _naming(row["name"]), records.whole() as con:
        con.execute(_row(records, row["theme"]).values(deleted=False, held=_held(row["name"])))


def merge(
    records: Records, themes: Sequence[str], name: str, phrases: Iterable[str] = (), found: Iterable[str] = ()
) -> str:
    """Make one theme of several pinned ones, with the phrases of all; return its id. `unmerge` undoes it. `phrases` and
    `found` come on top: those of found themes that join them."""
    parts = [get(records, theme) for theme in dict.fromkeys(themes)]
    joining = set(found)
    if not parts or len(parts) + len(joining) < 2:
        raise WorkspaceError("Merging takes two themes or more, and a pinned one among them.")
    values: dict[str, Any] = {
        "name": _name(name),
        "phrases": _phrases([phrase for part in parts for phrase in part["phrases"]] + list(phrases)),
        "found": sorted({one for part in parts for one in part["found"]} | joining),
        "updated_at": now(),
    }
    ids = [part["theme"] for part in parts]
    with _naming(values["name"]), records.whole() as con:
        for one in ids:
            there = _row(records, one).where(THEMES.c.deleted.is_(False))
            if con.execute(there.values(deleted=True, held=_gone(one))).rowcount == 0:
                raise WorkspaceError("Somebody else changed one of these themes just now. Look at them again.")
        return _insert(con, records, values, merged=ids)


def unmerge(records: Records, theme: str) -> list[str]:
    """Take a merged theme apart again: it goes, the themes that became it come back. Return their ids."""
    row = get(records, theme)
    if not row["merged"]:
        raise WorkspaceError(f"'{row['name']}' was not made of pinned themes: unpin it instead.")
    back = [one for one in listing(records, deleted=True) if one["theme"] in row["merged"]]
    with _naming("' or '".join(one["name"] for one in back)), records.whole() as con:
        con.execute(_row(records, row["theme"]).values(deleted=True, held=_gone(row["theme"])))
        for one in back:
            con.execute(_row(records, one["theme"]).values(deleted=False, held=_held(one["name"])))
    return [one["theme"] for one in back]


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise WorkspaceError("A theme needs a name.")
    if len(name) > LONGEST_NAME:
        raise WorkspaceError(f"A theme's name has at most {LONGEST_NAME} characters; this one has {len(name)}.")
    return name


def _phrases(phrases: Iterable[str]) -> list[str]:
    """Return phrases as they are kept: each once, without needless space. Raises WorkspaceError."""
    kept: dict[str, str] = {}
    for said in phrases:
        phrase = " ".join(said.split())
        if not any(letter.isalnum() for letter in phrase):
            continue
        if len(phrase) > LONGEST_PHRASE:
            raise WorkspaceError(f"A phrase has at most {LONGEST_PHRASE} characters: '{phrase[:40]} …' has more.")
        kept.setdefault(phrase.casefold(), phrase)
    if not kept:
        raise WorkspaceError("A theme needs a word or a phrase by which it is known.")
    if len(kept) > MOST_PHRASES:
        raise WorkspaceError(f"A theme has at most {MOST_PHRASES} phrases; these are {len(kept)}.")
    return list(kept.values())


def _insert(con: sa.Connection, records: Records, values: dict[str, Any], merged: list[str]) -> str:
    theme = uuid.uuid4().hex[:8]
    own = {"workspace": records.workspace, "theme": theme, "held": _held(values["name"]), "deleted": False}
    con.execute(sa.insert(THEMES).values(**own, **values, merged=merged, created_at=values["updated_at"]))
    return theme


def _row(records: Records, theme: str) -> sa.Update:
    return sa.update(THEMES).where(THEMES.c.workspace == records.workspace, THEMES.c.theme == theme)


def _held(name: str) -> str:
    """What a pinned theme holds that no other of the workspace may: its name, whatever its case."""
    return "name " + name.casefold()


def _gone(theme: str) -> str:
    """What an unpinned theme holds instead."""
    return "gone " + theme


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Say in a sentence that a name is taken: the database knows, whoever else writes at the same moment."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise WorkspaceError(f"There is a pinned theme '{name}' already: choose another name, or rename it.") from error
