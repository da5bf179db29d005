"""A publishing that is given up, at whichever moment, leaves everything as it was; one that is done is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from cs_metrics.errors import CancelledError
from cs_metrics.settings import resolve
from cs_metrics.workspace.publish.publishing import Request, publish
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from tests.workspace.loads import load
from tests.workspace.test_publishing import no_facts

A, B = {"customer_id": "A", "plan": "Pro"}, {"customer_id": "B", "plan": "Free"}


def everything(folder: Folder) -> dict[str, bytes]:
    found = (p for p in folder.path.rglob("*") if p.is_file() and p.name != "publish.lock")
    return {str(p.relative_to(folder.path)): p.read_bytes() for p in found}


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_given_up_at_any_step_it_leaves_nothing_and_at_the_end_it_is_published(tmp_path: Path, mode: str) -> None:
    folder = Folder(tmp_path / "acme")
    publish(folder, [load("customers", [A])], Request("append", resolve(), no_facts), Progress())
    before = everything(folder)
    for patience in range(1, 60):
        asked: list[int] = []
        kept: list[int] = []

        def cancelled(asked: list[int] = asked, patience: int = patience) -> bool:
            asked.append(1)
            return len(asked) >= patience

        request = Request(mode, resolve(), no_facts, keep=lambda _, kept=kept: kept.append(1))
        said: list[float] = []
        progress = Progress(lambda share, sentence, said=said: said.append(share), cancelled)
        try:
            publish(folder, [load("customers", [B], "b.csv")], request, progress)
        except CancelledError:
            assert everything(folder) == before
            assert kept == []
            continue
        assert folder.numbers() == [1, 2]
        assert said[-1] == 1.0
        break
    else:
        pytest.fail("it never came to its end")
    assert patience > 5


def test_who_cancels_after_the_end_is_not_told_that_nothing_was_stored(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "acme")
    late = Progress(None, lambda: bool(folder.numbers()))
    assert publish(folder, [load("customers", [A])], Request("append", resolve(), no_facts), late).number == 1
    assert folder.numbers() == [1]
