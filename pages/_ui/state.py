"""The URL is the state. What a page shows follows from its address alone, so that Back, reload and a copied link work.

Parameters, each left out at its default:
`ws` workspace, `link` the token of a shared link, `v` version, `period` preset or 'custom' with `since` and `until`,
`grain`, `seg` saved segment, `where` filters as JSON, `by` breakdown, `cmp` what a value is compared with, `def`
switched definitions as JSON, and a page's own.
A value that is long, or may name a person, is kept in the workspace; the URL has '~' and a short id for it.

Widgets do not own state: before each run they are set from the URL, and their `on_change` calls `update`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from cs_metrics.errors import QueryError
from cs_metrics.kpis.where import names
from pages._ui.links import linked
from pages._ui.people import workspaces

LONG = 300
PERSONAL = ("customer_id", "user_id", "name", "email")
CARRIED = ("ws", "link", "v", "period", "since", "until", "grain", "seg", "where", "by", "cmp", "def")
DEFAULTS = {"period": "last_12_months", "grain": "month", "cmp": "before"}


def get(name: str, default: str = "") -> str:
    """Return a parameter's value as text, or its default."""
    held = linked.opened()
    if held is not None and name in linked.fixed(held):
        shown = held.params if name in linked.RANGE else {}
        return shown.get(name, DEFAULTS.get(name, default))
    raw = st.query_params.get(name, DEFAULTS.get(name, default))
    if raw.startswith("~") and held is None:
        return str(workspaces.open_workspace(workspace()).state(raw[1:])["text"])
    return raw


def get_json(name: str) -> dict[str, Any]:
    """Return the filter that a parameter holds as JSON; {} when it is absent."""
    raw = get(name)
    if not raw:
        return {}
    try:
        value = json.loads(raw)
        names(value)
    except (ValueError, RecursionError):
        raise QueryError(
            f"The address holds a '{name}' that cannot be read. Clear the filters, or ask for the link again."
        ) from None
    return value


def definitions() -> dict[str, Any]:
    """Return the definitions that the URL switches: settings by name; {} where it switches none."""
    raw = get("def")
    if not raw:
        return {}
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise QueryError("The address holds definitions that cannot be read. Ask for the link again.")
    return value


def page() -> str:
    """Return the name of the page that is shown, as it stands in the address; the Overview's at the root."""
    return (urlsplit(st.context.url or "").path.rstrip("/").rpartition("/")[2]) or "overview"


def workspace() -> str:
    """Return the name of the workspace that the URL names; the sample when it names none."""
    return st.query_params.get("ws", workspaces.SAMPLE)


def version() -> int | None:
    """Return the number of the version that the URL names, or None for the latest."""
    raw = get("v")
    if raw and not (raw.isdecimal() and len(raw) < 10):
        raise QueryError(f"The address asks for version '{raw:.20}', which is not one's number.")
    return int(raw) if raw else None


def update(**changes: Any) -> None:
    """Change the URL: None, '' or a default leaves a parameter out. Makes one step for the browser's Back."""
    st.query_params.from_dict(merged(dict(st.query_params), changes))


def link(page_params: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, str]:
    """Return the query of a link to another page: the state that all pages share, with changes and the page's own."""
    carried = {k: v for k, v in st.query_params.items() if k in CARRIED}
    return merged(carried, {**changes, **(page_params or {})})


def bind(name: str, key: str | None = None, value: Any = None) -> dict[str, Any]:
    """Return `key` and `on_change` for a widget that stands for the parameter `name`, set to what the URL says.

    `value` is the parameter's value as the widget's own type, where that is not text.
    """
    key = key or f"url_{name}"
    st.session_state[key] = get(name) if value is None else value
    return {"key": key, "on_change": _changed, "args": (name, key)}


def personal(text: str) -> bool:
    """Say whether a value may say who somebody is: it holds an e-mail address, or asks for a person's id or name."""
    return not text.startswith("~") and ("@" in text or any(f'"{name}"' in text for name in PERSONAL))


def merged(params: dict[str, str], changes: Mapping[str, Any]) -> dict[str, str]:
    """Return parameters with changes made to them, as they stand in a URL."""
    merged = dict(params)
    for name, value in changes.items():
        if value is None or value in ("", [], {}) or value == DEFAULTS.get(name):
            merged.pop(name, None)
            continue
        text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        # the reader of a link keeps nothing in the workspace
        if (text.startswith("~") or len(text) > LONG or personal(text)) and not linked.token():
            keeper = workspaces.open_workspace(merged.get("ws", workspaces.SAMPLE))
            text = "~" + keeper.keep_state({"text": text})
        merged[name] = text
    return merged


def _changed(name: str, key: str) -> None:
    update(**{name: st.session_state[key]})
