"""After signing in, back to the page that asked for it: Streamlit itself leads to the start page, and a copied address
or a shared link would be lost.

The way back is kept in a cookie between `/auth/login` (whose Referer says where the person was) and the answer to
`/oauth2callback`. It is a path of this server and nothing else.
"""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "cs_way_back"
SECONDS = 600
LONGEST = 3000


class WayBack:
    """The middleware, for `st.App`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        leaving, coming = (scope["path"].endswith(end) for end in ("/auth/login", "/oauth2callback"))

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and 300 <= message["status"] < 400:
                answer = MutableHeaders(scope=message)
                secure = "; Secure" if scope["scheme"] == "https" else ""
                if leaving and (here := came_from(asked)):
                    kept = f"{COOKIE}={quote(here, safe='')}; Path=/; Max-Age={SECONDS}; HttpOnly; SameSite=Lax{secure}"
                    answer.append("set-cookie", kept)
                elif coming and (back := safe(unquote(asked.cookies.get(COOKIE, "")))):
                    if "error" not in asked.query_params:
                        answer["location"] = back
                    answer.append("set-cookie", f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}")
            await send(message)

        await self.app(scope, receive, told)


def came_from(asked: HTTPConnection) -> str:
    """Return the path and query of this server that a request came from, '' where it came from elsewhere."""
    referrer = urlsplit(asked.headers.get("referer", ""))
    if referrer.netloc != asked.headers.get("host"):
        return ""
    return safe(f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path)


def safe(path: str) -> str:
    """Return a path of this server, '' for what might lead elsewhere: another host, a header of its own."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain and len(path) <= LONGEST else ""
