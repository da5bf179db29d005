"""The digest of a publish: what fired, for whom; as text and HTML too."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cs_metrics.reports import digest
from pages._ui import door, download, formats, leave
from pages._ui.todo import changes


def show() -> None:
    """Show what rules did at the version that the address names, or the latest."""
    found = door.workspace().digest(door.view().number)
    when = f"Evaluated {formats.instant(found['evaluated_at'])}" if found["evaluated_at"] else "Not evaluated"
    end = f", on data to {formats.last_day(found['as_of'])}" if found["as_of"] else ""
    st.caption(f"Version {found['version']}. {when}{end}.")
    st.markdown("\n".join(f"- {_bold(said, found)}" for said in found["sentences"]))
    with st.container(horizontal=True, gap="small"):
        if door.may("evaluate_rules") and door.latest_number() == found["version"]:
            st.button("Evaluate now", icon=":material/refresh:", on_click=_evaluate,
                      help="Publishing does it by itself; press it after a rule was switched on.")  # fmt: skip
        name = f"to-dos-version-{found['version']}"
        text, html = (download.later(lambda f=form: f(found)) for form in (digest.text, digest.html))
        st.download_button("As text", text, f"{name}.txt", "text/plain", on_click="ignore")
        st.download_button("As HTML", html, f"{name}.html", "text/html", on_click="ignore")
    leave.given("evaluate_rules", "switch rules on and evaluate them")
    st.caption("From a script or cron: `python -m cs_metrics digest -w FOLDER` (`--html FILE`, `--json`).")


def _bold(said: str, found: dict[str, Any]) -> str:
    """Return a sentence with the name of its rule in bold."""
    name = next((rule["name"] for rule in found["rules"] if said.startswith(f"{rule['name']}:")), "")
    return f"**{formats.literal(name)}**{formats.literal(said[len(name) :])}" if name else formats.literal(said)


def _evaluate() -> None:
    space = door.workspace()
    changes.do(space.evaluate_rules, "The rules looked at the latest version.")
