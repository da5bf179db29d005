"""The gate before every page: who must sign in does so first; who may see nothing is told why, and what to do."""

from __future__ import annotations

import streamlit as st

from cs_metrics.errors import NotAllowedError, PasswordNeededError
from pages._ui import errors, formats, routes
from pages._ui.links import linked
from pages._ui.people import naming, workspaces
from pages._ui.serving import access
from pages._ui.serving.access import Mode


def passed() -> bool:
    """Return whether the page may be shown to whoever asks; else show what stands in the way."""
    why = access.barred()
    if why:
        st.error(formats.literal(why), icon=":material/lock:")
        return False
    if linked.token():
        return _by_link()
    if not access.signed_in():
        _sign_in()
        return False
    if _nothing_yet():
        _welcome()
        return False
    return True


def _by_link() -> bool:
    """Return whether the link in the address lets the reader in; else show why not."""
    try:
        linked.enter()
        return True
    except PasswordNeededError:
        return _password()
    except NotAllowedError as error:
        st.error(errors.said(error), icon=":material/link_off:")
    if access.mode() is Mode.SIGN_IN:
        if access.who():
            st.caption(f"You are signed in as {formats.literal(access.who())}.")
            st.button("Sign in as somebody else", icon=":material/logout:", on_click=st.logout)
        else:
            st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)
    return False


def _password() -> bool:
    with st.container(width=420), st.form("link_password"):
        st.write("This link has a password. Whoever sent the link to you knows it.")
        given = st.text_input("Password", type="password", autocomplete="off", max_chars=200)
        pressed = st.form_submit_button("Open", type="primary", icon=":material/lock_open:")
    if not pressed or not given:
        return False
    try:
        linked.enter(given)
    except NotAllowedError as error:
        st.error(errors.said(error), icon=":material/lock:")
        return False
    st.rerun()


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


def _nothing_yet() -> bool:
    """Return whether the person has no workspace, and asked for none."""
    alone = access.mode() is Mode.SIGN_IN and workspaces.names() == [workspaces.SAMPLE]
    return alone and "ws" not in st.query_params and not linked.token()


def _welcome() -> None:
    """Say to who has signed in and belongs to no workspace yet what to do now."""
    who = formats.literal(access.who())
    with st.container(width=560, key="welcome"):
        st.title("Welcome", anchor=False)
        st.markdown(f"You are signed in as **{who}**, and no workspace is yours yet.")
        st.markdown(
            "If your team has one, ask an owner of it to invite this very address: then reload this page. Nobody is "
            "told of workspaces that they do not belong to."
        )
        if access.may_create():
            with st.form("first_workspace"):
                name = st.text_input("Or make one, and load your files into it", placeholder="Acme", max_chars=60)
                made = st.form_submit_button("Create", type="primary", icon=":material/add:")
            if made:
                with errors.shown():
                    naming.begin(name)
        else:
            st.caption("Making workspaces is for some people here only; you are not one of them.")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(
                routes.pages()["overview"], label="Look at the sample company", icon=":material/science:",
                query_params={"ws": workspaces.SAMPLE},
            )  # fmt: skip
            st.button("Sign out", icon=":material/logout:", type="tertiary", on_click=st.logout, key="sign_out")
