"""Files to sheets: each is copied or found, read by a worker with limits, and mapped back; a bad one stops no other."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import IO, Any, BinaryIO

import pyarrow as pa

from cs_metrics.errors import CancelledError, CSMetricsError, FileError, LimitError
from cs_metrics.ingest.reading.archive import clean_name
from cs_metrics.ingest.reading.limits import Limits, exceeded, variable
from cs_metrics.ingest.sheet import AsideRow, Failure, Profile, RawColumn, RawSheet, Read

Source = str | os.PathLike[str] | BinaryIO
_LOG = logging.getLogger(__name__)
_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Step:
    """How far reading is: the `file` in hand, its place from 1 `of` so many, its rows read so far, and the `share` of
    its bytes (0 to 1; 0 where that cannot be told)."""

    file: str
    number: int
    of: int
    rows: int
    share: float = 0.0


@dataclass
class _Upload:
    name: str
    path: Path | None = None
    sha256: str = ""
    size: int = 0
    error: CSMetricsError | None = None
    archive: int | None = None  # the place of the zip that holds it


def read_files(
    files: Iterable[Source],
    limits: Limits | None = None,
    progress: Callable[[Step], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Read:
    """Return the sheets of `files` (paths, or open binary files with a name), and the failures of those that are bad.

    `progress` is called with a `Step` now and then; when `cancelled` returns true the worker is stopped and
    CancelledError raised. A zip's files are files of their own, 'archive.zip/member.csv', under the zip's fingerprint.
    Whatever is wrong with a file is a `Failure` with FileError or LimitError, never raised.
    """
    limits = limits or Limits.from_environment()
    with tempfile.TemporaryDirectory(prefix="cs-metrics-read-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        uploads = [_receive(file, folder / f"upload-{i}", limits) for i, file in enumerate(files)]
        outcomes = _run(uploads, folder, limits, progress or (lambda step: None), cancelled or (lambda: False))
        order = [i for i, upload in enumerate(uploads) if upload.archive is None]
        order = [j for i in order for j in (i, *(k for k, u in enumerate(uploads) if u.archive == i))]
        sheets: list[RawSheet] = []
        failures: list[Failure] = []
        for index in order:
            upload = uploads[index]
            error = upload.error or outcomes[index].get("failure")
            if error is not None:
                failures.append(Failure(upload.name, error))
                continue
            sheets += [
                _sheet(upload, record, folder / f"{index}-{j}.arrow")
                for j, record in enumerate(outcomes[index].get("sheets", ()))
            ]
        return Read(tuple(sheets), tuple(failures))


def _receive(file: Source, copy: Path, limits: Limits) -> _Upload:
    """Find a file's path and fingerprint; an open file's bytes are copied."""
    digest = hashlib.sha256()
    if isinstance(file, (str, os.PathLike)):
        upload = _Upload(clean_name(PurePath(file).name), Path(file))
    else:
        upload = _Upload(clean_name(str(getattr(file, "name", "") or "upload")), copy)
    try:
        if isinstance(file, (str, os.PathLike)):
            with Path(file).open("rb") as source:
                upload.size = _copy(source, digest.update, limits, upload.name)
        else:
            file.seek(0)
            with copy.open("wb") as target:
                upload.size = _copy(file, digest.update, limits, upload.name, target)
    except FileNotFoundError:
        upload.error = FileError(f"{upload.name} does not exist. Check the path {str(file)!r}.")
    except OSError as error:
        reason = error.strerror or "unknown reason"
        upload.error = FileError(f"{upload.name} cannot be opened ({reason}). Check that it is a file you may read.")
    except LimitError as error:
        upload.error = error
    upload.sha256 = digest.hexdigest()
    return upload


def _copy(
    source: IO[bytes], digest: Callable[[bytes], None], limits: Limits, name: str, target: IO[bytes] | None = None
) -> int:
    size = 0
    while chunk := source.read(1 << 20):
        size += len(chunk)
        if size > limits.file_bytes:
            raise exceeded(name, f"is larger than {limits.file_mb:,} MB", "file_mb")
        digest(chunk)
        if target is not None:
            target.write(chunk)
    return size


def _run(
    uploads: list[_Upload],
    folder: Path,
    limits: Limits,
    progress: Callable[[Step], None],
    cancelled: Callable[[], bool],
) -> dict[int, dict[str, Any]]:
    """Have every file read; a worker that dies takes only its file with it, and the rest goes to the next worker."""
    outcomes: dict[int, dict[str, Any]] = {}  # by place in `uploads`, which gets the files of zips at its end
    todo = {i for i, upload in enumerate(uploads) if upload.error is None}
    while todo:
        job = folder / "job.json"
        files = [{"path": str(u.path), "name": u.name} if i in todo else None for i, u in enumerate(uploads)]
        job.write_text(json.dumps({"files": files, "folder": str(folder), "limits": asdict(limits)}), encoding="utf-8")
        at, died = _work(job, uploads, limits, progress, cancelled)
        begun = sorted(todo)
        for index in begun:
            record = folder / f"{index}.json"
            if record.exists():
                outcomes[index] = _outcome(json.loads(record.read_text(encoding="utf-8")), uploads[index].name, limits)
                todo.discard(index)
                for member in outcomes[index].get("members", ()):
                    uploads.append(_member(index, uploads[index], member))
                    if uploads[-1].error is None:
                        todo.add(len(uploads) - 1)
        missed = [index for index in begun if index in todo]
        if missed:
            index = at if at in missed else missed[0]
            outcomes[index] = {"failure": died}
            todo.discard(index)
    return outcomes


def _member(place: int, archive: _Upload, record: dict[str, Any]) -> _Upload:
    error = FileError(record["error"]) if record["error"] else None
    return _Upload(record["name"], Path(record["path"]), archive.sha256, archive.size, error, place)


def _outcome(record: dict[str, Any], name: str, limits: Limits) -> dict[str, Any]:
    if "sheets" in record or "members" in record:
        return record
    if record["error"]:
        return {"failure": (LimitError if record["limit"] else FileError)(record["error"])}
    return {"failure": _memory(name, limits) if record["limit"] else _damaged(name)}


def _memory(name: str, limits: Limits) -> LimitError:
    return exceeded(name, f"takes more than {limits.memory_mb:,} MB of memory to read", "memory_mb")


def _damaged(name: str) -> FileError:
    return FileError(f"{name} cannot be read: it is damaged, or not what it says it is. Save it again as XLSX or CSV.")


def _work(
    job: Path,
    uploads: list[_Upload],
    limits: Limits,
    progress: Callable[[Step], None],
    cancelled: Callable[[], bool],
) -> tuple[int, CSMetricsError]:
    """Run one worker to its end. Returns the file it was at, and the error of that file should it have died there."""
    # Its temporary files lie in the job's folder: a worker that is stopped cannot clear them away itself.
    own = {"PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")]), "TMPDIR": str(job.parent)}
    environment = os.environ | own | {"TEMP": str(job.parent), "TMP": str(job.parent)}
    errors = (job.parent / "errors.txt").open("w+b")
    process = subprocess.Popen(
        [sys.executable, "-m", "cs_metrics.ingest.reading.worker", str(job)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env=environment,
    )
    state = {"file": -1, "rows": 0, "share": 0.0, "since": time.monotonic()}

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            told = json.loads(line)
            if told["file"] != state["file"]:
                state["since"] = time.monotonic()
            state.update(told)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    shown = (-1, -1, 0.0)
    late = False
    try:
        while listener.is_alive():
            listener.join(0.05)
            now = (int(state["file"]), int(state["rows"]), float(state["share"]))
            if now != shown and now[0] >= 0:
                shown = now
                progress(Step(uploads[now[0]].name, now[0] + 1, len(uploads), *now[1:]))
            if cancelled():
                raise CancelledError("Reading was cancelled; nothing was stored.")
            if time.monotonic() - float(state["since"]) > limits.seconds:
                late = True
                break
    finally:
        process.kill() if late or listener.is_alive() else None
        code = process.wait()
        errors.seek(0)
        text = errors.read().decode("utf-8", "replace").strip()
        errors.close()
    at = int(state["file"])
    if at < 0 and not late:
        raise RuntimeError(f"The reading process did not start: {text[-2000:]}")
    name = uploads[at].name if at >= 0 else "The file"
    if text:
        _LOG.warning("the process that reads files ended with %s and complained in %s characters", code, len(text))
    if late:
        return at, exceeded(name, f"takes longer than {limits.seconds:,} seconds to read", "seconds")
    if code == -getattr(signal, "SIGALRM", 0):
        return at, _damaged(name)
    if code < 0 or "memory" in text.casefold():
        return at, LimitError(
            f"{name} could not be read within {limits.memory_mb:,} MB of memory: it is damaged, or holds far more than"
            f" it seems to. Save only the table as XLSX or CSV, or raise the limit with {variable('memory_mb')}."
        )
    return at, _damaged(name)


def _sheet(upload: _Upload, record: dict[str, Any], data: Path) -> RawSheet:
    columns = tuple(
        RawColumn(i, c["letter"], c["name"], Profile.from_json(c["profile"]), c["header"])
        for i, c in enumerate(record["columns"])
    )
    with pa.memory_map(str(data)) as source:
        table = pa.ipc.open_file(source).read_all()
    return RawSheet(
        file=upload.name,
        sheet=record["sheet"],
        upload=upload.sha256,
        size=upload.size,
        encoding=record["encoding"],
        delimiter=record["delimiter"],
        header_row=record["header_row"],
        columns=columns,
        data=table,
        notes=tuple(record["notes"]),
        set_aside=tuple(AsideRow(row, kind, why, tuple(cells)) for row, kind, why, cells in record["set_aside"]),
        hidden=record["hidden"],
    )
