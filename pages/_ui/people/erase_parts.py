"""Erasing a customer from a workspace: what would go is shown first, the id typed again, and a proof is left."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.errors import CSMetricsError
from pages._ui import door, download, errors, formats, frames, state
from pages._ui.serving import jobs

LOOKED = "_erase_looked"
DONE = "_erase_done"


def show() -> None:
    """Offer to erase a customer, and show the proofs of those that were."""
    st.subheader("Erase a customer", anchor=False)
    st.markdown(
        "Everything about one customer goes, from the files as they came, every version, caches, notes and filters. A "
        "frozen link that showed it says that it has changed. **Nobody can undo it.**"
    )
    key = f"erase:{state.workspace()}"
    job = jobs.find(key)
    if job is not None and not job.done:
        jobs.wait(job, "erasing", stoppable=False)
    if job is not None:
        jobs.forget(key)
        if job.error is None:
            st.session_state[DONE] = job.result.erasure
            st.session_state.pop(LOOKED, None)
        else:
            errors.show(job.error)
    _look()
    looked = st.session_state.get(LOOKED)
    if looked and looked["workspace"] == state.workspace():
        _confirm(looked, key)
    _proofs()


def _look() -> None:
    with (
        st.form("erase_look", border=True),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        customer = st.text_input("Customer's id", max_chars=300, width=280, key="erase_customer")
        others = st.multiselect(
            "Further ids of the same customer", [], accept_new_options=True, placeholder="None, or type them",
            width=360, key="erase_others", help="Ids that were said to be one with it under 'Who is who' go too.",
        )  # fmt: skip
        pressed = st.form_submit_button("Show what would go", icon=":material/search:")
    if not pressed:
        return
    st.session_state.pop(LOOKED, None)
    st.session_state.pop(DONE, None)
    try:
        with st.spinner("Looking through every file and version …"):
            found = door.workspace().erasure(customer.strip(), ids=others)
    except CSMetricsError as error:
        errors.show(error)
        return
    st.session_state[LOOKED] = {
        "workspace": state.workspace(), "customer": customer.strip(), "ids": others, "found": found,
    }  # fmt: skip


def _confirm(looked: dict[str, Any], key: str) -> None:
    customer = looked["customer"]
    with st.container(border=True, gap="small", key="erase_confirm"):
        st.markdown(f"**What would go of {formats.literal(customer)}**")
        listing(looked["found"].went, key="erase_plan", name="what would go")
        _look_at(looked["found"])
        links = len(looked["found"].links)
        if links:
            st.markdown(
                f":orange[:material/link:] {formats.plural(links, 'frozen link')} will say that it has changed."
            )
        with st.form("erase_confirm_form", border=False):
            reason = st.text_input("Reason, for the proof", max_chars=300, placeholder="On request", key="erase_reason")
            typed = st.text_input("Type the customer's id to confirm", key="erase_typed", autocomplete="off")
            pressed = st.form_submit_button("Erase for good", type="primary", icon=":material/delete_forever:")
    if not pressed:
        return
    if typed.strip() != customer:
        st.error("That is not the customer's id: nothing was erased.", icon=":material/error:")
        return
    workspace = door.workspace()
    jobs.start(
        key, lambda job: workspace.erase_customer(customer, ids=looked["ids"], reason=reason, progress=job.report)
    )
    st.rerun()


def _look_at(found: Any) -> None:
    for row in found.whole:
        said = f"**{formats.literal(row['where'])}**: {formats.literal(row['what'])}"
        st.markdown(f":orange[:material/warning:] {said}")
    if found.look_at:
        st.markdown(":orange[:material/visibility:] **To look at yourself**, for people write freely:")
        for row in found.look_at:
            st.markdown(
                f"- {formats.literal(row['where'])}: {formats.count(row['count'])} {formats.literal(row['what'])}"
            )


def listing(went: list[dict[str, Any]], *, key: str, name: str) -> None:
    """Show what goes or went, place by place, and offer it as a file."""
    if not went:
        st.caption("Nothing of it is here.")
        return
    frame = pd.DataFrame(went)
    # what may be long stands last: on a phone the numbers are seen without moving the table
    shown: dict[str, list[Any]] = {"Where": list(frame["where"]), "How many": list(frame["count"])}
    if "bytes" in frame:
        shown["Size"] = ["" if formats.is_missing(size) else formats.size(int(size)) for size in frame["bytes"]]
    shown["What"] = list(frame["what"])
    widths: dict[str, Any] = {"Where": "medium", "How many": 90, "Size": 90}
    columns = {column: st.column_config.Column(width=widths[column]) for column in shown if column in widths}
    frames.show(shown, alt=name.capitalize(), height="content" if len(frame) <= 12 else 440, column_config=columns)
    download.table(frame, key=key, name=name, numbers=False)


def _proofs() -> None:
    """Show each erasure with its proof."""
    proofs = door.workspace().erasures()
    if not proofs:
        return
    st.markdown(f"**{formats.plural(len(proofs), 'erasure')} so far**; a proof lists what went, and names nobody.")
    for proof in proofs:
        new = proof.erasure == st.session_state.get(DONE)
        who = f" by {formats.literal(proof.who)}" if proof.who else ""
        done = "" if proof.finished_at else ", not finished: it goes on when the workspace is next opened"
        label = f"{formats.instant(proof.happened_at)}{who}{done}"
        with st.expander(label, icon=":material/verified:", expanded=new, key=f"proof_{proof.erasure}"):
            if new:
                st.success("It is erased.", icon=":material/check:")
            if proof.reason:
                st.markdown(f"Reason: {formats.literal(proof.reason)}")
            listing(proof.went, key=f"proof_table_{proof.erasure}", name=f"erasure {proof.erasure}")
            _look_at(proof)
            advice(proof, f"erasure-{proof.erasure}")


def advice(proof: Any, name: str) -> None:
    """Show what is out of reach here, and offer the whole proof as JSON."""
    for sentence in proof.advice:
        st.caption(sentence)
    said = json.dumps(proof.to_json(), indent=1, ensure_ascii=False)
    st.download_button(
        "The proof (JSON)", said, file_name=f"{name}.json", mime="application/json", icon=":material/download:",
        type="tertiary", on_click="ignore", key=f"json_{name}",
    )  # fmt: skip
