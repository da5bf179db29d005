"""What is killed: each operation as the app's pages call it, in the hands of a person, with a mark where it begins and
where it has returned. The process that does it is the app's server (see `driven`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cs_metrics as cs
from cs_metrics.api.keeping.acting import Acting
from cs_metrics.workspace.kept.people import Role
from cs_metrics.workspace.moving import backup
from cs_metrics.workspace.store.records import Records

MARKS = "CS_METRICS_KILL_MARKS"
WHO = "ana@acme.com"


@contextmanager
def marked() -> Iterator[None]:
    """Write down that the operation proper begins, and that it has returned: one byte each, which a kill leaves."""
    marks = os.open(os.environ.get(MARKS, os.devnull), os.O_WRONLY | os.O_APPEND)
    try:
        os.write(marks, b"b")
        yield
        os.write(marks, b"e")
    finally:
        os.close(marks)


def opened(path: str) -> Acting:
    return cs.Workspace.open(path).acting(WHO, Role.OWNER)


def publish(path: str, files: list[str], note: str) -> Any:
    workspace = opened(path)
    plan = workspace.read(files)
    with marked():
        return workspace.publish(plan, note=note).number


def again(path: str, number: int, note: str) -> Any:
    workspace = opened(path)
    with marked():
        return workspace.restore(number, note=note).number


def share(path: str, title: str, frozen: bool) -> Any:
    workspace = opened(path)
    with marked():
        return workspace.share("overview", {"kpi": "mrr"}, title=title, frozen=frozen, audience="anyone")


def revoke(path: str, title: str) -> Any:
    workspace = opened(path)
    link = next(row["link"] for row in workspace.links() if row["title"] == title)
    with marked():
        workspace.revoke_link(link)


def settings(path: str, values: dict[str, Any]) -> Any:
    workspace = opened(path)
    with marked():
        workspace.set_settings(values)


def note(path: str, text: str, was: str | None = None) -> Any:
    workspace = opened(path)
    held = next((row["note"] for row in workspace.notes() if row["text"] == was), None)
    with marked():
        workspace.save_note(text, "2026-01-15", note=held)


def unnote(path: str, text: str) -> Any:
    workspace = opened(path)
    held = next(row["note"] for row in workspace.notes() if row["text"] == text)
    with marked():
        workspace.delete_note(held)


def target(path: str, low: float, since: str) -> Any:
    workspace = opened(path)
    with marked():
        workspace.save_target("mrr", since=since, low=low)


def segment(path: str, name: str, seats: int) -> Any:
    workspace = opened(path)
    with marked():
        workspace.save_segment(name, {"seats": {">=": seats}})


def follow(path: str, keys: list[str], owner: str) -> Any:
    workspace = opened(path)
    changes = [{"follow_up": key, "state": "contacted", "owner": owner} for key in keys]
    with marked():
        workspace.set_follow_ups(changes)


def person(path: str, email: str, role: str) -> Any:
    workspace = opened(path)
    held = {one["email"] for one in workspace.people()}
    with marked():
        (workspace.change_role if email in held else workspace.invite)(email, role)


def migrate(path: str) -> Any:
    with marked():
        workspace = cs.Workspace.open(path)
        return [workspace.version().kpi(kpi)["value"].iloc[0] for kpi in ("mrr", "net_promoter_score")]


def migrate_database(path: str) -> Any:
    from cs_metrics.workspace.store.folder import Folder

    folder = Folder(path)
    with marked():
        Records(folder)


def export(path: str, into: str) -> Any:
    workspace = opened(path)
    with marked():
        workspace.export(into)


def take_in(source: str, home: str) -> Any:
    with marked():
        return cs.import_workspace(source, home).name


def back_up(home: str, into: str) -> Any:
    with marked():
        backup.back_up(Path(home), Path(into))


def restore(source: str, home: str) -> Any:
    with marked():
        return backup.restore(Path(source), Path(home))


def erase(path: str, customer: str) -> Any:
    workspace = opened(path)
    with marked():
        workspace.erase_customer(customer)


def delete(path: str) -> Any:
    workspace = opened(path)
    with marked():
        workspace.delete()


OPERATIONS: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (publish, again, share, revoke, settings, note, unnote, target, segment, follow, person, migrate,
              migrate_database, export, take_in, back_up, restore, erase, delete)
}  # fmt: skip
