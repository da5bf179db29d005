"""People sign in with a provider that is not of our making; who they are decides what they see."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from tests.outside.conftest import OWNER, STRANGER
from tests.outside.provider import PASSWORD, UNPROVEN
from tests.outside.visit import Visit, browser, sign_in

Signed = Callable[[str], httpx.Client]


def test_who_did_not_sign_in_sees_the_door_alone(app: str) -> None:
    with Visit(browser(app)) as visit:
        for page in ("", "data", "settings", "kpi", "library"):
            visit.open(page, ws="Northwind", id="net_promoter_score")
            assert visit.labels("button", "page_link", "download_button") == ["Sign in"], page
            sent = b"".join(visit.frames)
            assert b"Zephyr" not in sent
            assert b"Umbrella" not in sent


def test_a_wrong_password_signs_nobody_in(app: str) -> None:
    client = browser(app)
    sign_in(client, OWNER, "not-" + PASSWORD)
    with Visit(client) as visit:
        assert visit.open().labels("button") == ["Sign in"]


def test_an_address_that_the_provider_has_not_verified_is_refused(app: str) -> None:
    client = browser(app)
    sign_in(client, UNPROVEN, PASSWORD)
    with Visit(client) as visit:
        visit.open("overview", ws="Northwind")
        assert f"You signed in as {UNPROVEN}" in visit.text()
        assert visit.labels("button", "page_link") == ["Sign out"]
        assert b"Zephyr" not in b"".join(visit.frames)


def test_members_see_their_workspaces_alone(signed: Signed) -> None:
    for email, own, other in ((OWNER, "Northwind", "Umbrella"), (STRANGER, "Umbrella", "Northwind")):
        with Visit(signed(email)) as visit:
            visit.open("overview", ws=own)
            assert email in visit.text()
            assert own in visit.labels("page_link")
            assert other not in visit.text()


def test_a_session_outlives_a_reload_and_ends_with_sign_out(app: str) -> None:
    client = browser(app)
    sign_in(client, OWNER, PASSWORD)
    for _ in range(2):
        with Visit(client) as visit:
            assert OWNER in visit.open("overview", ws="Northwind").text()
    with Visit(client) as visit:
        visit.open("overview", ws="Northwind").press("Sign out")
        client.get(visit.redirect)
    with Visit(client) as visit:
        assert visit.open("overview", ws="Northwind").labels("button") == ["Sign in"]


def test_an_altered_cookie_signs_nobody_in(app: str) -> None:
    client = browser(app)
    sign_in(client, OWNER, PASSWORD)
    held = client.cookies["_streamlit_user"]
    client.cookies.delete("_streamlit_user")
    client.cookies.set("_streamlit_user", held[:-4] + ("aaaa" if held[-4:] != "aaaa" else "bbbb"), domain="127.0.0.1")
    with Visit(client) as visit:
        assert visit.open("overview", ws="Northwind").labels("button") == ["Sign in"]
