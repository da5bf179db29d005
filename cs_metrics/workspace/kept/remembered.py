"""Mappings, remembered by the shape of their sheet, and mappings in progress (drafts)."""

from __future__ import annotations

import uuid
from typing import Any

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store.records import DRAFTS, MAPPINGS, Records, now


def remember(records: Records, fingerprint: str, content: dict[str, Any]) -> None:
    """Keep the mapping of a sheet for the next file of the same shape."""
    records.put(MAPPINGS, {"fingerprint": fingerprint}, {"content": content, "updated_at": now()})


def all_mappings(records: Records) -> dict[str, dict[str, Any]]:
    """Return the remembered mappings, by fingerprint."""
    return {r["fingerprint"]: r["content"] for r in records.rows(records.mine(MAPPINGS))}


def forget(records: Records, fingerprint: str) -> None:
    """Forget a mapping."""
    records.delete(MAPPINGS, {"fingerprint": fingerprint})


def save_draft(records: Records, content: dict[str, Any], draft: str | None = None) -> str:
    """Keep a mapping in progress (JSON, with the hashes of its uploads); return the draft's id, new where None."""
    draft = draft or uuid.uuid4().hex[:12]
    records.put(DRAFTS, {"draft": draft}, {"content": content, "updated_at": now()})
    return draft


def draft(records: Records, draft: str) -> dict[str, Any]:
    """Return a draft's content. Raises WorkspaceError when it was published or thrown away."""
    rows = records.rows(records.mine(DRAFTS).where(DRAFTS.c.draft == draft))
    if not rows:
        raise WorkspaceError("This mapping in progress is no longer there: it was published or thrown away.")
    return rows[0]["content"]


def drafts(records: Records) -> list[dict[str, Any]]:
    """Return the drafts, the latest first: draft, content, updated_at."""
    rows = records.rows(records.mine(DRAFTS).order_by(DRAFTS.c.updated_at.desc()))
    return [{k: r[k] for k in ("draft", "content", "updated_at")} for r in rows]


def delete_draft(records: Records, draft: str) -> None:
    """Throw a draft away."""
    records.delete(DRAFTS, {"draft": draft})
