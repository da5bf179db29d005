"""Links to a page of a workspace: what each shows, to whom, until when; who opened it; and how it is taken back.

A token is '<the link's id>.<192 random bits>'. Kept is the SHA-256 of the bits alone, compared in constant time: who
reads the database cannot open a link, and one whose token was altered opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cs_metrics.errors import NotAllowedError, PasswordNeededError, WorkspaceError, did_you_mean
from cs_metrics.workspace.kept import link_pages, people
from cs_metrics.workspace.store.records import LINK_OPENS, LINKS, Records, now

FILTERS = ("open", "locked", "hidden")
"""May the reader change what the page is filtered by; see it and not change it; or not even see it?"""
PAGES = ("page", "all")
"""Does a link open its page alone, or every page of analysis?"""
LEAST = (2, 1000)
TITLE, NOTE, PASSWORD = 120, 500, 200
"""So many characters they have at most: a longer password could not be typed where it is asked for."""
ANYONE, MEMBERS = "anyone", "members"
TRIES, TRIED_WITHIN = 10, timedelta(minutes=15)
"""So many wrong passwords within this time, and no password is looked at."""
_NOTHING = "This link opens nothing: it was mistyped, or taken back."
_PASSWORD = "This link has a password."
_SHOWN = (
    "link", "title", "note", "page", "params", "frozen", "version", "settings", "own", "as_of", "where", "filters",
    "hidden", "audience", "created_by", "created_at", "expires_at", "revoked_at", "pages", "masked", "least", "asked",
    "revoked_by",
)  # fmt: skip


def make(records: Records, values: Mapping[str, Any], password: str | None) -> tuple[str, str]:
    """Keep a link (the columns of `cs_links` that say what it shows) and return its id and its token, which nobody can
    tell again. Raises WorkspaceError for what contradicts itself."""
    _check(values)
    link, secret = secrets.token_hex(4), secrets.token_urlsafe(24)
    salt = secrets.token_bytes(16)
    kept = {
        **values,
        "secret": hashlib.sha256(secret.encode()).hexdigest(),
        "salt": salt.hex() if password else "",
        "password": _stretched(password, salt) if password else "",
        "mask_key": secrets.token_hex(32),
        "created_at": datetime.now(UTC).replace(tzinfo=None),  # to the microsecond: a list begins with the latest
        "revoked_at": None,
        "revoked_by": "",
    }
    records.put(LINKS, {"link": link}, kept)
    return link, f"{link}.{secret}"


def _check(values: Mapping[str, Any]) -> None:
    if values["filters"] not in FILTERS:
        raise WorkspaceError(f"There are no filters '{values['filters']}'. {did_you_mean(values['filters'], FILTERS)}")
    if values["pages"] not in PAGES:
        raise WorkspaceError(f"A link opens its 'page' or 'all' pages, not '{values['pages']}'.")
    least = values["least"]
    if least is not None and not LEAST[0] <= least <= LEAST[1]:
        raise WorkspaceError(f"The smallest cell that a link shows is between {LEAST[0]} and {LEAST[1]}, not {least}.")
    if is_redacted(values) and values["filters"] == "open":
        raise WorkspaceError(
            "A link that leaves columns out, masks them or hides small cells needs its filters locked: what is left "
            "out could be had by subtraction."
        )
    link_pages.check(values)
    audience = values["audience"]
    if audience not in (ANYONE, MEMBERS) and (isinstance(audience, str) or not audience):
        raise WorkspaceError(f"A link is for '{ANYONE}', for '{MEMBERS}', or for a list of e-mail addresses.")
    if values["expires_at"] is not None and values["expires_at"] <= now():
        raise WorkspaceError("The link would have expired already: choose a later day.")


def is_redacted(link: Mapping[str, Any]) -> bool:
    """Return whether a link keeps anything of what it shows from its readers: columns, values, or small cells."""
    return bool(link["hidden"] or link["masked"] or link["least"])


def listing(records: Records) -> list[dict[str, Any]]:
    """Return the links, the latest first: what each shows (`_SHOWN`), with_password, opened (times), opened_at."""
    opens = sa.select(LINK_OPENS.c.link, sa.func.count(), sa.func.max(LINK_OPENS.c.opened_at)).where(
        LINK_OPENS.c.workspace == records.workspace, LINK_OPENS.c.outcome == ""
    )
    with records.reading() as con:
        told = {link: (times, last) for link, times, last in con.execute(opens.group_by(LINK_OPENS.c.link))}
    rows = records.rows(records.mine(LINKS).order_by(LINKS.c.created_at.desc(), LINKS.c.link))
    return [
        {k: r[k] for k in _SHOWN}
        | {"with_password": bool(r["password"])}
        | dict(zip(("opened", "opened_at"), told.get(r["link"], (0, None)), strict=True))
        for r in rows
    ]


def opens(records: Records, link: str, limit: int) -> list[dict[str, Any]]:
    """Return who tried to open a link, the latest first: opened_at, who ('' unknown), outcome ('' opened)."""
    query = records.mine(LINK_OPENS).where(LINK_OPENS.c.link == link).order_by(LINK_OPENS.c.id.desc()).limit(limit)
    return [{k: r[k] for k in ("opened_at", "who", "outcome")} for r in records.rows(query)]


def revoke(records: Records, link: str, who: str) -> None:
    """Take a link back; it opens nothing from now on. Raises WorkspaceError where there is none."""
    known = {row["link"]: row for row in listing(records)}
    if link not in known:
        raise WorkspaceError(f"There is no link '{link}'.")
    if known[link]["revoked_at"] is None:
        records.put(LINKS, {"link": link}, {"revoked_at": now(), "revoked_by": who})


def opened(records: Records, token: str, password: str | None, who: str) -> dict[str, Any]:
    """Return what the link of a token shows (`_SHOWN`, mask_key, snapshot), with a `proof` that the password was told,
    and note that `who` opened it ('' for who did not sign in).

    Raises NotAllowedError: in the same words for a token that is unknown, altered or taken back; else with what stands
    in the way (it expired, it is for others, it has a password).
    """
    found, known = _found(records, token)
    if found is None:
        raise NotAllowedError(_NOTHING)
    if not known or found["revoked_at"] is not None:
        _note(records, found["link"], who, "taken back" if known else "another token")
        raise NotAllowedError(_NOTHING)
    refused = _refused(records, found, who)
    with records.whole():  # a wrong password is counted before the next is tried, also of many at once
        locked = None if refused else _locked(records, found, password)
        _note(records, found["link"], who, (refused or locked or ("",))[0])
    if refused:
        raise NotAllowedError(refused[1])
    if locked:
        raise PasswordNeededError(locked[1])
    return _told(found, who)


def reopened(records: Records, token: str, proof: str, who: str) -> dict[str, Any]:
    """Return what `opened` does to a reader who goes on looking, and note nothing: everything is checked again, and the
    `proof` that `opened` gave stands for the password. It holds for one person, until the password changes."""
    found, known = _found(records, token)
    if found is None or not known or found["revoked_at"] is not None:
        raise NotAllowedError(_NOTHING)
    refused = _refused(records, found, who)
    if refused:
        raise NotAllowedError(refused[1])
    if found["password"] and not hmac.compare_digest(_proof(found, who).encode(), proof.encode()):
        raise PasswordNeededError(_PASSWORD)
    return _told(found, who)


def _found(records: Records, token: str) -> tuple[dict[str, Any] | None, bool]:
    """Return the link that a token names, and whether the token is that link's."""
    link, _, secret = token.partition(".")
    # PostgreSQL takes no NUL in a text
    rows = records.rows(records.mine(LINKS).where(LINKS.c.link == link[:64])) if link.isalnum() else []
    kept = rows[0]["secret"] if rows else hashlib.sha256(b"").hexdigest()
    known = hmac.compare_digest(hashlib.sha256(secret.encode()).hexdigest(), kept) and bool(rows)
    return (rows[0] if rows else None), known


