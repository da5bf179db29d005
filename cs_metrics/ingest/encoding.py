"""Which encoding a text file is in, from all of its bytes."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from cs_metrics.errors import FileError

_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# In the order of how often spreadsheets come in them: the first of equals wins.
_SINGLE_BYTE = ("cp1252", "cp850", "mac_roman", "cp1250", "cp1251", "cp437")
MIXED = "cs_metrics_mixed"


def _mixed(error: UnicodeError) -> tuple[str, int]:
    """Read what is not UTF-8 in a file that otherwise is as Windows text, so that a pasted line is not lost."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(MIXED, _mixed)


@dataclass(frozen=True)
class Encoding:
    """`name` for open(), `errors` likewise, and a sentence where something was assumed."""

    name: str
    errors: str = "strict"
    note: str = ""


def detect(path: Path, name: str) -> Encoding:
    """Return the encoding of the file at `path`; FileError (calling it `name`) where it holds no text."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return Encoding(encoding, "replace" if encoding != "utf-8-sig" else MIXED)
    wide = _wide(head)
    if wide:
        return Encoding(wide, "replace", f"Read as {wide.upper()}, though it does not begin with the mark of it.")
    controls = sum(head.count(bytes((b,))) for b in (*range(1, 9), *range(14, 27)))
    if head.count(0) > len(head) // 4 or controls > max(8, len(head) // 50):
        raise FileError(f"{name} is not a text file or a workbook. Save it as CSV or XLSX and load that.")
    good, bad, odd = _utf8(path)
    if not bad:
        return Encoding("utf-8")
    if good > 5 * bad:
        return Encoding("utf-8", MIXED, f"Mostly UTF-8; {bad:,} stray bytes were read as Windows text (cp1252).")
    best = max(_SINGLE_BYTE, key=lambda e: (_score(odd, e), -_SINGLE_BYTE.index(e)))
    return Encoding(best, "replace", f"Not UTF-8; read as {best}, which fits its letters best.")


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte is 0."""
    if len(head) < 4:
        return None
    even, odd = head[0::2].count(0) / (len(head) / 2), head[1::2].count(0) / (len(head) / 2)
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.1 else None


def _utf8(path: Path) -> tuple[int, int, bytes]:
    """Return how many characters beyond ASCII are UTF-8, how many bytes are not, and the text around the latter."""
    good = bad = 0
    around = bytearray()
    rest = b""
    with path.open("rb") as file:
        while data := rest + (chunk := file.read(_CHUNK)):
            start, rest = 0, b""
            while start < len(data):
                try:
                    good += _beyond(data[start:].decode("utf-8"))
                    break
                except UnicodeDecodeError as error:
                    stop = start + error.start
                    good += _beyond(data[start:stop].decode("utf-8"))
                    if chunk and len(data) - stop < 4:
                        rest = data[stop:]
                        break
                    bad += 1
                    start += error.end
                    if len(around) < 1 << 18:
                        around += data[max(0, stop - 20) : stop + 20] + b"\n"
                    if bad > 2_000:
                        return good, bad, bytes(around)
    return good, bad, bytes(around)


def _beyond(text: str) -> int:
    return 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))


def _score(data: bytes, encoding: str) -> float:
    """How much like writing the bytes look: letters beside letters are good, boxes and control signs are not."""
    text = data.decode(encoding, "replace")
    score = 0.0
    for index, sign in enumerate(text):
        if sign.isascii():
            continue
        before = text[index - 1] if index else " "
        after = text[index + 1] if index + 1 < len(text) else " "
        if sign == "\ufffd" or (not sign.isprintable() and sign != "\u00a0"):
            score -= 3
        elif sign.isalpha():
            beside = before.isalpha() or after.isalpha()
            shouting = sign.isupper() and before.islower()
            score += (0.2 if shouting else 1.0) if beside else -0.5
        elif sign in "€£°’‘“”–—…®™©§«»½¼²³µ·•¡¿\u00a0":
            score += 0.5
        else:
            score -= 1
    return score
