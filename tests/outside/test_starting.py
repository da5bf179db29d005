"""How the server may start: never open to a network by oversight, and alone it answers its own machine only."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.outside.conftest import settled
from tests.outside.provider import free_port
from tests.outside.serving import ROOT, command, environment, serving
from tests.outside.visit import Visit, browser

OPEN = ("--server.address", "0.0.0.0")


def refused(home: Path, settings: dict[str, str], *options: str) -> str:
    """Start the server and return what it says when it ends by itself; fail where it goes on."""
    run = subprocess.run(
        command(free_port(), *options), cwd=ROOT, env=environment(home, settings), capture_output=True, text=True,
        timeout=180, check=False,
    )  # fmt: skip
    said = run.stdout + run.stderr
    assert run.returncode != 0, said
    assert "Traceback" not in said, said
    return said


def test_open_to_the_network_without_sign_in_it_does_not_start(tmp_path: Path) -> None:
    said = refused(tmp_path, {}, *OPEN)
    assert "would be open to the network (0.0.0.0) without sign-in" in said
    assert "CS_METRICS_ACCESS=open" in said


def test_half_a_sign_in_is_none(tmp_path: Path) -> None:
    said = refused(tmp_path, {"CS_METRICS_OIDC_CLIENT_ID": "cs-metrics"}, *OPEN)
    assert "CS_METRICS_OIDC_CLIENT_SECRET" in said


def test_a_guessable_cookie_secret_is_refused(tmp_path: Path) -> None:
    told = dict.fromkeys(("METADATA_URL", "CLIENT_ID", "CLIENT_SECRET", "COOKIE_SECRET", "REDIRECT_URI"), "short")
    assert "cookie secret" in refused(tmp_path, {f"CS_METRICS_OIDC_{name}": value for name, value in told.items()})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return settled(tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def alone(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(home, tmp_path_factory.mktemp("server") / "log.txt") as address:
        yield address


def test_alone_it_says_so_and_hides_nothing_from_its_one_person(alone: str) -> None:
    with Visit(browser(alone)) as visit:
        visit.open("overview", ws="Northwind")
        assert "On this machine only: no sign-in, and nobody else can reach it." in visit.text()
        assert {"Northwind", "Umbrella"} <= set(visit.labels("page_link"))


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-For": "203.0.113.7"}])
def test_alone_it_answers_nobody_who_comes_by_another_name(alone: str, headers: dict[str, str]) -> None:
    """A page elsewhere whose name leads to this machine, or a proxy that opens it to others."""
    client = browser(alone)
    with Visit(client, headers) as visit:
        visit.open("cohorts", ws="Northwind")
        assert "answers its own machine only" in visit.text()
        assert b"Zephyr" not in b"".join(visit.frames)
    answer = client.put("/upload/a.csv", content=b"a\n1\n", headers={"Authorization": "Bearer x", **headers})
    assert answer.status_code >= 400


def test_a_page_elsewhere_cannot_talk_to_it_through_its_readers_browser(alone: str) -> None:
    address, origin = alone.replace("http", "ws") + "/_stcore/stream", {"Origin": "http://evil.example"}
    with pytest.raises(WebSocketException), connect(address, additional_headers=origin) as line:
        line.recv(timeout=5)


def test_open_on_purpose_it_says_so_on_every_visit(home: Path, tmp_path: Path) -> None:
    with (
        serving(home, tmp_path / "log.txt", {"CS_METRICS_ACCESS": "open"}) as address,
        Visit(browser(address)) as visit,
    ):
        visit.open("overview", ws="Northwind")
        assert "Open: whoever reaches this server may read and change everything." in visit.text()
    said = (tmp_path / "log.txt").read_text()
    assert "access: open, whoever reaches this server may read and change everything" in said
