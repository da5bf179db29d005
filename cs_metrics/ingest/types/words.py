"""Words that stand for nothing, for true and for false."""

from __future__ import annotations

TRUE = frozenset(
    (
        "true",
        "t",
        "yes",
        "y",
        "1",
        "1.0",
        "on",
        "x",
        "ja",
        "j",
        "wahr",
        "oui",
        "o",
        "vrai",
        "si",
        "sí",
        "s",
        "sim",
        "да",
        "tak",
        "✓",
        "✔",
        "checked",
    )
)
FALSE = frozenset(
    (
        "false",
        "f",
        "no",
        "n",
        "0",
        "0.0",
        "off",
        "nein",
        "falsch",
        "non",
        "faux",
        "não",
        "nao",
        "нет",
        "nie",
        "✗",
        "✘",
        "unchecked",
    )
)

# Safe to take as 'nothing' even where free text is expected: no one is called #N/A.
NOTHING = frozenset(
    (
        *("null", "(null)", "<null>", "\\n", "n/a", "nan", "<na>", "#n/a", "#null!", "#value!", "#ref!", "#div/0!"),
        *("#spill!", "#calc!", "#getting_data", "#field!", "#blocked!", "#connect!", "#unknown!", "#error!"),
        *("#nv", "#wert!", "#bezug!", "#zahl!", "#n/d", "#valeur!", "#nombre!", "#nom?", "#¡ref!", "#¡valor!"),
        *("#name?", "#num!", "err:502", "err:504", "err:508", "err:522"),
    )
)
# Only where the column otherwise holds numbers, dates or booleans: 'None' may well be an offer's name.
NOTHING_TYPED = (
    NOTHING
    | frozenset(
        (
            "na",
            "none",
            "nil",
            "-",
            "--",
            "—",
            "–",
            "?",
            ".",
            "missing",
            "unknown",
            "not available",
            "not applicable",
            "nat",
        )
    )
    | frozenset(
        (
            "n.a.",
            "k.a.",
            "tbd",
            "(blank)",
            "(empty)",
            "undefined",
            "*",
            "0000-00-00",
            "0000-00-00 00:00:00",
        )
    )
)
