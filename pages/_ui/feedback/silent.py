"""The accounts that a survey did not hear from, as a list to work through."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui import door, download, empty, formats, frames, segment_save, state
from pages._ui.feedback import feedback_parts
from pages._ui.filter_bar import Asked

SHOWN = 500
STATES = {"asked": "Asked, no answer", "not_asked": "Not asked", "silent": "No answer"}
OF_TICKETS = {"asked": "Rated no ticket", "not_asked": "Had no ticket"}
ORDERS = {"mrr": "MRR", "size": "Size", "tenure": "Tenure"}


def show(survey: str, found: Any, asked: Asked, given: dict[str, Any]) -> None:
    """Show how many did not answer and what they bring, and list them, the largest first."""
    if found.kind == "seen":
        return
    st.subheader("Who did not answer", anchor=False)
    counts = door.ask("heard_states", survey, **given)
    silent = counts[counts["state"] != "heard"]
    if silent.empty:
        st.caption(
            "Every customer answered." if found.accounts else "There are no customers at the end of this period."
        )
        return
    st.markdown(formats.literal(_sentence(silent, found)))
    chosen, order = _controls(silent, found)
    states = [chosen] if chosen else list(silent["state"])
    total = int(silent.loc[silent["state"].isin(states), "accounts"].sum())
    page = _page(total)
    words: dict[str, Any] = {"states": states, "order": order, **given}
    frame = door.ask("silent", survey, limit=SHOWN, offset=SHOWN * (page - 1), **words)
    if empty.left_out(frame, customer_id="Who they are"):
        return
    told = names(found)
    _table(frame, told)
    with st.container(horizontal=True, vertical_alignment="center"):
        first = SHOWN * (page - 1) + 1
        which = f"{formats.count(first)} to {formats.count(first + len(frame) - 1)} of " if total > SHOWN else ""
        st.caption(f"{which}{formats.plural(total, 'customer')}.", width="stretch")
        name = f"{survey} {told[chosen].lower() if chosen else 'without an answer'}"
        segment_save.popover(
            f"{told.get(chosen, 'No answer')}, {asked.span}", door.ask("silent", survey, **words)["customer_id"],
            key="silent",
        )  # fmt: skip
        download.table(lambda: door.ask("silent", survey, **words), key="silent_files", name=name)


def names(found: Any) -> dict[str, str]:
    """Return what the states of accounts are called."""
    return STATES | (OF_TICKETS if found.of_tickets else {})


def _sentence(silent: pd.DataFrame, found: Any) -> str:
    currency = door.settings()["currency"]
    parts = []
    for row in silent.to_dict("records"):
        n = int(row["accounts"])
        was = "was" if n == 1 else "were"
        who = formats.plural(n, "customer")
        said = {"asked": f"{who} {was} asked and did not answer", "not_asked": f"{who} {was} not asked",
                "silent": f"{who} did not answer"}[row["state"]]  # fmt: skip
        if found.of_tickets:
            said = f"{who} {'had tickets and rated none' if row['state'] == 'asked' else 'had no ticket'}"
        if found.money and not formats.is_missing(row["mrr_share"]):
            bring = formats.value(row["mrr"], "money", currency)
            said += f" ({bring} MRR, {formats.value(row['mrr_share'], 'share')} of all)"
        parts.append(said)
    return f"{'; '.join(parts)}."


def _controls(silent: pd.DataFrame, found: Any) -> tuple[str, str]:
    """Let the reader choose a state and an order."""
    known = list(silent["state"])
    chosen = state.get("silent") if state.get("silent") in known else ""
    sizes = any(a.name == "company_size" for a in door.attributes())
    orders = [n for n in ORDERS if (n != "mrr" or found.money) and (n != "size" or sizes)]
    order = state.get("order") if state.get("order") in orders else orders[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if len(known) > 1:
            told = names(found)
            st.segmented_control("Which", ["", *known], format_func=lambda s: told.get(s, "All"), required=True,
                                 **state.bind("silent", value=chosen))  # fmt: skip
        if len(orders) > 1:
            st.selectbox("Largest first by", orders, format_func=ORDERS.get, width=150,
                         **state.bind("order", value=order))  # fmt: skip
    return chosen, order


def _page(total: int) -> int:
    pages = -(-total // SHOWN)
    if pages < 2:
        return 1
    given = state.get("page")
    page = min(int(given), pages) if given.isdecimal() and len(given) < 9 and int(given) else 1
    st.session_state["url_page"] = page
    st.number_input(f"Page of {pages}", 1, pages, key="url_page", width=130, on_change=_turned)
    return page


def _turned() -> None:
    state.update(page=str(st.session_state["url_page"]))


def _table(frame: pd.DataFrame, told: dict[str, str]) -> None:
    currency = door.settings()["currency"]

    def days(name: str, last: bool = False) -> list[str] | None:
        say = formats.last_day if last else formats.day
        return None if name not in frame else ["" if formats.is_missing(v) else say(v) for v in frame[name]]

    shown = pd.DataFrame(
        {
            "Customer": frame["customer_id"],
            "Name": frame.get("name"),
            "State": frame["state"].map(told),
            "MRR": None if "mrr" not in frame else [formats.value(v, "money", currency) for v in frame["mrr"]],
            "Size": frame.get("company_size"),
            "CSM": frame.get("csm"),
            "Renews": days("renews_at"),
            "Last asked": days("asked_last"),
            "Last answer ever": days("last_answer_at"),
            "In survey": None if "last_survey" not in frame else frame["last_survey"].map(_survey),
            "Last contact": days("last_contact_at"),
            "Customer since": days("since"),
            "File and rows": frame.get("_rows"),
            "File": None if "_rows" in frame else frame["_source"],
            "Row": None if "_rows" in frame else frame["_row"],
        }
    )
    shown = shown.replace("", None).dropna(axis="columns", how="all").astype(object)
    shown = shown.where(shown.notna(), "")
    frames.show(shown, height=min(38 + 35 * len(shown), 420), alt="Customers that did not answer")


def _survey(name: Any) -> str:
    """Return what a survey is called, '' for none."""
    known = feedback_parts.SURVEYS.get(name)
    return known[0] if known else "" if formats.is_missing(name) else str(name).capitalize()
