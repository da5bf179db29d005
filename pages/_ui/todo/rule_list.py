"""The rules on the To do page: what each says, what it did last, how it did in the past; on, off, changed, deleted."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cs_metrics.errors import CSMetricsError
from pages._ui import door, errors, formats, leave, state
from pages._ui.todo import changes, rule_form, rule_needs, rule_past, todo_parts


def show() -> None:
    """List the rules; the one that the address names shows its past."""
    mine = leave.given("save_rule", "change rules and switch them on")
    if mine:
        with st.expander("New rule", icon=":material/add:", key=changes.now("rule_new")):
            rule_form.show(rule_form.EMPTY, "new")
    held = door.workspace().rules()
    on = [row for row in held if row["enabled"]]
    if not on:
        todo_parts.nothing("No rule is on.", "Look at how often one was right, then switch it on.")
    off = [row for row in held if not row["enabled"]]
    lacking = {row["rule"]: rule_needs.lacks(row["content"]) for row in off if not row["problem"]}
    able = [row for row in off if not lacking.get(row["rule"])]
    unable = [row for row in off if lacking.get(row["rule"])]
    for heading, rows in (("On", on), ("Off", able), ("Not with these data", unable)):
        if rows:
            st.subheader(f"{heading} ({formats.count(len(rows))})", anchor=False)
        for row in rows:
            _card(row, mine, lacking.get(row["rule"], []))
    if mine:
        space = door.workspace()
        changes.deleted("rule", space.rules(deleted=True), space.restore_rule)


def _card(row: dict[str, Any], mine: bool, lacks: list[str]) -> None:
    chosen = state.get("tried") == row["rule"]
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{formats.literal(row['name'])}**", width="content")
            if row["ready"]:
                st.badge("Comes with the app", color="gray")
        if row["problem"]:
            st.error(formats.literal(row["problem"]), icon=":material/error:")
        st.markdown(formats.literal(_about(row)))
        _last(row)
        if lacks:
            named = ", ".join(f"`{name}`" for name in lacks)
            st.caption(f":material/block: It needs what these data do not have: {named}.")
        with st.container(horizontal=True, gap="small"):
            if not row["problem"] and not lacks:
                _try(row, chosen)
            if mine:
                _ways(row)
        if mine and not row["problem"]:
            with st.expander("Change", icon=":material/edit:", key=changes.now(f"rule_{row['rule']}")):
                rule_form.show(row, row["rule"])
        if chosen and not row["problem"] and not lacks:
            _past(row, mine)


def _about(row: dict[str, Any]) -> str:
    names = {each["playbook"]: each["name"] for each in door.workspace().playbooks()}
    said = f"{row['said'][:1].upper()}{row['said'][1:]}."
    book = names.get(row["playbook"], "none")
    return f"{said} Playbook: {book}."


def _last(row: dict[str, Any]) -> None:
    last = row["last"]
    if last is None:
        return
    if last["error"]:
        st.warning(formats.literal(f"At version {last['version']}: {last['error']}"), icon=":material/warning:")
        return
    said = f"At version {last['version']} it held for {formats.plural(last['accounts'], 'account')}. {last['said']}"
    st.caption(formats.literal(said.strip()))


def _try(row: dict[str, Any], chosen: bool) -> None:
    if chosen:
        st.button("Hide its past", icon=":material/history:", type="tertiary", key=f"rule_hide_{row['rule']}",
                  on_click=state.update, kwargs={"tried": None})  # fmt: skip
    else:
        st.button("How it did in the past", icon=":material/history:", key=f"rule_try_{row['rule']}",
                  on_click=state.update, kwargs={"tried": row["rule"]})  # fmt: skip


def _past(row: dict[str, Any], mine: bool) -> None:
    try:
        with st.spinner("Looking at the last 24 months, each by what was known then …"):
            found = door.ask("rule_backtest", row["content"])
        if mine and not row["seen"]:
            door.workspace().see_rule(row["rule"], row["content"])
    except CSMetricsError as error:
        errors.show(error)
        return
    rule_past.show(row, found)
    if mine and not row["enabled"]:
        st.button("Switch it on", type="primary", icon=":material/toggle_on:", key=f"rule_on_{row['rule']}",
                  on_click=_switch, args=(row, True))  # fmt: skip


def _switch(row: dict[str, Any], on: bool) -> None:
    space = door.workspace()

    def action() -> None:
        space.switch_rule(row["rule"], on)
        if on:
            space.evaluate_rules()

    said = f"{row['name']} is on, and looked at the latest version." if on else f"{row['name']} is off."
    changes.do(action, said, lambda _: space.switch_rule(row["rule"], not on))


def _ways(row: dict[str, Any]) -> None:
    space = door.workspace()
    if row["enabled"]:
        st.button("Switch off", icon=":material/toggle_off:", type="tertiary", key=f"rule_off_{row['rule']}",
                  on_click=_switch, args=(row, False))  # fmt: skip
    st.button(
        "Delete", icon=":material/delete:", type="tertiary", key=f"rule_gone_{row['rule']}", on_click=changes.do,
        args=(lambda: space.delete_rule(row["rule"]), f"{row['name']} was deleted.",
              lambda _: space.restore_rule(row["rule"])),
    )  # fmt: skip
