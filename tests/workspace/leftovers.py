"""What of a customer is left below a workspace's folder, in any byte or cell; and what a version holds."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import cs_metrics as cs
from cs_metrics.workspace.publish.tables import OWN
from cs_metrics.workspace.store.database import cursor
from tests.workspace.worlds import PLAIN, World


def _forms(word: str) -> set[bytes]:
    """A word as bytes, in any code and escaped in any way."""
    said = {word, word.lower(), word.upper()}
    said |= {one.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for one in said}
    said |= (
        {json.dumps(one)[1:-1] for one in said}
        | {one.replace('"', '""') for one in said}
        | {one.replace("'", "''") for one in said}
    )
    found = {one.encode(code) for one in said for code in ("utf-8", "utf-16-le", "utf-16-be")}
    for one in said:
        try:
            found.add(one.encode("cp1252"))
        except UnicodeEncodeError:
            continue
    return found


def _contents(content: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """A file's bytes, and those of all that is packed in it."""
    yield name, content
    if content[:2] == b"\x1f\x8b":
        yield from _contents(gzip.decompress(content), f"{name}/")
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for part in packed.infolist():
                yield from _contents(packed.read(part), f"{name}/{part.filename}")


def left(path: Path, world: World) -> list[str]:
    """What of the customer stands in any byte, or in any cell of a database, below a folder."""
    found = []
    forms = {word: _forms(word) for word in world.words}
    for file in sorted(p for p in path.rglob("*")):
        found += [f"name of {file.relative_to(path)}" for word in world.words if word.lower() in file.name.lower()]
        if not file.is_file():
            continue
        for name, content in _contents(file.read_bytes(), str(file.relative_to(path))):
            if content[:1] == b"<":
                content += unescape(content.decode("utf-8", "replace")).encode()
            found += [f"{name}: {word}" for word, several in forms.items() if any(one in content for one in several)]
        if file.suffix == ".duckdb":
            found += _in_version(file, world)
    lite = path / "workspace.sqlite"
    if lite.exists():
        con = sqlite3.connect(lite)
        for (table,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            cells = str(con.execute(f'SELECT * FROM "{table}"').fetchall())
            texts = "".join((cells, unescape(cells), cells.encode().decode("unicode_escape", "replace"))).lower()
            found += [f"{table}: {word}" for word in world.words if word.lower() in texts]
        con.close()
    return found


def _in_version(file: Path, world: World) -> list[str]:
    con, found = cursor(file), []
    tables = con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    for (table,) in tables:
        cells = con.execute(f'SELECT * FROM "{table}"')
        told = [d[0] for d in cells.description]
        for row in cells.fetchall():
            text = str(row).lower()
            found += [f"{file.name}.{table}: {word}" for word in world.words if word.lower() in text]
            if PLAIN in world.ids:
                ids = [
                    v for n, v in zip(told, row, strict=True) if n.endswith("customer_id") or n in ("kept", "original")
                ]
                found += [f"{file.name}.{table}: {PLAIN}"] if PLAIN in ids else []
    return sorted(set(found))


def data(workspace: cs.Workspace, number: int) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a version, by table, without the places where rows stand in files."""
    con = cursor(workspace.folder.version(number))
    found = {}
    for table in [*cs.Version.tables(workspace.version(number)), "customer_attributes"]:
        names = [n for (n,) in con.execute(f'SELECT column_name FROM (DESCRIBE "{table}")').fetchall() if n not in OWN]
        if names:
            said = ", ".join(f'"{n}"' for n in sorted(names))
            found[table] = [
                tuple(sorted(names)),
                *sorted(con.execute(f'SELECT {said} FROM "{table}"').fetchall(), key=str),
            ]
    return found
