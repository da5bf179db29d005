"""Customer-success KPIs from spreadsheets: every number with its formula, its SQL and its rows."""

from cs_metrics.api.sample import sample
from cs_metrics.api.version import Version
from cs_metrics.api.view import View
from cs_metrics.api.workspace import Workspace
from cs_metrics.errors import (
    CancelledError,
    CSMetricsError,
    FileError,
    LimitError,
    MappingError,
    NotComputableError,
    PublishError,
    QueryError,
    WorkspaceError,
)
from cs_metrics.workspace.folder import home

__all__ = [
    "CSMetricsError",
    "CancelledError",
    "FileError",
    "LimitError",
    "MappingError",
    "NotComputableError",
    "PublishError",
    "QueryError",
    "Version",
    "View",
    "Workspace",
    "WorkspaceError",
    "home",
    "sample",
]
