"""The uploaded files as they came, each once, under the hash of its content."""

from __future__ import annotations

import hashlib
import re
import shutil
import uuid
from pathlib import Path

import pandas as pd

from cs_metrics.errors import LimitError, WorkspaceError
from cs_metrics.workspace.kept import remembered
from cs_metrics.workspace.store.database import cursor, first_row
from cs_metrics.workspace.store.folder import Folder, move_whole, sha256_of
from cs_metrics.workspace.store.records import UPLOADS, Records, now

LONGEST = 120
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*", re.IGNORECASE)  # on Windows, with any ending


def safe_name(name: str) -> str:
    """Return the last part of a file's name as any file system takes it: no reserved name or character, 120 bytes."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].encode("utf-8", "replace").decode()
    stem, dot, ending = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", last).strip(" .").rpartition(".")
    stem, dot, ending = (stem, dot, ending) if len(ending) <= 10 and dot else (f"{stem}{dot}{ending}", "", "")
    stem = _cut(stem, LONGEST - len(f"{dot}{ending}".encode()))
    return f"_{stem}{dot}{ending}" if RESERVED.fullmatch(stem.split(".")[0]) else f"{stem or 'upload'}{dot}{ending}"


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore").strip()


def keep(folder: Folder, records: Records, name: str, content: bytes | Path) -> str:
    """Store an upload and return its SHA-256; the same content is kept once."""
    sha = sha256_of(content)
    target = folder.files / sha / safe_name(name)
    if not (target.parent.exists() and any(target.parent.iterdir())):
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = folder.files / f"upload-{uuid.uuid4().hex}"
        try:
            if isinstance(content, bytes):
                draft.write_bytes(content)
            else:
                shutil.copyfile(content, draft)
            move_whole(draft, target)
        finally:
            draft.unlink(missing_ok=True)
    _note(records, sha, next(target.parent.iterdir()))
    return sha


def _note(records: Records, sha256: str, path: Path) -> None:
    """Have the database speak of an upload that is there: who was killed after storing it may have said nothing."""
    with records.whole():
        if not records.rows(records.mine(UPLOADS).where(UPLOADS.c.sha256 == sha256)):
            told = {"name": path.name, "bytes": path.stat().st_size, "uploaded_at": now()}
            records.put(UPLOADS, {"sha256": sha256}, told)


class Arriving:
    """An upload that comes in pieces: on disk as it comes, kept once it is whole, else gone without a trace.

    `most` is its largest size in bytes, `setting` the variable that raises that.
    """

    def __init__(self, folder: Folder, name: str, most: int, setting: str) -> None:
        self._folder, self._name, self._most, self._setting = folder, name, most, setting
        self._path = folder.files / f"upload-{uuid.uuid4().hex}"
        self._file = self._path.open("xb")
        self._digest = hashlib.sha256()
        self.size = 0

    def add(self, piece: bytes) -> None:
        """Take the next bytes. Raises LimitError where the file is then too large."""
        self.size += len(piece)
        if self.size > self._most:
            raise too_large(self._name, self._most, self._setting)
        self._digest.update(piece)
        self._file.write(piece)

    def keep(self, records: Records) -> str:
        """Store the file and return its SHA-256; the same content is kept once."""
        self._file.close()
        sha = self._digest.hexdigest()
        target = self._folder.files / sha / safe_name(self._name)
        if not (target.parent.exists() and any(target.parent.iterdir())):
            target.parent.mkdir(parents=True, exist_ok=True)
            move_whole(self._path, target)
        _note(records, sha, next(target.parent.iterdir()))
        self.discard()
        return sha

    def discard(self) -> None:
        """Leave nothing of it."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def too_large(name: str, most: int, setting: str) -> LimitError:
    """Return the error for a file of more than `most` bytes."""
    mb = most / 2**20
    return LimitError(f"{name} is larger than {mb:,.0f} MB. Split the file, or raise the limit with {setting}.")


def path_of(folder: Folder, sha256: str) -> Path:
    """Return where an upload lies. Raises WorkspaceError when it is not there."""
    place = folder.files / sha256
    found = sorted(place.iterdir()) if sha256.isalnum() and place.is_dir() else []
    if not found:
        if sha256.isalnum() and (folder.files / f"{sha256}.erased").exists():
            raise WorkspaceError((folder.files / f"{sha256}.erased").read_text(encoding="utf-8"))
        raise WorkspaceError(f"The upload {sha256[:12]} is not in this workspace any more: upload the file again.")
    return found[0]


def tombstone(folder: Folder, sha256: str, sentence: str) -> None:
    """Say of an upload that is about to be removed for good why it is no longer there."""
    draft = folder.files / f"upload-{uuid.uuid4().hex}"
    draft.write_text(sentence, encoding="utf-8")
    move_whole(draft, folder.files / f"{sha256}.erased")


def forget(folder: Folder, records: Records, sha256: str) -> str:
    """Delete an upload that neither a version nor a mapping in progress speaks of, and return its name; leave any other
    as it is, and return ''."""
    place = folder.files / sha256
    drafted = any(sha256 in draft["content"].get("uploads", ()) for draft in remembered.drafts(records))
    if not sha256.isalnum() or not place.is_dir() or drafted:
        return ""
    query = "SELECT 1 FROM _sources WHERE sha256 = $1 LIMIT 1"
    if any(first_row(cursor(folder.version(number)), query, [sha256]) for number in folder.numbers()):
        return ""
    name = next((path.name for path in place.iterdir()), sha256)
    records.delete(UPLOADS, {"sha256": sha256})
    shutil.rmtree(place, ignore_errors=True)
    return name


def listing(records: Records) -> pd.DataFrame:
    """Return one row an upload: sha256, name, bytes, uploaded_at; the latest first."""
    rows = records.rows(records.mine(UPLOADS).order_by(UPLOADS.c.uploaded_at.desc()))
    return pd.DataFrame(rows, columns=["sha256", "name", "bytes", "uploaded_at"])
