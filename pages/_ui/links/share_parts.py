"""Sharing from a page: the dialog that makes a link, and the word to its owner where one is open to all."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

from cs_metrics.errors import CSMetricsError
from cs_metrics.schema import TABLES, Type
from cs_metrics.workspace.kept import link_pages, people
from cs_metrics.workspace.kept.links import ANYONE, LEAST, MEMBERS, NOTE, PASSWORD, TITLE
from pages._ui import door, errors, filter_bar, formats, routes, state, where
from pages._ui.links import linked, share_subject
from pages._ui.links.share_subject import Subject
from pages._ui.serving import access
from pages._ui.serving.access import Mode

FILTERS = {
    "open": "Readers may change them",
    "locked": "Locked: readers see them",
    "hidden": "Locked, and not seen, nor the columns they are made of",
}
AUDIENCES = {MEMBERS: "Members of this workspace", "people": "These people", ANYONE: "Anyone who has the link"}
NAMING = ("name", "email", "customer_id", "user_id", "respondent_name", "domain")
OWN = ("ws", "v", "def", "link")


def button(page: str) -> None:
    """Offer to share the page, or what it is about, to those who may."""
    if _may_share() and st.button("Share", icon=":material/share:", key="share"):
        subject = share_subject.of(page or "overview")
        title = "Share this page" if not subject.why else f"Share the page '{subject.title}'"
        st.dialog(title, width="large", icon=":material/share:")(_dialog)(subject)


def _may_share() -> bool:
    try:
        return door.may("share") and door.latest_number() is not None
    except CSMetricsError:  # the page says what is wrong
        return False


def open_to_everyone() -> None:
    """Tell who may know it, on every visit, that this page is open to everyone who has a link."""
    if linked.token() or not door.may("links"):
        return
    page = state.page()
    found = [row for row in door.workspace().links() if row["audience"] == ANYONE and not gone(row)]
    here = [row for row in found if page in link_pages.shown(row)]
    if here:
        links = formats.plural(len(here), "link")
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="open_to_everyone"):
            st.badge(f"Open to everyone who has the address: {links}", icon=":material/public:", color="orange")
            routes.link("links", "See who looked, or take it back")


def gone(row: dict[str, Any]) -> str:
    """Return why a link opens nothing any more: 'taken back', 'expired', or ''."""
    if row["revoked_at"] is not None:
        return "taken back"
    return "expired" if row["expires_at"] is not None and row["expires_at"] <= _now() else ""


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _dialog(subject: Subject) -> None:
    place = st.empty()
    made = ""
    with place.container(), errors.shown():
        made = _form(subject)
    if made:
        place.empty()
        _made(made)


def _form(subject: Subject) -> str:
    """Ask what the link shows, and to whom; return its address once it is made, else ''."""
    if subject.why:
        st.info(f"{subject.why} The link is to '{subject.title}'.", icon=":material/info:")
    asked = filter_bar.read()
    frozen = st.radio(
        "What it shows", [False, True], horizontal=True, key="share_frozen",
        format_func={False: "Always the latest data", True: f"Frozen: version {door.view().number}, as it is now"}.get,
        help="A frozen link goes on showing these data under today's definitions, whatever is loaded or changed later.",
    )  # fmt: skip
    left, right = st.columns(2)
    title = left.text_input("Title", max_chars=TITLE, placeholder="March review", key="share_title")
    note = right.text_input("Note to the readers", max_chars=NOTE, key="share_note")
    audience, addresses = _audience()
    left, right = st.columns(2)
    last = left.date_input(
        "Opens until", value=None, min_value=date.today(), key="share_until", help="Empty: until you take it back."
    )
    password = right.text_input(
        "Password",
        type="password",
        max_chars=PASSWORD,
        autocomplete="new-password",
        key="share_password",
        help="Empty: none.",
    )
    pages = st.radio(
        "Pages", ["page", "all"], horizontal=True, key="share_pages",
        format_func={"page": f"'{subject.title}', and what opens its numbers", "all": "All pages of analysis"}.get,
    )  # fmt: skip
    with st.expander("What it leaves out", icon=":material/visibility_off:"):
        kept = _nothing_left_out(subject) if subject.whole else _left_out(asked.where)
    if not st.button("Make the link", type="primary", icon=":material/link:", key="share_make"):
        return ""
    named = [people.address(each) for each in re.split(r"[\s,;]+", addresses) if each]
    whom = named if audience == "people" else audience
    ends = datetime.combine(last + timedelta(days=1), time()) if last else None
    given = {
        "title": title, "note": note, "frozen": frozen, "audience": whom, "password": password or None,
        "expires_at": ends, "pages": pages, **kept,
    }  # fmt: skip
    return _share(subject, asked, given)


def _audience() -> tuple[str, str]:
    if access.mode() is not Mode.SIGN_IN:
        st.caption(
            ":material/info: Nobody signs in here: whoever reaches this server sees everything, with a link or without "
            "one. A link keeps something from its readers where people sign in (People says how)."
        )
        return ANYONE, ""
    chosen = st.radio("Who may open it", list(AUDIENCES), format_func=AUDIENCES.get, horizontal=True, key="share_who")
    if chosen == ANYONE:
        st.caption(":material/public: Without sign-in: whoever gets the address sees what the link shows.")
    if chosen != "people":
        return chosen, ""
    return chosen, st.text_input("Their e-mail addresses", placeholder="ana@acme.com, ben@acme.com", key="share_people")


def _nothing_left_out(subject: Subject) -> dict[str, Any]:
    st.caption(
        f"Nothing: '{subject.title}' {link_pages.WHOLE[subject.page]}, so it is shown whole or not at all. To leave "
        "something out, share another page, such as the Overview."
    )
    return {"hidden": [], "masked": [], "least": None, "filters": "open"}


def _left_out(held: where.Where) -> dict[str, Any]:
    """Ask for filters, columns and small cells; return the arguments of `share` that say so."""
    said = f" (now: {formats.literal(where.sentence(held))})" if held else " (now: none)"
    columns = _columns()
    hidden = st.multiselect(
        "Columns left out", columns, format_func=columns.get, key="share_hidden", placeholder="None",
        help="They do not exist for the readers: not in rows, filters, downloads or errors.",
    )  # fmt: skip
    masked = st.multiselect(
        "Columns with made-up values", [c for c in columns if c not in hidden], format_func=columns.get,
        key="share_masked", placeholder="None",
        help="Each value is replaced by one that says nothing, the same throughout the link.",
    )  # fmt: skip
    small = st.number_input(
        "Hide what counts fewer than", min_value=LEAST[0], max_value=LEAST[1], value=None, key="share_least",
        placeholder="Nothing is hidden",
        help="The period is then fixed to the one that is shown, and lists of customers are left out.",
    )  # fmt: skip
    redacted = bool(hidden or masked or small)
    options = [name for name in FILTERS if not redacted or name != "open"]
    filters = st.radio(f"Filters{said}", options, format_func=FILTERS.get, horizontal=True, key="share_filters")
    if redacted:
        st.caption("What is left out could be had by subtraction if readers could filter: so they cannot.")
    return {"hidden": hidden, "masked": masked, "least": small, "filters": filters}


def _columns() -> dict[str, str]:
    """Return the columns that name somebody or are an amount, then all that can be filtered by; with their words."""
    there = door.mapped_columns()
    naming = {column: f"{column.replace('_', ' ')} (everywhere)" for column in NAMING if _anywhere(column, there)}
    money = {
        f"{table}.{column.name}": f"{column.name.replace('_', ' ')} (amount in {table.replace('_', ' ')})"
        for table, columns in there.items()
        for column in TABLES[table].columns
        if column.type is Type.MONEY and column.name in columns
    }
    others = {each.name: f"{each.label} ({each.of})" for each in door.attributes() if each.name not in naming}
    return naming | money | others


def _anywhere(column: str, there: dict[str, frozenset[str]]) -> bool:
    return any(column in columns for columns in there.values())


def _share(subject: Subject, asked: filter_bar.Asked, given: dict[str, Any]) -> str:
    """Make the link and return its address."""
    open_filters = given["filters"] == "open"
    gone = OWN if open_filters else (*OWN, *linked.FILTERS)
    own = st.query_params if not subject.why else [name for name in st.query_params if name in state.CARRIED]
    params = {name: state.get(name) for name in own if name not in gone} | subject.params
    question = asked.question
    if given["least"] and question.since and question.until:
        params |= {"period": "custom", "since": str(question.since), "until": str(question.until)}
        given |= {"since": question.since, "until": question.until, "grain": question.grain,
                  "by": next(iter(question.by), None)}  # fmt: skip
    token = door.workspace().share(
        subject.page, params, version=door.view().number, definitions=door.definitions(),
        where={} if open_filters else asked.where, **given,
    )  # fmt: skip
    return address(token)


def address(token: str) -> str:
    """Return the address of a link, from where this server was reached."""
    here = urlsplit(st.context.url or "http://localhost:8501")
    base = "/" + str(st.get_option("server.baseUrlPath") or "").strip("/")
    query = urlencode({"ws": state.workspace(), "link": token})
    return f"{here.scheme}://{here.netloc}{base.rstrip('/')}/?{query}"


def _made(made: str) -> None:
    st.success("The link is made. Copy it now: it cannot be shown again.", icon=":material/check:")
    st.code(made, language=None, wrap_lines=True)
    if access.mode() is Mode.ALONE:
        st.caption("This cs-metrics answers this machine only: nobody else can open the link, until it is hosted.")
    routes.link("links", "All links of this workspace: who opened them, and taking them back", icon=":material/list:")
