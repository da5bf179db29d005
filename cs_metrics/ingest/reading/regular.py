"""Text whose lines are each one plain record, read many lines at a time: most of any large file, and many times faster.

Whatever else a block of lines may hold (a torn quote, a line break in a cell, a cell too many) is left to the reader of
single records, which gives the same for plain ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
from pyarrow import csv

LINES = 50_000  # looked at together


class Regular:
    """Reads blocks of lines with `width` cells each. `longest`: the characters that a cell may have."""

    def __init__(self, delimiter: str, width: int, longest: int) -> None:
        names = [f"c{i}" for i in range(width)]
        d = re.escape(delimiter)
        # a quoted cell without a line break, between delimiters or ends of lines; possessive: never looked at twice
        self._quoted = re.compile(rf'(?<![^{d}\r\n])"[^"\r\n]*+(?:""[^"\r\n]*+)*+"(?=[{d}\r\n]|\Z)')
        self._parse = csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False)
        self._plain = csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False, quote_char=False)
        self._convert = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
        self._names, self._longest = names, longest

    def read(self, lines: Sequence[str]) -> pa.Table | None:
        """Return the cells of some lines as columns c0, c1, ..., a row each; None where a line is not a plain record
        of the usual width."""
        text = "".join(lines)
        if len(text) > self._longest and max(map(len, lines)) > self._longest:
            return None
        quotes = '"' in text
        if quotes and '"' in self._quoted.sub("", text):
            return None
        try:
            data = text.encode()
            table = csv.read_csv(
                pa.BufferReader(data),
                csv.ReadOptions(column_names=self._names, block_size=len(data) + 1),
                self._parse if quotes else self._plain,
                self._convert,
            )
        except (pa.ArrowInvalid, UnicodeEncodeError):
            return None
        return table if table.num_rows == len(lines) else None
