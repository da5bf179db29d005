"""Keeping to themselves whom a text says can be reached where: what is shown of people's own words is masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cs_metrics.analysis.feedback.said.masking import mask_columns

if TYPE_CHECKING:
    from cs_metrics.api.workspace import Workspace

FREE_TEXT = (
    "comment", "notes", "text", "feedback", "subject", "description", "reason", "cancel_reason", "churn_reason",
    "_changed",
)  # fmt: skip
"""The columns in which people write whole sentences, under the names that answers give them."""


def mask(workspace: Workspace, frame: pd.DataFrame, columns: tuple[str, ...] = FREE_TEXT) -> pd.DataFrame:
    """Return rows whose texts are masked, unless the workspace switched that off. Its own setting counts alone: no
    address that switches definitions can lift it."""
    return mask_columns(frame, columns) if workspace.settings["mask_contacts"] else frame
