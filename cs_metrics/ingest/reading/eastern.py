"""Encodings of Russian (KOI8-R), Japanese, Chinese and Korean text, taken only where the evidence is strong.

A wrong guess of these makes nonsense of every name and no error; text that does not pass all of it is left to the code
pages of the west.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import charset_normalizer

_CHUNK = 1 << 20
_FEWEST = 12  # signs beyond ASCII; fewer prove nothing
_CHAOS, _COHERENCE = 0.1, 0.3
_BESIDE = 0.8  # the share of a script's signs that have one of it beside them
_ASIDE = ("cp1251", "cp1252", "cp850", "cp866", "cp1250", "mac_roman")  # what they are weighed against
NAMES = {
    "koi8_r": "Russian text (KOI8-R)",
    "cp932": "Japanese text (Shift-JIS)",
    "euc_jp": "Japanese text (EUC-JP)",
    "gb18030": "Chinese text (GB18030)",
    "big5": "Chinese text (Big5)",
    "cp949": "Korean text (EUC-KR)",
}


def fitting(path: Path, head: bytes) -> str | None:
    """Return which of `NAMES` the file at `path` is in, whose beginning is `head`; None where that is not sure."""
    whole = head[: head.rfind(b"\n") + 1] or head
    best = charset_normalizer.from_bytes(whole, cp_isolation=[*NAMES, *_ASIDE]).best()
    if best is None or best.encoding not in NAMES or best.chaos > _CHAOS or best.bom:
        return None
    encoding = best.encoding
    try:
        text = whole.decode(encoding)
    except UnicodeDecodeError:
        return None
    signs = [sign for sign in text if not sign.isascii()]
    if len(signs) < _FEWEST or not _OF_SCRIPT[encoding](signs):
        return None
    if encoding == "koi8_r" and best.coherence < _COHERENCE:
        return None
    return encoding if _in_company(text) and _decodes(path, encoding) else None


def _share(signs: list[str], among: Callable[[str], bool]) -> float:
    return sum(map(among, signs)) / len(signs)


def _kana(sign: str) -> bool:
    return "\u3041" <= sign <= "\u30ff"


def _common(encoding: str, first: int, last: int) -> Callable[[list[str]], bool]:
    """Whether nearly all ideographs are of the common half of a character set, which its first byte tells."""

    def test(signs: list[str]) -> bool:
        ideographs = [sign for sign in signs if "\u4e00" <= sign <= "\u9fff"]
        if len(ideographs) < 0.7 * len(signs):
            return False
        return _share(ideographs, lambda sign: first <= sign.encode(encoding)[0] <= last) > 0.9

    return test


_OF_SCRIPT: dict[str, Callable[[list[str]], bool]] = {
    "koi8_r": lambda signs: _share(signs, lambda s: "\u0400" <= s <= "\u04ff") > 0.95,
    "cp932": lambda signs: _share(signs, _kana) > 0.1,
    "euc_jp": lambda signs: _share(signs, _kana) > 0.1,
    "gb18030": _common("gb18030", 0xB0, 0xD7),
    "big5": _common("big5", 0xA4, 0xC6),
    "cp949": lambda signs: _share(signs, lambda s: "\uac00" <= s <= "\ud7a3") > 0.6,
}


def _in_company(text: str) -> bool:
    """Whether the signs beyond ASCII stand together as words do: one alone among Latin letters is a letter misread."""
    together = alone = 0
    for index, sign in enumerate(text):
        if not sign.isascii():
            beside = text[max(0, index - 1) : index] + text[index + 1 : index + 2]
            together += not beside.isascii()
            alone += beside.isascii()
    return together >= _BESIDE * (together + alone)


def _decodes(path: Path, encoding: str) -> bool:
    """Whether every byte of the file is of that encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            return False
    return True
