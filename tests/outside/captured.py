"""Everything that a server sends to one reader: each page in many ways, each file; unpacked, so it can be searched."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pyarrow.parquet as parquet

from tests.outside.visit import Visit

PAGES = sorted(p.stem for p in (Path(__file__).parents[2] / "pages").glob("*.py"))
KPIS = ("net_promoter_score", "customer_churn_rate", "monthly_recurring_revenue", "ticket_volume")
VIEWS: dict[str, tuple[dict[str, str], ...]] = {
    "kpi": tuple({"id": one, "by": by, "at": "2025-06-01"} for one in KPIS for by in ("", "plan")),
    "feedback": tuple({"survey": one} for one in ("nps", "csat")),
    "data": ({"view": "files"}, {"view": "who"}),
    "people": ({"view": "log"},),
    "revenue": ({"by": "plan"},),
    "texts": ({"q": "one"},),
}
"""What else a page shows under other addresses."""


def crawl(client: httpx.Client, link: str, tricks: Iterable[dict[str, str]] = ()) -> dict[str, bytes]:
    """Return all that was sent to the reader of a link, by what was asked for. `tricks`: parameters that a reader might
    put into the address of any page, to be shown more than the link shows."""
    held = dict(parse_qsl(urlsplit(link).query))
    sent: dict[str, bytes] = {}
    with Visit(client) as visit:
        for page in PAGES:
            for more in ({}, *VIEWS.get(page, ()), *tricks):
                asked = f"/{page} {more}"
                visit.frames.clear()
                visit.open(page, **{**held, **more})
                sent[asked] = b"\n".join(visit.frames)
                if more in tuple(tricks):
                    continue
                for label, button in visit.buttons():
                    if "PNG" not in label:  # a picture of what the SVG beside it says in words
                        answer = client.get(visit.made(button))
                        assert answer.status_code == 200, f"{asked} {label}"
                        sent[f"{asked} {label} {button.id[-40:]}"] = unpacked(answer.content)
                for url in set(re.findall(rb"/media/[\w.]+", sent[asked])):
                    sent[f"{asked} {url.decode()}"] = unpacked(client.get(url.decode()).content)
    return sent


def unpacked(body: bytes) -> bytes:
    """Return a file with what is packed in it laid open: workbooks, archives, Parquet, PDF, gzip."""
    parts = [body]
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            parts += [unpacked(packed.read(name)) for name in packed.namelist()]
    elif body.startswith(b"PAR1"):
        parts.append(parquet.read_table(io.BytesIO(body)).to_pandas().to_csv().encode())
    elif body.startswith(b"%PDF"):
        parts += _streams(body)
    elif body.startswith(b"\x1f\x8b"):
        parts.append(gzip.decompress(body))
    return b"\n".join(parts)


def _streams(body: bytes) -> Iterator[bytes]:
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", body, re.S):
        try:
            yield zlib.decompress(stream)
        except zlib.error:
            continue


def ways(secret: str | float) -> list[bytes]:
    """Return how a value may stand in what is sent: a text in any case, a number in digits or in a column's bytes."""
    if isinstance(secret, str):
        return [secret.casefold().encode()]
    digits = f"{secret:.2f}"
    return [struct.pack("<d", secret), digits.encode(), f"{secret:,.2f}".encode(), f"{secret:g}".encode()]


def found(sent: dict[str, bytes], secrets: Iterable[str | float]) -> dict[str | float, list[str]]:
    """Return where each secret stands that stands anywhere but in an answer to who asked for it by name."""
    where: dict[str | float, list[str]] = {}
    plain = {asked: body.lower() for asked, body in sent.items()}
    for secret in secrets:
        for asked, body in sent.items():
            if str(secret) not in asked and any(way in plain[asked] or way in body for way in ways(secret)):
                where.setdefault(secret, []).append(asked)
    return where
