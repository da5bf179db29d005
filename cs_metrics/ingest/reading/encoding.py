"""Which encoding a text file is in, from all of its bytes."""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cs_metrics.errors import FileError
from cs_metrics.ingest.reading import eastern

_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# In the order of how often spreadsheets come in them: the first of equals wins.
_SINGLE_BYTE = ("cp1252", "cp850", "mac_roman", "cp1250", "cp1251", "cp437", "cp866")
# By how much another code page must fit a line better than the file's own: to show that there is one, and then.
_CLEARLY, _RATHER = 1.5, 0.5


def _by_line(*pages: str) -> str:
    """Return the name of an error handler that reads what is not UTF-8 by the code page that fits its line.

    The first of `pages` is the file's; another is taken for a line that clearly is no writing in the first.
    """
    name = "cs_metrics_" + "_".join(pages)

    @lru_cache(maxsize=64)
    def page_of(line: bytes) -> str:
        return _best(line, pages, _RATHER)

    def handle(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        page = pages[0]
        if len(pages) > 1:
            start, stop = _line(error.object, error.start)
            page = page_of(bytes(error.object[start:stop]))
        return error.object[error.start : error.end].decode(page, "replace"), error.end

    codecs.register_error(name, handle)
    return name


def _line(data: bytes, place: int) -> tuple[int, int]:
    """Return where the line around `place` begins and ends, as far as it is needed."""
    start = max(data.rfind(b"\n", max(0, place - 500), place), data.rfind(b"\r", max(0, place - 500), place)) + 1
    ends = [found for sign in (b"\n", b"\r") if (found := data.find(sign, place, place + 500)) >= 0]
    return max(start, place - 500), min(ends, default=min(len(data), place + 500))


def _best(line: bytes, pages: tuple[str, ...], margin: float = _CLEARLY) -> str:
    scores = [_score(line, page) for page in pages]
    best = max(range(len(pages)), key=lambda i: (scores[i], -i))
    return pages[best] if scores[best] > scores[0] + margin else pages[0]


MIXED = _by_line("cp1252")
_NAMES = {"cp1252": "Windows text (cp1252)"}


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
    head = head.rstrip(b"\0")  # a program that wrote in blocks filled up the last one
    controls = sum(head.count(bytes((b,))) for b in (*range(1, 9), *range(14, 27)))
    if head.count(0) > len(head) // 4 or controls > max(8, len(head) // 50):
        raise FileError(f"{name} is not a text file or a workbook. Save it as CSV or XLSX and load that.")
    good, bad, odd = _utf8(path)
    if not bad:
        return Encoding("utf-8")
    if good <= bad and (found := eastern.fitting(path, head)):
        return Encoding(found, "replace", f"Not UTF-8; read as {eastern.NAMES[found]}, which all of it fits.")
    pages = _pages(odd)
    if good > 5 * bad:
        said = " or ".join(_NAMES.get(page, page) for page in pages)
        return Encoding("utf-8", _by_line(*pages), f"Mostly UTF-8; {bad:,} stray bytes were read as {said}.")
    if good > bad / 10 or len(pages) > 1:
        said = " and ".join((*(("UTF-8",) if good > bad / 10 else ()), *pages))
        note = f"Its lines are not all in one encoding but in {said}: each is read as what fits it."
        return Encoding("utf-8", _by_line(*pages), note)
    best = pages[0]
    return Encoding(best, "replace", f"Not UTF-8; read as {best}, which fits its letters best.")


def _pages(odd: bytes) -> tuple[str, ...]:
    """Return the code page of the lines in `odd`, and another one where some lines clearly are in that."""

    def fitting(text: bytes) -> str:
        return max(_SINGLE_BYTE, key=lambda page: (_score(text, page), -_SINGLE_BYTE.index(page)))

    best, lines = fitting(odd), odd.split(b"\n")
    others = Counter(_best(line, (best, *_SINGLE_BYTE)) for line in lines)
    del others[best]
    if not others or others.most_common(1)[0][1] <= len(lines) / 100:
        return (best,)
    second = others.most_common(1)[0][0]
    rest = b"\n".join(line for line in lines if _best(line, (best, second)) == best)
    return tuple(dict.fromkeys((fitting(rest) if rest.strip() else second, second)))


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte is 0, or what is a line's end then is one, and so are the separators."""
    if len(head) < 4:
        return None
    even, odd = head[0::2].count(0) / (len(head) / 2), head[1::2].count(0) / (len(head) / 2)
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    if even > 0.4 and odd < 0.1:
        return "utf-16-be"
    if min(even, odd) > 0.01 or max(even, odd) < 0.05:
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(name, "replace")
    written = sum(sign.isprintable() or sign in "\r\n\t" for sign in text)
    return name if "\n" in text and written > 0.98 * len(text) else None


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
                        first, last = _line(data, stop)
                        around += data[max(first, stop - 40) : min(last, stop + 40)] + b"\n"
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
            if "\u0400" <= sign <= "\u04ff" and any(s.isascii() and s.isalpha() for s in (before, after)):
                score -= 1  # no word mixes Latin and Cyrillic letters
                continue
            shouting = sign.isupper() and before.islower()
            score += (0.2 if shouting else 1.0) if beside else -0.5
        elif sign in "€£°’‘“”–—…®™©§«»½¼²³µ·•¡¿\u00a0":
            score += 0.5
        else:
            score -= 1
    return score
