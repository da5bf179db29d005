"""Who is here: signed in by OpenID Connect, or the one person at this machine; and whether the server may start so.

Three ways to run the app, never a fourth:
- *sign-in*: the settings `CS_METRICS_OIDC_*`, or `[auth]` in `.streamlit/secrets.toml`. Who is signed in is known by
  the e-mail address that the provider says is theirs; what they may do, each workspace says (`Workspace.people`).
- *alone*: without sign-in the server listens to its own machine, and to requests made there under that name, only.
- *open*: `CS_METRICS_ACCESS=open` says that whoever reaches the server may do everything (a proxy asks for a password).
"""

from __future__ import annotations

import ipaddress
import logging
import os
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from cs_metrics.workspace.kept import people

ACCESS = "CS_METRICS_ACCESS"
MAY_CREATE = "CS_METRICS_MAY_CREATE"
OIDC = {
    "server_metadata_url": "CS_METRICS_OIDC_METADATA_URL",
    "client_id": "CS_METRICS_OIDC_CLIENT_ID",
    "client_secret": "CS_METRICS_OIDC_CLIENT_SECRET",
    "cookie_secret": "CS_METRICS_OIDC_COOKIE_SECRET",
    "redirect_uri": "CS_METRICS_OIDC_REDIRECT_URI",
}
SHORTEST_SECRET = 32
log = logging.getLogger("cs_metrics.app")


class Mode(StrEnum):
    """How the app is run."""

    SIGN_IN = "sign-in"
    ALONE = "alone"
    OPEN = "open"


def mode() -> Mode:
    """Return how the app is run."""
    if _auth():
        return Mode.SIGN_IN
    return Mode.OPEN if os.environ.get(ACCESS, "").casefold() == Mode.OPEN else Mode.ALONE


def secrets() -> dict[str, Any] | None:
    """Return the sign-in settings of the environment, for `st.App`; None where there are none."""
    given = {name: os.environ.get(variable, "") for name, variable in OIDC.items()}
    return {"auth": given} if any(given.values()) else None


def unsafe() -> str:
    """Return in a sentence why the server must not run as it is set up; '' where it may."""
    asked = os.environ.get(ACCESS, "").casefold()
    if asked not in ("", Mode.OPEN):
        return f"{ACCESS} is '{asked}'. It takes '{Mode.OPEN}' (no sign-in: whoever reaches it may do everything)."
    lacking = [variable for name, variable in OIDC.items() if not os.environ.get(variable)]
    if secrets() and lacking:
        return f"Sign-in needs {', '.join(lacking)} too: README.md, 'People and sign-in', says what they are."
    signed = secrets() or ({"auth": _auth()} if _auth() else None)
    if signed:
        if asked:
            return f"Both sign-in and {ACCESS}=open are set: take one of them away."
        if len(str(signed["auth"].get("cookie_secret", ""))) < SHORTEST_SECRET:
            return f"The cookie secret has under {SHORTEST_SECRET} characters: make one with openssl rand -hex 32."
        return ""
    address = str(st.get_option("server.address") or "")
    if asked or local(address):
        return ""
    return (
        f"cs-metrics would be open to the network ({address or 'every address of this machine'}) without sign-in. "
        f"Set up sign-in (README.md, 'People and sign-in'), keep server.address at 127.0.0.1, or say with "
        f"{ACCESS}=open that whoever reaches it may read and change everything."
    )


def refuse_unsafe() -> None:
    """End the process, with the reason, where the server must not run as it is set up; else say how it runs."""
    why = unsafe()
    if why:
        raise SystemExit(f"Not started. {why}")
    if secrets() is not None or mode() is Mode.SIGN_IN:
        log.warning("access: everybody signs in")
    elif mode() is Mode.ALONE:
        log.warning("access: nobody signs in, and this server answers its own machine only")
    else:
        log.warning("access: open, whoever reaches this server may read and change everything")


def local(host: str) -> bool:
    """Return whether a host's name or address is that of this machine alone."""
    name = host.strip("[]").casefold()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def barred() -> str:
    """Return in a sentence why this request is not answered at all; '' where it is.

    Alone, only what was asked of this machine under its own name: a page elsewhere that has its own name lead here, or
    a proxy that opens the server to others, is turned away.
    """
    if mode() is not Mode.ALONE:
        return ""
    why = unsafe()
    if why:
        return why
    headers = st.context.headers
    host = headers.get("Host", "localhost")
    if local(urlsplit(f"//{host}").hostname or "") and "X-Forwarded-For" not in headers:
        return ""
    return (
        "This cs-metrics has no sign-in and answers its own machine only. Whoever runs it can set up sign-in, or say "
        f"with {ACCESS}=open that everybody who reaches it may read and change everything."
    )


def signed_in() -> bool:
    """Return whether there is a person whom the app knows by an address; also where nobody has to sign in."""
    return mode() is not Mode.SIGN_IN or bool(who())


def who() -> str:
    """Return the e-mail address of the person who is signed in; '' where nobody is, or nobody has to."""
    if mode() is not Mode.SIGN_IN:
        return ""
    told = st.user.to_dict()
    address = told.get("email")
    # some providers do not say whether they verified an address, and some say it in a word
    verified = str(told.get("email_verified", True)).casefold() == "true"
    if not told.get("is_logged_in") or not isinstance(address, str) or not verified:
        return ""
    return people.plain(address)


def unproved() -> str:
    """Return the address of who signed in with one that the provider has not verified, or that is none; else ''."""
    told = st.user.to_dict() if mode() is Mode.SIGN_IN else {}
    return str(told.get("email") or "no address") if told.get("is_logged_in") and not who() else ""


def may_create() -> bool:
    """Return whether the person may make workspaces: anybody, or whose address or @domain CS_METRICS_MAY_CREATE has."""
    if mode() is not Mode.SIGN_IN:
        return True
    named = [people.plain(each) for each in os.environ.get(MAY_CREATE, "").split(",") if each.strip()]
    person = who()
    return bool(person) and (not named or person in named or f"@{person.rpartition('@')[2]}" in named)


def _auth() -> dict[str, Any]:
    """The [auth] section that Streamlit signs people in by."""
    return dict(st.secrets["auth"]) if st.secrets.load_if_toml_exists() and "auth" in st.secrets else {}