def _told(link: Mapping[str, Any], who: str) -> dict[str, Any]:
    kept = {k: link[k] for k in (*_SHOWN, "mask_key", "snapshot")}
    return {**kept, "proof": _proof(link, who) if link["password"] else ""}


def _proof(link: Mapping[str, Any], who: str) -> str:
    key = f"{link['secret']}.{link['password']}".encode()
    return hmac.new(key, f"{link['link']} {people.plain(who)}".encode(), "sha256").hexdigest()


def _refused(records: Records, link: Mapping[str, Any], who: str) -> tuple[str, str] | None:
    """Return why a link is not open to a person, in a word and in a sentence; None where it is."""
    if link["expires_at"] is not None and link["expires_at"] <= now():
        return "expired", "This link has expired. Ask whoever sent it for a new one."
    audience = link["audience"]
    invited = audience if isinstance(audience, list) else []
    if audience == MEMBERS and people.role_of(records, who) is None:
        return "no member", "This link is for members of the workspace. Sign in as one of them."
    if invited and people.plain(who) not in invited:
        return "not invited", "This link is for others. Sign in with the address that it was sent to."
    return None


def _locked(records: Records, link: Mapping[str, Any], password: str | None) -> tuple[str, str] | None:
    """Return why a password does not open a link, in a word and in a sentence; None where it does."""
    if not link["password"]:
        return None
    if _tries(records, link["link"]) >= TRIES:
        return "too many tries", "Too many wrong passwords were tried. Wait a quarter of an hour, then try again."
    if not password:
        return "password missing", _PASSWORD
    if not hmac.compare_digest(_stretched(password, bytes.fromhex(link["salt"])), link["password"]):
        return "wrong password", "That is not the password of this link."
    return None


def _tries(records: Records, link: str) -> int:
    since: datetime = now() - TRIED_WITHIN
    wrong = sa.select(sa.func.count()).where(
        LINK_OPENS.c.workspace == records.workspace, LINK_OPENS.c.link == link,
        LINK_OPENS.c.outcome == "wrong password", LINK_OPENS.c.opened_at > since,
    )  # fmt: skip
    with records.reading() as con:
        return int(con.execute(wrong).scalar_one())


def _stretched(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1).hex()


def _note(records: Records, link: str, who: str, outcome: str) -> None:
    line = {"workspace": records.workspace, "link": link, "opened_at": now(), "who": who, "outcome": outcome}
    with records.whole() as con:
        con.execute(sa.insert(LINK_OPENS).values(**line))
