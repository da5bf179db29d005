"""The uploaded files as they came, each once, under the hash of its content."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import pandas as pd

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.folder import Folder, move_whole, sha256_of
from cs_metrics.workspace.records import UPLOADS, Records, now


def safe_name(name: str) -> str:
    """Return the last part of a file's name, without what a file system minds."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "").strip()
    return last[-120:] if last not in ("", ".", "..") else "upload"


def keep(folder: Folder, records: Records, name: str, content: bytes | Path) -> str:
    """Store an upload and return its SHA-256; the same content is kept once."""
    sha = sha256_of(content)
    target = folder.files / sha / safe_name(name)
    if not (target.parent.exists() and any(target.parent.iterdir())):
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = folder.files / f"upload-{uuid.uuid4().hex}"
        if isinstance(content, bytes):
            draft.write_bytes(content)
        else:
            shutil.copyfile(content, draft)
        size = draft.stat().st_size
        move_whole(draft, target)
        records.put(UPLOADS, {"sha256": sha}, {"name": safe_name(name), "bytes": size, "uploaded_at": now()})
    return sha


def path_of(folder: Folder, sha256: str) -> Path:
    """Return where an upload lies. Raises WorkspaceError when it is not there."""
    place = folder.files / sha256
    found = sorted(place.iterdir()) if sha256.isalnum() and place.is_dir() else []
    if not found:
        raise WorkspaceError(f"The upload {sha256[:12]} is not in this workspace any more: upload the file again.")
    return found[0]


def listing(records: Records) -> pd.DataFrame:
    """Return one row an upload: sha256, name, bytes, uploaded_at; the latest first."""
    rows = records.rows(records.mine(UPLOADS).order_by(UPLOADS.c.uploaded_at.desc()))
    return pd.DataFrame(rows, columns=["sha256", "name", "bytes", "uploaded_at"])
