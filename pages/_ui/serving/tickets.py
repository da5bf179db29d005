"""Leave to send one large file: a page gives it to who is past the gate, the upload route asks for it, once.

Tickets live in this module, not in a session: the route has no session.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from cs_metrics.api.keeping.acting import Acting
from cs_metrics.errors import WorkspaceError

SECONDS = 3600
KEPT = 500
_TICKETS: OrderedDict[str, Ticket] = OrderedDict()
_LOCK = threading.Lock()


@dataclass
class Ticket:
    """What a token stands for: the `workspace` that a file may be sent to, and the mapping in progress (`draft`, ''
    for a new one) that it joins. Once it has arrived, `draft` is the one that it joined, and `arrived` its SHA-256."""

    workspace: Acting
    draft: str
    until: float
    used: bool = False
    arrived: str = ""


def issue(workspace: Acting, draft: str) -> str:
    """Return a new token, good for one file and an hour; only pages call this, and they are past the gate."""
    token = secrets.token_urlsafe(32)
    with _LOCK:
        now = time.monotonic()
        for old in [t for t, one in _TICKETS.items() if one.until + SECONDS < now]:
            del _TICKETS[old]
        while len(_TICKETS) >= KEPT:
            _TICKETS.popitem(last=False)
        _TICKETS[token] = Ticket(workspace, draft, now + SECONDS)
    return token


def good(token: str) -> bool:
    """Say whether a file can still be sent with a token."""
    with _LOCK:
        ticket = _TICKETS.get(token)
        return ticket is not None and not ticket.used and ticket.until > time.monotonic()


def claim(token: str) -> Ticket:
    """Return the ticket of a token, which is then used up. Raises WorkspaceError for one that is none, or no more."""
    with _LOCK:
        ticket = _TICKETS.get(token)
        if ticket is None or ticket.used or ticket.until <= time.monotonic():
            raise WorkspaceError("This upload has no valid token: open the Data page and take the one it shows.")
        ticket.used = True
        return ticket


def collect(token: str) -> Ticket | None:
    """Return the ticket whose file has arrived, and forget it; None where none has."""
    with _LOCK:
        ticket = _TICKETS.get(token)
        return _TICKETS.pop(token) if ticket is not None and ticket.arrived else None
