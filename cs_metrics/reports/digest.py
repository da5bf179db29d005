"""The digest of a publish: which rules fired, for whom and why, as sentences, text or HTML."""

from __future__ import annotations

import html as escaping
from collections.abc import Mapping
from datetime import date
from typing import Any

MOST = 5
"""So many accounts of a rule are named in its sentence; the text and the HTML list them all."""


def sentences(digest: Mapping[str, Any]) -> list[str]:
    """Return what rules did, a sentence each, those that opened to-dos first."""
    if not digest["rules"]:
        return [f"No rule was on when version {digest['version']} was published."]
    said = [_head(rule) for rule in _ordered(digest)]
    late = f", {digest['overdue']:,} of them overdue" if digest["overdue"] else ""
    return [*said, f"{_count(digest['open'], 'to-do')} {_is(digest['open'])} open in all{late}."]


def text(digest: Mapping[str, Any]) -> str:
    """Return the digest as plain text, every new to-do a line."""
    lines = [title(digest), ""]
    for rule in _ordered(digest):
        lines.append(_head(rule, named=False))
        lines += [f"  - {_whose(row)}: {row['why']} ({_due(row)})" for row in rule["opened"]]
        lines += [f"  - ended: {_whose(row)}. {row['ended_why']}" for row in rule["ended"]]
    return "\n".join([*lines, *([""] if digest["rules"] else []), digest["sentences"][-1]]) + "\n"


def html(digest: Mapping[str, Any]) -> str:
    """Return the digest as one HTML page that stands alone and that mail programs show."""
    parts = [f"<h1>{_safe(title(digest))}</h1>"]
    for rule in _ordered(digest):
        rows = "".join(f"<li><b>{_safe(_whose(row))}</b>: {_safe(row['why'])} <small>({_safe(_due(row))})</small></li>"
                       for row in rule["opened"])  # fmt: skip
        rows += "".join(f"<li>ended: {_safe(_whose(row))}. {_safe(row['ended_why'])}</li>" for row in rule["ended"])
        parts.append(f"<h2>{_safe(rule['name'])}</h2><p>{_safe(_head(rule, named=False))}</p><ul>{rows}</ul>")
    parts.append(f"<p>{_safe(digest['sentences'][-1])}</p>")
    style = "body{font:15px/1.5 sans-serif;max-width:44em;margin:2em auto;padding:0 1em}h1{font-size:1.4em}"
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_safe(title(digest))}</title>'
            f"<style>{style}</style></head><body>{''.join(parts)}</body></html>")  # fmt: skip


def title(digest: Mapping[str, Any]) -> str:
    """Return 'To-dos of acme, version 12'."""
    return f"To-dos of {digest['workspace']}, version {digest['version']}"


def _ordered(digest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return sorted(digest["rules"], key=lambda rule: (-len(rule["opened"]), -rule["accounts"], rule["name"]))


def _head(rule: Mapping[str, Any], named: bool = True) -> str:
    name = rule["name"]
    if rule["error"]:
        return f"{name}: not evaluated. {rule['error']}"
    said = f" {rule['said']}" if rule["said"] else ""
    opened, ended = rule["opened"], rule["ended"]
    if not rule["accounts"]:
        told = f"{name}:{said} No account."
    else:
        count = rule["accounts"]
        new = "new" if count == 1 else "all new" if len(opened) == count else f"{len(opened):,} of them new"
        told = f"{name}:{said} {_count(count, 'account')}" + (f", {new}" if opened else ", none of them new")
        listed = [f"{_whose(row)} ({row['why']})" for row in opened[:MOST]] if named else []
        rest = len(opened) - len(listed)
        names = ", ".join(listed) + (f" and {_count(rest, 'other')}" if rest and listed else "")
        told += f": {names}." if names else "."
    if ended:
        told += f" Of {_count(len(ended), 'earlier one')} the condition ended."
    return told


def _whose(row: Mapping[str, Any]) -> str:
    return str(row["account_name"] or row["account"] or "the KPI as a whole")


def _due(row: Mapping[str, Any]) -> str:
    due: date = row["due_on"]
    owner = row["owner"] or "nobody yet"
    return f"{owner}, by {due.day} {due:%B %Y}"


def _count(count: int, one: str) -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _safe(value: Any) -> str:
    return escaping.escape(str(value))
