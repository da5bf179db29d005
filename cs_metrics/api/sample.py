"""The sample company: its files, shipped with the project, published into a workspace of their own."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from pathlib import Path

from cs_metrics import facts
from cs_metrics.api.keeping import choices
from cs_metrics.api.workspace import Workspace
from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.publish.publishing import FORMAT
from cs_metrics.workspace.store.folder import home

NOTE = "Sample data"
FILES = Path(facts.__file__).parents[2] / "data" / "sample"


def sample() -> Workspace:
    """Return the sample company's workspace (`home()/sample`), published: at the first call, and again when its files
    or the way of publishing change. Raises WorkspaceError where the files are missing."""
    if not FILES.is_dir():
        raise WorkspaceError(f"The sample company's files are not at '{FILES}': run from a checkout of the project.")
    workspace = Workspace(home() / "sample")
    wanted = _fingerprint()
    if _built(workspace) != wanted:
        with workspace.folder.lock(name="sample"):
            if _built(workspace) != wanted:  # another process may have built it while this one waited
                _build(workspace)
                draft = workspace.path / f"sample.{uuid.uuid4().hex}"
                draft.write_text(wanted)
                os.replace(draft, workspace.path / "sample.built")
    return workspace


def _sources() -> list[Path]:
    return sorted(p for p in FILES.iterdir() if p.is_file() and p.suffix != ".json")


def _fingerprint() -> str:
    digest = hashlib.sha256(f"format {FORMAT}".encode())
    for path in sorted(FILES.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    package = Path(facts.__file__).parents[1]
    for room in ("schema", "ingest", "facts", "workspace"):
        for path in sorted((package / room).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _built(workspace: Workspace) -> str:
    marker = workspace.path / "sample.built"
    return marker.read_text() if marker.exists() and workspace.numbers() else ""


def _build(workspace: Workspace) -> None:
    workspace.set_settings(json.loads((FILES / "settings.json").read_text()))
    plan = workspace.read(_sources())
    choices.apply(plan, choices.load(FILES / "mapping.json"))
    workspace.publish(plan, mode="replace", note=NOTE)
