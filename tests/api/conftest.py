"""A workspace of literal tables, small enough to check every number by hand."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from cs_metrics import facts
from cs_metrics.api.workspace import Workspace
from cs_metrics.workspace.publish.publishing import Request, publish
from cs_metrics.workspace.store.progress import Progress
from tests.workspace.loads import load


def put(workspace: Workspace, mode: str = "append", **tables: list[dict]) -> None:
    """Publish literal rows as the next version."""
    loads = [load(name, rows) for name, rows in tables.items()]
    publish(workspace.folder, loads, Request(mode, workspace.settings, facts.build), Progress())


def subscription(customer: str, start: date, end: date | None, amount: float, plan: str) -> dict:
    return {"customer_id": customer, "start_date": start, "end_date": end, "amount": amount, "plan": plan}


def copied(workspace: Workspace, folder: Path) -> Workspace:
    """Return a workspace of a test's own: to copy one that is published is a tenth of publishing it."""
    shutil.copytree(workspace.path, folder / workspace.name)
    return Workspace(folder / workspace.name)


@pytest.fixture
def workspace(acme: Workspace, tmp_path: Path) -> Workspace:
    """Four customers: A and B in EMEA, C in AMER, D nowhere; B leaves on 10 February. NPS 10, 9, 3 in February."""
    return copied(acme, tmp_path)


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("published") / "acme")
    put(
        workspace,
        customers=[
            {"customer_id": c, "name": f"{c} Ltd", "region": r, "Seats": s, "email": f"{c}@x.org"}
            for c, r, s in (("A", "EMEA", 5), ("B", "EMEA", 50), ("C", "AMER", 500), ("D", None, None))
        ],
        subscriptions=[
            subscription("A", date(2025, 1, 1), None, 10.0, "Pro"),
            subscription("B", date(2025, 1, 1), date(2025, 2, 10), 20.0, "Basic"),
            subscription("C", date(2025, 1, 1), None, 30.0, "Pro"),
            subscription("D", date(2025, 3, 31), None, 40.0, "Basic"),
        ],
        survey_responses=[
            {"customer_id": c, "survey": "nps", "score": float(s), "responded_at": datetime(2025, 2, 3)}
            for c, s in (("A", 10), ("B", 9), ("C", 3))
        ],
    )
    return workspace
