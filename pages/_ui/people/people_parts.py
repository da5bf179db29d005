"""The people of a workspace on their page: who they are, what they may do, how another one comes in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

from cs_metrics.errors import CSMetricsError
from cs_metrics.workspace.kept.people import Role
from pages._ui import door, errors, formats, shell, state
from pages._ui.people import workspaces
from pages._ui.serving import access
from pages._ui.serving.access import Mode

SAID = "_people_said"
INVITED = "_people_invited"
ROUND = "_people_round"
MAY = {
    Role.VIEWER: "Looks at everything and downloads it: pages, rows, files. Changes nothing.",
    Role.EDITOR: "Also loads and publishes files, changes settings and definitions, keeps notes, targets, segments and "
    "reports, and shares links.",
    Role.OWNER: "Also invites people and gives them roles, reads what was done, exports, erases and deletes.",
}
README = "README.md, 'People and sign-in', says how"


def show() -> None:
    """Show who is here; to owners with all that they can change."""
    _mode()
    _outcome()
    if state.workspace() == workspaces.SAMPLE:
        st.info(
            "The sample company is everyone's to look at, and nobody is invited to it. Make a workspace of your own in "
            "the menu at the top right.", icon=":material/science:",
        )  # fmt: skip
        _roles()
        return
    if not door.may("people"):
        _for_others()
        return
    people = door.workspace().people()
    st.subheader(formats.plural(len(people), "person", "people") if people else "Nobody yet", anchor=False)
    if not any(person["role"] == Role.OWNER for person in people):
        st.warning(
            "This workspace has no owner yet. Where people sign in nobody could open it: invite yourself as owner "
            "first.", icon=":material/key:",
        )  # fmt: skip
    for person in people:
        _person(person)
    _invite()


def _mode() -> None:
    """Say whether people sign in here, and where they do not, what that means."""
    mode = access.mode()
    if mode is Mode.SIGN_IN:
        return
    if mode is Mode.ALONE:
        said = (
            "**Nobody signs in here.** The app answers this machine only, and whoever sits at it may do everything. To "
            f"let a team in, set up sign-in: {README}."
        )
    else:
        said = (
            "**Nobody signs in here, and the app is open:** whoever reaches this server may read and change "
            f"everything, whatever roles say. To let people in one by one, set up sign-in: {README}."
        )
    told = f"{said} You can prepare it: whom you invite today comes in from then on."
    (st.warning if mode is Mode.OPEN else st.info)(told, icon=":material/lock_open:")


def _for_others() -> None:
    space = door.workspace()
    owners, mine = space.owners(), space.role
    st.markdown(f"You are **{mine}** of this workspace.")
    for role, may in MAY.items():
        if mine and mine.may(role):
            st.markdown(f"**{role.capitalize()}**: {may}")
    if owners:
        st.subheader(formats.plural(len(owners), "owner"), anchor=False)
        for owner in owners:
            st.markdown(f":material/key: {formats.literal(owner)}")
    st.caption("An owner invites people, changes roles, and can tell you what was done here.")


def _person(person: dict[str, Any]) -> None:
    email = person["email"]
    only = person["role"] == Role.OWNER and len(door.workspace().owners()) == 1
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", key=f"person_{email}"):
        with st.container(width="stretch", gap=None):
            you = " :gray[(you)]" if email == access.who() else ""
            st.markdown(f"**{formats.literal(email)}**{you}")
            st.caption(_came(person))
        roles = [str(role) for role in Role]
        key = _now(f"role_{email}")
        st.selectbox(
            f"Role of {email}", roles, roles.index(person["role"]), format_func=str.capitalize, width=130, key=key,
            label_visibility="collapsed", disabled=only, on_change=_changed, args=(email, key),
            help="The only owner stays one: make somebody else an owner first." if only else None,
        )  # fmt: skip
        with st.popover(
            "Remove", icon=":material/person_remove:", type="tertiary", disabled=only, key=_now(f"go_{email}")
        ):
            st.markdown(f"{formats.literal(email)} sees this workspace no more, from their next click on.")
            gone = st.button("Remove them", type="primary", key=_now(f"remove_{email}"))
    if gone:
        _remove(email)


def _came(person: dict[str, Any]) -> str:
    by = f" by {formats.literal(person['invited_by'])}" if person["invited_by"] else ""
    seen = f"last here {formats.instant(person['seen_at'])}" if person["seen_at"] else "never here yet"
    return f"Invited{by} on {formats.instant(person['invited_at'])}, {seen}"


def _changed(email: str, key: str) -> None:
    role = st.session_state[key]
    _do(lambda: door.workspace().change_role(email, role), f"{email} is {role} now.")


def _remove(email: str) -> None:
    _do(lambda: door.workspace().remove_person(email), f"{email} was removed.")
    if email == access.who() and st.session_state[SAID][0]:
        st.switch_page(shell.pages()["overview"], query_params={"ws": workspaces.SAMPLE})
    st.rerun()


def _invite() -> None:
    st.subheader("Invite", anchor=False)
    with st.form(_now("invite"), border=True):
        email = st.text_input("E-mail address", placeholder="bo@acme.com", max_chars=254, key=_now("invite_email"))
        role = st.radio(
            "Role", [str(role) for role in Role], format_func=str.capitalize, captions=[MAY[role] for role in Role],
            key=_now("invite_role"),
        )  # fmt: skip
        pressed = st.form_submit_button("Invite", type="primary", icon=":material/person_add:")
        st.caption(
            "They come in by signing in with this very address. The app sends no mail: it gives you the words to send."
        )
    if pressed:
        try:
            kept = door.workspace().invite(email, role)
        except CSMetricsError as error:
            errors.show(error)
            return
        workspaces.forget_roles()
        then = ", once people sign in here."
        if access.mode() is Mode.SIGN_IN:
            st.session_state[INVITED] = (state.workspace(), kept, role)
            then = "."
        st.session_state[SAID] = (True, f"{kept} may come in as {role}{then}")
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
        st.rerun()


def _outcome() -> None:
    """Say what the last change did, after an invitation with the words to send."""
    well, said = st.session_state.pop(SAID, (True, ""))
    if said:
        (st.success if well else st.error)(formats.literal(said), icon=f":material/{'check' if well else 'error'}:")
    space, email, role = st.session_state.get(INVITED, ("", "", ""))
    if email and space == state.workspace():
        with st.container(border=True, gap="small", key="invitation"):
            st.markdown(f":material/mail: **Send this to {formats.literal(email)}**; no mail goes out by itself.")
            st.code(_words(space, email, role), language=None, wrap_lines=True)
            st.button("Done", type="tertiary", icon=":material/close:", on_click=st.session_state.pop, args=(INVITED,))


def _words(space: str, email: str, role: str) -> str:
    whose = f"{access.who()} invites you" if access.who() else "You are invited"
    return (
        f"{whose} to '{space}' in cs-metrics, where our customer-success numbers are, as {role}.\n"
        f"Open {_address(space)} and sign in with {email}."
    )


def _address(space: str) -> str:
    """The address of the workspace's first page, as the person before the screen reaches the app."""
    here = urlsplit(str(st.context.url or "http://localhost:8501/people"))
    folder = here.path.rpartition("/")[0]
    return f"{here.scheme}://{here.netloc}{folder}/overview?{urlencode({'ws': space})}"


def _roles() -> None:
    st.subheader("What each role may do", anchor=False)
    for role, may in MAY.items():
        st.markdown(f"**{role.capitalize()}**: {may}")


def _do(action: Any, said: str) -> None:
    """Change something of the people, and keep for the next run whether that went well."""
    try:
        action()
    except CSMetricsError as error:
        st.session_state[SAID] = (False, str(error))
    else:
        st.session_state[SAID] = (True, said)
    workspaces.forget_roles()
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def _now(key: str) -> str:
    """A widget's key, another after each change: it then shows what is kept."""
    return f"{key}_{st.session_state.get(ROUND, 0)}"
