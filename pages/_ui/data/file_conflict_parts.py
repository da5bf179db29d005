"""The part of 'Who is who' where customer files differ: what each says, which to believe, what that does to KPIs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui import door, download, formats, frames, leave, state
from pages._ui.people import workspaces

LAST = ""  # the choice of the file that was loaded last, in a radio
LOADED_LAST = "Loaded last"


def show() -> None:
    """Show the attributes about which customer files differ, and let a person choose for each whom to believe."""
    found = door.ask("file_conflicts")
    held = door.workspace().settings["believed_files"]
    if found.empty and not held:
        return
    st.subheader("What a customer is: two customer files disagree", anchor=False)
    if found.empty:
        st.caption("No customer of whom two files say different things. What you chose holds for the next upload:")
        for attribute in held:
            _chosen(attribute, held[attribute], {})
        return
    files = {**dict(zip(found["one"], found["one_file"], strict=True)),
             **dict(zip(found["other"], found["other_file"], strict=True))}  # fmt: skip
    each = door.ask("file_conflicts", by="customer")
    with st.container(horizontal=True, vertical_alignment="center"):
        of = formats.plural(each["customer_id"].nunique(), "customer")
        st.caption(f"Of {of} two files say different things. Both are kept; one of them holds.", width="stretch")
        download.table(each, key="file_conflicts", name="customers on which files differ",
                       label="Customers, files and rows", numbers=False)  # fmt: skip
    frames.show(
        [
            {"What": row["attribute"], "Files": f"{row['one_file']} and {row['other_file']}",
             "Customers": row["customers"], "Holds now": _holds(row, held, files)}
            for row in found.to_dict("records")
        ],
        alt="Attributes about which customer files differ, and of how many customers",
    )  # fmt: skip
    counts = each.groupby("attribute")["customer_id"].nunique().sort_values(ascending=False)
    attribute = st.selectbox(
        "About", list(counts.index), key="conflict_about", width=320,
        format_func=lambda name: f"{name} ({formats.plural(int(counts[name]), 'customer')})",
    )  # fmt: skip
    _one(attribute, each[each["attribute"] == attribute], files, held.get(attribute))


def _holds(row: dict[str, Any], held: dict[str, str], files: dict[str, str]) -> str:
    believed = held.get(row["attribute"])
    if believed is not None:
        return f"{files.get(believed, believed)} (believed)"
    for side in ("one", "other"):
        if row[f"{side}_in_force"] == row["customers"]:
            return f"{row[f'{side}_file']} (loaded last)"
    return "The file loaded last"


def _one(attribute: str, told: pd.DataFrame, files: dict[str, str], held: str | None) -> None:
    """Show what the files say of an attribute, and the choice among them."""
    with st.expander(f"What the files say: {formats.literal(attribute)}", key="conflict_rows"):
        frames.show(
            {
                "Customer": told["customer_id"], "File": told["file"], "Row": told["row"], "Value": told["value"],
                "Holds": told["in_force"],
            },
            alt="What each file says of each customer",
        )  # fmt: skip
        download.table(told, key="conflict_rows_files", name=f"what the files say of {attribute}", numbers=False)
    sources = list(dict.fromkeys(told["origin"]))
    if held is not None:
        _chosen(attribute, held, files)
    if st.session_state.get("weigh_files") == attribute or st.button(
        "What each choice does", icon=":material/balance:", key="weigh_conflict"
    ):
        st.session_state["weigh_files"] = attribute
        with st.spinner("Computing the KPIs under each choice …"):
            _effects(attribute, sources, files)
    if not leave.given("set_settings", "choose"):
        return
    options = [LAST, *sources]
    captions = ["Whichever file came in later; a blank in it says nothing."]
    captions += ["This file and every later one of its name, where they say something." for _ in sources]
    picked = st.radio(
        f"Which to believe about {formats.literal(attribute)}", options, captions=captions,
        index=options.index(held) if held in options else 0, key=f"believe_file_{attribute}",
        format_func=lambda name: formats.literal(files[name]) if name else LOADED_LAST,
    )  # fmt: skip
    same = picked == (held or LAST)
    if st.button("Believe it", key="save_believe_file", disabled=same or not _may_change()):
        _keep(attribute, picked or None)
        st.rerun()


def _chosen(attribute: str, held: str, files: dict[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = formats.literal(files.get(held, held))
        st.markdown(
            f":material/check: About **{formats.literal(attribute)}** you believe **{name}**, in this upload and later "
            "ones.", width="stretch",
        )  # fmt: skip
        if door.may("set_settings"):
            st.button("Undo", key=f"unbelieve_{attribute}", type="tertiary", icon=":material/undo:",
                      on_click=_keep, args=(attribute, None), disabled=not _may_change())  # fmt: skip


def _keep(attribute: str, origin: str | None) -> None:
    workspace = door.workspace()
    held = {name: source for name, source in workspace.settings["believed_files"].items() if name != attribute}
    chosen = held if origin is None else {**held, attribute: origin}
    workspace.set_settings({"believed_files": chosen or None})
    st.session_state.pop(f"believe_file_{attribute}", None)


def _effects(attribute: str, sources: list[str], files: dict[str, str]) -> None:
    """Show the KPIs under each choice: those that differ as a whole, then those that differ by the attribute."""
    names = {LAST: LOADED_LAST, **{name: files[name] for name in sources}}
    whole = _beside(door.ask("believing_file", attribute), ["kpi"], names)
    split = pd.DataFrame()
    if any(each.name == attribute for each in door.splits()):
        split = _beside(door.ask("believing_file", attribute, split=True), ["kpi", attribute], names)
    if whole.empty and split.empty:
        st.caption(f"No KPI is another one: {formats.literal(attribute)} decides nothing that is counted here.")
        return
    if whole.empty:
        st.caption(f"The totals are the same under each choice: {formats.literal(attribute)} only splits them.")
    for key, frame, asked in (("whole", whole, {}), ("split", split, {"split": True})):
        if len(frame):
            frames.show(frame, alt="The KPIs that differ, under each choice of whom to believe")
            found = door.ask("believing_file", attribute, **asked).assign(choice=lambda f: f["choice"].replace(names))
            download.table(found, key=f"believing_{key}", name=f"KPIs by whom to believe on {attribute}")
    st.caption("Over the last 12 whole months; MRR at their end. What is the same under each choice is not shown.")


def _beside(found: pd.DataFrame, by: list[str], names: dict[str, str]) -> pd.DataFrame:
    """Return the values of each choice beside each other, in words, of those rows in which they differ."""
    currency = door.settings()["currency"]
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for row in found.to_dict("records"):
        kpi = door.kpi(row["kpi"])
        told = [formats.NOTHING if formats.is_missing(row[name]) else str(row[name]) for name in by[1:]]
        choice = LAST if formats.is_missing(row["choice"]) else row["choice"]
        rows.setdefault((kpi.name, *told), {})[names[choice]] = formats.value(row["value"], kpi.unit, currency)
    return pd.DataFrame([
        {"KPI": key[0], **dict(zip(by[1:], key[1:], strict=True)),
         **{name: values.get(name, formats.NOTHING) for name in names.values()}}
        for key, values in rows.items()
        if len({values.get(name, formats.NOTHING) for name in names.values()}) > 1
    ])  # fmt: skip


def _may_change() -> bool:
    return state.workspace() != workspaces.SAMPLE
