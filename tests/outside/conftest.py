"""Two companies on one server, and who may see which: what every test from outside starts with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import httpx
import pytest

import cs_metrics as cs
from cs_metrics.api import sample
from tests.api.conftest import put, subscription
from tests.outside import provider as providers
from tests.outside.provider import PASSWORD, Provider
from tests.outside.serving import signing_in
from tests.outside.visit import Visit, browser, sign_in

OWNER, EDITOR, VIEWER, STRANGER = providers.PEOPLE
WHO = {"owner": OWNER, "editor": EDITOR, "viewer": VIEWER, "stranger": STRANGER, "signed out": ""}
LINK = "a link's reader"


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The provider that everybody signs in with."""
    with providers.running(tmp_path_factory.mktemp("provider") / "log.txt") as running:
        yield running


def filled(path: Path, maker: str) -> cs.Workspace:
    """Make a workspace with three customers whose names begin with `maker`: subscriptions, answers to a survey."""
    workspace = cs.Workspace(path)
    put(
        workspace,
        customers=[
            {"customer_id": f"{maker}-{c}", "name": f"{maker} {c}", "region": r, "email": f"{c}@{maker}.example"}
            for c, r in (("Alpha", "EMEA"), ("Beta", "EMEA"), ("Gamma", "AMER"))
        ],
        subscriptions=[
            subscription(f"{maker}-Alpha", date(2025, 1, 1), None, 101.0, "Pro"),
            subscription(f"{maker}-Beta", date(2025, 1, 1), date(2025, 2, 10), 203.0, "Basic"),
            subscription(f"{maker}-Gamma", date(2025, 1, 1), None, 307.0, "Pro"),
        ],
        survey_responses=[
            {
                "customer_id": f"{maker}-{c}", "survey": "nps", "score": s, "responded_at": datetime(2025, 2, 3),
                "comment": f"{maker} says {c}",
            }
            for c, s in (("Alpha", 10.0), ("Beta", 9.0), ("Gamma", 3.0))
        ],
    )  # fmt: skip
    return workspace


@pytest.fixture(scope="session")
def companies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two workspaces: 'Northwind' is Ana's, 'Umbrella' is Max's."""
    return settled(tmp_path_factory.mktemp("companies"))


def settled(home: Path) -> Path:
    """Put a home's workspaces and their people into a folder."""
    # A small company stands in for the sample, which takes half a minute to publish.
    filled(home / "sample", "Sample")
    (home / "sample" / "sample.built").write_text(sample._fingerprint())
    northwind = filled(home / "Northwind", "Zephyr")
    northwind.invite(OWNER, "owner")
    northwind.invite(EDITOR, "editor")
    northwind.invite(VIEWER, "viewer")
    filled(home / "Umbrella", "Quokka").invite(STRANGER, "owner")
    return home


@pytest.fixture(scope="session")
def app(companies: Path, provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over `companies` that asks everybody to sign in; only @other.test may make workspaces."""
    log = tmp_path_factory.mktemp("app") / "log.txt"
    with signing_in(companies, log, provider, {"CS_METRICS_MAY_CREATE": "@other.test"}) as address:
        yield address


@pytest.fixture(scope="session")
def signed(app: str) -> Callable[[str], httpx.Client]:
    """Return a function that gives a person's browser, signed in; '' for somebody who is not."""
    known: dict[str, httpx.Client] = {}

    def client(email: str) -> httpx.Client:
        if email not in known:
            known[email] = browser(app)
            if email:
                sign_in(known[email], email, PASSWORD)
        return known[email]

    return client


@pytest.fixture(scope="session")
def link(companies: Path) -> str:
    """The token of a link to all of Northwind's analysis, for anyone."""
    return cs.Workspace(companies / "Northwind").share("cohorts", audience="anyone", pages="all")


@pytest.fixture
def visiting(app: str, signed: Callable[[str], httpx.Client], link: str) -> Callable[[str], Visit]:
    """Return a function that begins a visit of somebody in a role."""

    def visit(role: str) -> Visit:
        begun = Visit(browser(app) if role == LINK else signed(WHO[role]))
        begun.always = {"link": link} if role == LINK else {}
        return begun

    return visit
