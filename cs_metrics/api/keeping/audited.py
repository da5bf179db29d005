"""The audit log in plain words: who published, shared, changed, took away or erased what, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from cs_metrics import kpis

Detail = Mapping[str, Any]
NAMED = {"segment": "name", "scorecard": "name", "kpi": "name", "theme": "name", "note": "text", "target": "kpi"}
"""What a line calls the thing whose id it has; later lines about it have the id alone."""
LONGEST = 80


def told(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what each line of a log says, without its who and when: 'published version 4 (append, 3 files)'. The lines
    come the earliest first, for a line on what was taken away knows its name from the one that made it."""
    names: dict[tuple[str, str], str] = {}
    said = []
    for line in lines:
        detail: Detail = line["detail"] or {}
        for what, name in NAMED.items():
            if isinstance(detail.get(what), str) and detail.get(name) and (what != "kpi" or "fact" in detail):
                names[what, detail[what]] = str(detail[name])
        if line["action"] == "link made":
            names["link", str(detail.get("link"))] = _link(detail)
        said.append(_said(line["action"], detail, names))
    return said


def _said(action: str, detail: Detail, names: Mapping[tuple[str, str], str]) -> str:
    words = WORDS.get(action)
    if words is None:  # of a later release
        return f"{action}{_quoted(detail.get('name'))}"
    return words(detail, names) if callable(words) else _filled(words, detail, names)


def _filled(words: str, detail: Detail, names: Mapping[tuple[str, str], str]) -> str:
    """Put into words what they ask for: '{segment}' is the name of that segment, '{email}' what the line has."""
    for what in NAMED:
        if f"{{{what}}}" in words:
            name = detail.get(NAMED[what]) or names.get((what, str(detail.get(what))))
            called = _kpi(str(name), names) if what == "target" and name else f"'{_short(name)}'" if name else "?"
            words = words.replace(f"{{{what}}}", _kpi(str(detail.get("kpi")), names) if what == "kpi" else called)
    for what in ("email", "role", "version", "restored_from", "name", "other", "kept"):
        words = words.replace(f"{{{what}}}", _short(detail.get(what, "?")))
    return words


def _kpi(kpi: str, names: Mapping[tuple[str, str], str]) -> str:
    known = kpis.CATALOGUE.get(kpi)
    return known.name if known else names.get(("kpi", kpi), kpi)


def _short(text: Any) -> str:
    plain = " ".join(str(text).split())
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]} …"


def _quoted(name: Any) -> str:
    return f" '{_short(name)}'" if name else ""


def _count(n: int, one: str) -> str:
    return f"{n:,} {one}" if n == 1 else f"{n:,} {one}s"


def _published(detail: Detail, _: Any) -> str:
    files = {str(load.get("source")).partition(" / ")[0] for load in detail.get("loads") or ()}
    return f"published version {detail.get('version')} ({detail.get('mode')}, {_count(len(files), 'file')})"


def _link(detail: Detail) -> str:
    page = str(detail.get("page", "")).replace("_", " ")
    whom = detail.get("audience")
    out = [f"without {', '.join(detail['hidden'])}"] if detail.get("hidden") else []
    out += [f"{', '.join(detail['masked'])} masked"] if detail.get("masked") else []
    out += [f"filters {detail['filters']}"] if detail.get("filters") not in (None, "open") else []
    about = f" ({'; '.join(out)})" if out else ""
    opens = {"anyone": "for everyone who has it", "members": "for the people of the workspace"}
    reader = opens.get(whom, "") if isinstance(whom, str) else f"for {', '.join(whom or ())}"
    return f"{'frozen' if detail.get('frozen') else 'live'} link to '{page}' {reader}".rstrip() + about


def _revoked(detail: Detail, names: Mapping[tuple[str, str], str]) -> str:
    known = names.get(("link", str(detail.get("link"))))
    return f"took back the {known}" if known else "took back a link"


def _settings(detail: Detail, _: Any) -> str:
    parts = [f"{name.replace('_', ' ')} {_value(value)}".strip() for name, value in sorted(detail.items())]
    return f"changed settings: {_short('; '.join(parts))}" if parts else "changed no setting"


def _value(value: Any) -> str:
    if value is None:
        return "to the default"
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if isinstance(value, dict) else f"to {', '.join(map(str, value)) if isinstance(value, list) else value}"


def _as_of(detail: Detail, _: Any) -> str:
    end = detail.get("as_of")
    return f"let the data count up to {end[:10]}, that day not included" if end else "let the data say how far they go"


def _card(detail: Detail, names: Mapping[tuple[str, str], str]) -> str:
    owner = f" (owner {_short(detail['owner'])})" if detail.get("owner") else ""
    return f"changed the card of {_kpi(str(detail.get('kpi')), names)}{owner}"


