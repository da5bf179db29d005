"""The gate before every page: who must sign in does so first; who may see nothing is told why, and what to do."""

from __future__ import annotations

import streamlit as st

from pages._ui import access, formats, workspaces
from pages._ui.access import Mode


def passed() -> bool:
    """Return whether the page may be shown to whoever asks; else show what stands in the way."""
    why = access.barred()
    if why:
        st.error(formats.literal(why), icon=":material/lock:")
        return False
    if access.signed_in():
        return True
    _sign_in()
    return False


def _sign_in() -> None:
    with st.container(width=520, key="sign_in"):
        st.title("cs-metrics", anchor=False)
        unproved = access.unproved()
        if unproved:
            st.error(
                f"You signed in as {formats.literal(unproved)}, and the provider does not say that this address is "
                "yours. Have it verified there, or sign in with another one.", icon=":material/error:",
            )  # fmt: skip
            st.button("Sign out", icon=":material/logout:", on_click=st.logout)
            return
        st.write("Customer-success numbers that open to their formula, their SQL and their rows. Sign in to see yours.")
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)


def person() -> None:
    """Show who is here, in the workspace menu: with the way out, or that nobody has to sign in."""
    mode = access.mode()
    if mode is Mode.SIGN_IN:
        st.caption(f"Signed in as {formats.literal(access.who())}")
        st.button("Sign out", icon=":material/logout:", on_click=st.logout, key="sign_out")
    elif mode is Mode.ALONE:
        st.caption(":material/lock: On this machine only: no sign-in, and nobody else can reach it.")
    else:
        st.caption(":material/warning: Open: whoever reaches this server may read and change everything.")


def nothing_yet() -> bool:
    """Return whether the person sees no workspace of theirs, so that the app can say what to do."""
    return access.mode() is Mode.SIGN_IN and workspaces.names() == [workspaces.SAMPLE] and not access.may_create()
