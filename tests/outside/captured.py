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
KPIS = ("net_promoter_score", "mrr", "customer_churn_rate", "average_revenue_per_user")
VIEWS: dict[str, tuple[dict[str, str], ...]] = {
    "kpi": (*({"id": one} for one in KPIS), *({"by": one} for one in ("region", "csm", "email"))),
    "feedback": ({"survey": "csat"},),
    "segments": ({"draft": '{"plan":["Pro"]}'},),
    "definitions": ({"view": "compare", "id": "customer_churn_rate"},),
}
"""What else a page shows under other addresses."""
TRIED = ("overview", "kpi", "feedback", "why")
"""The pages that tricks are tried on: the filter bar is the same on all, and so is what reads the address."""


def crawl(client: httpx.Client, link: str, tricks: Iterable[dict[str, str]] = ()) -> dict[str, bytes]:
    """Return all that was sent to the reader of a link, by what was asked for. `tricks`: parameters that a reader might
    put into the address of a page, to be shown more than the link shows."""
    held = dict(parse_qsl(urlsplit(link).query))
    sent: dict[str, bytes] = {}
    with Visit(client) as visit:
        for page in PAGES:
            for more in ({}, *VIEWS.get(page, ())):
                asked = f"/{page} {more}"
                visit.frames.clear()
                visit.open(page, **{**held, **more})
                for tab in opened(visit):
                    visit.states.update(tab)
                    visit.send()
                sent[asked] = b"\n".join(visit.frames)
                # a picture is of what the SVG beside it says in words; the files of other views are of the same makers
                for label, button in visit.buttons():
                    if "PNG" not in label and (not more or "CSV" in label):
                        answer = client.get(visit.made(button))
                        assert answer.status_code == 200, f"{asked} {label}"
                        sent[f"{asked} {label} {button.id[-40:]}"] = unpacked(answer.content)
                for url in set(re.findall(rb"/media/[\w.]+", sent[asked])):
                    sent[f"{asked} {url.decode()}"] = unpacked(client.get(url.decode()).content)
            for trick in tricks if page in TRIED else ():
                visit.frames.clear()
                visit.open(page, **{**held, **trick})
                sent[f"/{page} {trick}"] = b"\n".join(visit.frames)
    return sent


def opened(visit: Visit) -> Iterator[dict[str, str | bool]]:
    """Give what a reader presses to see all of a page: every expander and popover, and one tab after the other."""
    blocks = {path[:-1]: block for path, block in visit.elements.items() if path[-1] == -1}
    folded: dict[str, str | bool] = {}
    tabs: dict[str, list[str]] = {}
    for path, block in blocks.items():
        kind = block.WhichOneof("type")
        if kind in ("expandable", "popover") and getattr(block, kind).id:
            folded[getattr(block, kind).id] = True
        elif kind == "tab_container" and block.tab_container.id:
            inside = sorted(p for p, each in blocks.items() if p[:-1] == path and each.WhichOneof("type") == "tab")
            tabs[block.tab_container.id] = [blocks[p].tab.label for p in inside]
    for n in range(1, max((len(labels) for labels in tabs.values()), default=0)):
        yield folded | {widget: labels[n] for widget, labels in tabs.items() if n < len(labels)}
    if folded and not tabs:
        yield folded


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
