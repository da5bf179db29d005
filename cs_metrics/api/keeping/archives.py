"""Taking a workspace along: out of one installation as a zip, into another one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cs_metrics.workspace.moving import archive
from cs_metrics.workspace.store.folder import Folder, home
from cs_metrics.workspace.store.records import Records

if TYPE_CHECKING:
    from cs_metrics.api.workspace import Workspace


class Archived:
    """The part of a `Workspace` that leaves it whole."""

    folder: Folder
    records: Records

    def export(self, path: str | os.PathLike[str], *, who: str = "") -> dict[str, Any]:
        """Write the whole workspace into a zip at `path`, where nothing is yet; return how many versions, files and
        bytes went. Uploads as they came, published versions, and all that a team keeps (settings, segments, mappings,
        KPIs of its own, audit log ...) go along, to be taken in by `import_workspace`. Raises WorkspaceError; then
        there is no file."""
        return archive.export(self.folder, self.records, Path(path), who)


def import_workspace(
    path: str | os.PathLike[str], into: str | os.PathLike[str] | None = None, name: str | None = None, *, who: str = ""
) -> Workspace:
    """Take in a workspace that `Workspace.export` wrote, as a new one in the folder `into` (None: `home()`), under
    `name` (None: its own, with a number behind where that is taken); return it.

    Everything is verified before anything appears. Raises FileError for what is no such archive, altered or damaged,
    LimitError for one that is too large, WorkspaceError for a newer release's or a name that is taken.
    """
    from cs_metrics.api.workspace import Workspace

    return Workspace(archive.import_(Path(path), home() if into is None else Path(into), name, who))
