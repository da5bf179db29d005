"""The list of links: what each shows and to whom, who opened it, and the button that takes it back."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.errors import CSMetricsError
from cs_metrics.workspace.kept.links import ANYONE, MEMBERS
from pages._ui import door, download, errors, formats, routes
from pages._ui.links import share_parts

SAID = "_link_said"
OPENS_SHOWN = 500
OUTCOMES = {
    "": "opened it",
    "taken back": "tried it after it was taken back",
    "another token": "tried it with an altered address",
    "expired": "tried it after its time",
    "no member": "was no member",
    "not invited": "was not invited",
    "password missing": "was asked for the password",
    "wrong password": "gave a wrong password",
    "too many tries": "tried too many passwords",
}


def show() -> None:
    """Show the links, those that open something first."""
    if not door.may("links"):
        st.info("Editors and owners of this workspace share pages and see who opened them.", icon=":material/lock:")
        return
    if SAID in st.session_state:
        st.success(st.session_state.pop(SAID), icon=":material/check:")
    found = door.workspace().links()
    if not found:
        st.info("Nothing is shared yet. 'Share', at the top of every page, makes a link to it.")
        return
    alive = [row for row in found if not share_parts.gone(row)]
    for row in alive:
        _link(row)
    if not alive:
        st.caption("No link opens anything at present.")
    rest = [row for row in found if share_parts.gone(row)]
    if rest:
        many = "1 link that opens" if len(rest) == 1 else f"{len(rest)} links that open"
        with st.expander(f"{many} nothing any more"):
            for row in rest:
                _link(row)


def _link(row: dict[str, Any]) -> None:
    titles = {name: title for name, title, *_ in (*routes.PAGES, *routes.HIDDEN)}
    dead = share_parts.gone(row)
    with st.container(border=True, key=f"link_{row['link']}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            title = row["title"] or titles.get(row["page"], row["page"])
            st.markdown(f"**{formats.literal(title)}**", width="content")
            if row["frozen"]:
                st.badge(f"Frozen: version {row['version']}", icon=":material/ac_unit:", color="violet")
            else:
                st.badge("Live", icon=":material/update:", color="green")
            if row["audience"] == ANYONE:
                st.badge("Open to everyone who has it", icon=":material/public:", color="orange")
            if dead:
                st.badge(dead.capitalize(), icon=":material/link_off:", color="gray")
            st.space("stretch")
            if not dead:
                st.button(
                    "Take it back", icon=":material/link_off:", key=f"revoke_{row['link']}", on_click=_revoke,
                    args=(row["link"], title), help="At once, for everybody. To share it again, make a new link.",
                )  # fmt: skip
        if row["note"]:
            st.write(formats.literal(row["note"]))
        st.caption(formats.literal(_told(row, titles)))
        _opens(row)


def _told(row: dict[str, Any], titles: dict[str, str]) -> str:
    page = titles.get(row["page"], row["page"])
    what = f"The page '{page}'" if row["pages"] == "page" else f"All pages of analysis, beginning with '{page}'"
    audience = row["audience"]
    whom = {MEMBERS: "members", ANYONE: "everyone who has the address"}.get(str(audience)) or ", ".join(audience)
    told = [f"{what}, for {whom}{', with a password' if row['with_password'] else ''}."]
    if row["filters"] != "open" and row["where"]:
        told.append("Filters are locked." if row["filters"] == "locked" else "Filters are locked and not seen.")
    for name, verb in (("hidden", "Left out"), ("masked", "With made-up values")):
        if row[name]:
            told.append(f"{verb}: {', '.join(row[name])}.")
    if row["least"]:
        told.append(f"Nothing that counts fewer than {row['least']}.")
    by = f" by {row['created_by']}" if row["created_by"] else ""
    told.append(f"Made on {formats.instant(row['created_at'])}{by}.")
    if row["expires_at"]:
        told.append(f"Opens until {formats.instant(row['expires_at'])}.")
    if row["revoked_at"]:
        by = f" by {row['revoked_by']}" if row["revoked_by"] else ""
        told.append(f"Taken back on {formats.instant(row['revoked_at'])}{by}.")
    return " ".join(told)


def _opens(row: dict[str, Any]) -> None:
    tried = door.workspace().link_opens(row["link"], OPENS_SHOWN)
    if not tried:
        st.caption("Nobody has opened it yet.")
        return
    times = formats.plural(row["opened"], "time") if row["opened"] else "never"
    last = f", last on {formats.instant(row['opened_at'])}" if row["opened_at"] else ""
    with st.popover(f"Opened {times}{last}", icon=":material/visibility:", type="tertiary"):
        frame = pd.DataFrame(
            {
                "when (UTC)": [each["opened_at"] for each in tried],
                "who": [each["who"] or "somebody who did not sign in" for each in tried],
                "what": [OUTCOMES.get(each["outcome"], each["outcome"]) for each in tried],
            }
        )
        if len(tried) == OPENS_SHOWN:
            st.caption(f"The latest {formats.count(OPENS_SHOWN)} times.")
        st.dataframe(frame, hide_index=True, alt="Who opened the link, and when")
        download.table(frame, key=f"opens_{row['link']}", name=f"link {row['link']} opened", numbers=False)


def _revoke(link: str, title: str) -> None:
    try:
        door.workspace().revoke_link(link)
    except CSMetricsError as error:
        errors.show(error)
        return
    st.session_state[SAID] = f"'{formats.literal(title)}' is taken back: it opens nothing any more."