def _followed(detail: Detail, _: Any) -> str:
    return f"followed up {_count(len(detail.get('follow_ups') or ()), 'answer')}"


def _unfollowed(detail: Detail, _: Any) -> str:
    return f"took back a follow-up of {_count(int(detail.get('follow_ups') or 0), 'answer')}"


def _merged(detail: Detail, _: Any) -> str:
    count = len(detail.get("merged") or ()) + len(detail.get("found") or ())
    return f"made one theme{_quoted(detail.get('name'))} of {_count(count, 'theme')}"


def _matched(detail: Detail, _: Any) -> str:
    return f"published version {detail.get('version')} with {_count(len(detail.get('same') or ()), 'matched customer')}"


def _erased(detail: Detail, _: Any) -> str:
    versions, links = (len(detail.get(name) or ()) for name in ("versions", "links"))
    shown = f", {_count(links, 'frozen link')} changed" if links else ""
    return f"erased a customer's data everywhere ({_count(versions, 'version')} written anew{shown})"


def _exported(detail: Detail, _: Any) -> str:
    versions, files = (int(detail.get(name) or 0) for name in ("versions", "files"))
    return f"exported the whole workspace ({_count(versions, 'version')}, {_count(files, 'file')})"


def _report(words: str) -> Callable[[Detail, Any], str]:
    def said(detail: Detail, _: Any) -> str:
        period = detail.get("period")
        day = date.fromisoformat(period).isoformat() if period else "?"
        return f"{words} '{detail.get('section')}' of the {detail.get('kind')} report from {day}"

    return said


WORDS: Mapping[str, str | Callable[[Detail, Any], str]] = {
    "publish": _published,
    "restore": "made version {restored_from} the newest again, as version {version}",
    "settings": _settings,
    "as_of": _as_of,
    "save segment": "saved the segment {segment}",
    "delete segment": "deleted the segment {segment}",
    "restore segment": "brought back the segment {segment}",
    "own kpi saved": "saved the KPI {kpi}",
    "own kpi deleted": "deleted the KPI {kpi}",
    "own kpi restored": "brought back the KPI {kpi}",
    "scorecard saved": "saved the scorecard {scorecard}",
    "scorecard deleted": "deleted the scorecard {scorecard}",
    "scorecard restored": "brought back the scorecard {scorecard}",
    "card changed": _card,
    "kpi signed off": "signed off the definition of {kpi}",
    "note pinned": "pinned the note {note}",
    "note changed": "changed the note {note}",
    "note taken away": "took away the note {note}",
    "note restored": "brought back the note {note}",
    "target set": "set a target for {target}",
    "target changed": "changed a target for {target}",
    "target deleted": "deleted a target for {target}",
    "target restored": "brought back a target for {target}",
    "theme pinned": "pinned the theme {theme}",
    "theme changed": "changed the theme {theme}",
    "theme unpinned": "unpinned the theme {theme}",
    "theme restored": "brought back the theme {theme}",
    "themes merged": _merged,
    "theme unmerged": "took the theme {theme} apart again",
    "rule made": "made the rule '{name}'",
    "rule changed": "changed the rule '{name}'",
    "rule deleted": "deleted the rule '{name}'",
    "rule restored": "brought back the rule '{name}'",
    "rule tried": "looked at how the rule '{name}' did in the past",
    "rule switched on": "switched on the rule '{name}'",
    "rule switched off": "switched off the rule '{name}'",
    "rules evaluated": lambda detail, _: (
        f"had {_count(len(detail.get('rules') or ()), 'rule')} look at version {detail.get('version')}"
    ),
    "playbook made": "made the playbook '{name}'",
    "playbook changed": "changed the playbook '{name}'",
    "playbook deleted": "deleted the playbook '{name}'",
    "playbook restored": "brought back the playbook '{name}'",
    "to-do": lambda detail, _: f"changed {_count(len(detail.get('todos') or ()), 'to-do')}",
    "to-do undone": lambda detail, _: f"took back a change of {_count(int(detail.get('todos') or 0), 'to-do')}",
    "follow-up": _followed,
    "follow-up undone": _unfollowed,
    "match accepted": "said that {other} is {kept}",
    "match refused": "said that {other} is not {kept}",
    "match swapped": "called both {kept}, not {other}",
    "match undone": "took back what was said of {kept} and {other}",
    "matches applied": _matched,
    "person invited": "invited {email} as {role}",
    "role changed": "made {email} {role}",
    "person removed": "removed {email}",
    "link made": lambda detail, _: f"made a {_link(detail)}",
    "link revoked": _revoked,
    "report written": _report("wrote"),
    "report restored": _report("put back"),
    "mapping thrown away": "threw away a mapping in progress, with {name}",
    "customer erased": _erased,
    "export": _exported,
    "import": "took in the exported workspace {name}",
}
"""What each action is called, and what it was done to."""
