"""The public faces: Workspace, Version, View. Everything a page, a script or the command line may ask."""

from cs_metrics.api.version import Version
from cs_metrics.api.view import View
from cs_metrics.api.workspace import Workspace

__all__ = ["Version", "View", "Workspace"]
