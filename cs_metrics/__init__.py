"""Customer-success KPIs from spreadsheets: every number with its formula, its SQL and its rows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cs_metrics.errors import (
    CancelledError,
    CSMetricsError,
    FileError,
    LimitError,
    MappingError,
    NotAllowedError,
    NotComputableError,
    PublishError,
    QueryError,
    WorkspaceError,
)

if TYPE_CHECKING:
    from cs_metrics.api.keeping.archives import import_workspace
    from cs_metrics.api.sample import sample
    from cs_metrics.api.version import Version
    from cs_metrics.api.view import View
    from cs_metrics.api.workspace import Workspace
    from cs_metrics.workspace.store.folder import home

__all__ = [
    "CSMetricsError",
    "CancelledError",
    "FileError",
    "LimitError",
    "MappingError",
    "NotAllowedError",
    "NotComputableError",
    "PublishError",
    "QueryError",
    "Version",
    "View",
    "Workspace",
    "WorkspaceError",
    "home",
    "import_workspace",
    "sample",
]

# imported when first asked for: the process that reads files starts for every drop, and needs none of them
_WHERE = {
    "Version": "cs_metrics.api.version",
    "View": "cs_metrics.api.view",
    "Workspace": "cs_metrics.api.workspace",
    "home": "cs_metrics.workspace.store.folder",
    "import_workspace": "cs_metrics.api.keeping.archives",
    "sample": "cs_metrics.api.sample",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'cs_metrics' has no attribute '{name}'")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return __all__
