"""The form of a rule: conditions of accounts, or what a KPI does; freely put together, without SQL."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cs_metrics.analysis.rules import model, words
from cs_metrics.errors import CSMetricsError
from pages._ui import door, errors, formats, state
from pages._ui.todo import changes, rule_conditions

KINDS = {"account": "Accounts that fulfil conditions", "kpi": "A KPI that moves, or is high or low"}
OUTCOMES = {"lost": "The account leaves or pays less", "grew": "The account pays more",
            "unhappy": "Its next answer is bad", "": "Nothing shows it"}  # fmt: skip
GRAINS = {"week": "Week", "month": "Month", "quarter": "Quarter"}
EMPTY: dict[str, Any] = {
    "rule": None, "name": "", "playbook": "", "enabled": False,
    "content": {"kind": "account", "conditions": [{"what": "renewal", "days": 60}], "outcome": "lost", "where": {},
                "segment": ""},
}  # fmt: skip


def show(row: dict[str, Any], key: str) -> None:
    """Show the fields of a rule (`EMPTY`: a new one); saving leads to its past."""
    had = row["content"]
    name = st.text_input("Name", row["name"], max_chars=120, key=_of("name", key),
                         placeholder="Detractor with renewal within 60 days")  # fmt: skip
    kind = st.radio("It looks at", list(KINDS), index=list(KINDS).index(had["kind"]), format_func=KINDS.get,
                    horizontal=True, key=_of("kind", key))  # fmt: skip
    same = had if had["kind"] == kind else {}
    content = _of_kpi(same, key) if kind == "kpi" else _of_accounts(same, key)
    content |= _scope(had, key)
    books = {"": "None", **{each["playbook"]: each["name"] for each in door.workspace().playbooks()}}
    book = st.selectbox("Playbook of its to-dos", list(books), format_func=books.get, key=_of("book", key),
                        index=list(books).index(row["playbook"]) if row["playbook"] in books else 0)  # fmt: skip
    try:
        checked = model.checked(content, door.own())
        said = words.rule_words(checked, door.own(), door.settings()["currency"])
        st.caption(formats.literal(f"It says: {said}."))
    except CSMetricsError as error:
        errors.show(error)
        return
    label = "Save, and see how it would have done"
    if row["enabled"]:
        st.caption("Once it says something else it is off, until somebody looked at its past and switches it on.")
    st.button(label, type="primary", icon=":material/save:", key=_of("save", key), on_click=_save,
              args=(row, name, content, book))  # fmt: skip


def _of_accounts(had: dict[str, Any], key: str) -> dict[str, Any]:
    held = had.get("conditions") or EMPTY["content"]["conditions"]
    count = st.session_state.setdefault(_of("count", key), len(held))
    st.markdown("**All of these hold:**")
    conditions = []
    for place in range(count):
        first = held[place] if place < len(held) else {"what": "kpi"}
        with st.container(border=True):
            conditions.append(rule_conditions.show(first, f"{key}_{place}"))
    with st.container(horizontal=True, gap="small"):
        st.button("Another condition", icon=":material/add:", type="tertiary", key=_of("more", key), on_click=_count,
                  args=(key, 1), disabled=count >= model.MOST_CONDITIONS)  # fmt: skip
        st.button("Without the last", icon=":material/remove:", type="tertiary", key=_of("less", key), on_click=_count,
                  args=(key, -1), disabled=count < 2)  # fmt: skip
    outcome = st.selectbox(
        "What shows three months later that it was right", list(OUTCOMES), format_func=OUTCOMES.get,
        index=list(OUTCOMES).index(had.get("outcome", "lost")), key=_of("outcome", key),
    )  # fmt: skip
    return {"kind": "account", "conditions": conditions, "outcome": outcome}


def _of_kpi(had: dict[str, Any], key: str) -> dict[str, Any]:
    condition = {**had, "what": "kpi" if had.get("test") == "level" else "change"}
    with st.container(border=True):
        told = rule_conditions.of_kpi(condition, key)
        grain = st.selectbox("Period", list(GRAINS), format_func=GRAINS.get, key=_of("grain", key),
                             index=list(GRAINS).index(had.get("grain", "month")))  # fmt: skip
        chance = st.checkbox("Fires only beyond chance", had.get("chance", True), key=_of("chance", key),
                             help="By the 95 % intervals; a KPI without one is not held back.")  # fmt: skip
        most = st.number_input("To-dos for so many accounts that make most of it", 0, model.MOST_ACCOUNTS,
                               had.get("most", 10), key=_of("most", key))  # fmt: skip
    test = "level" if told.pop("what") == "kpi" else "change"
    return {"kind": "kpi", **told, "test": test, "grain": grain, "chance": chance, "most": int(most)}


def _scope(had: dict[str, Any], key: str) -> dict[str, Any]:
    """Return for whom the rule holds: everyone, a saved segment, or the filter that it has."""
    saved = {each["segment"]: each["name"] for each in door.segments()}
    options = ["", *saved, *(["own"] if had["where"] else [])]
    names = {"": "All customers", "own": "The customers of its filter", **saved}
    if had["segment"] and had["segment"] not in saved:
        options.append(had["segment"])
        names[had["segment"]] = "A deleted segment"
    first = "own" if had["where"] else had["segment"]
    chosen = st.selectbox("For", options, index=options.index(first), format_func=names.get, key=_of("for", key))
    return {"where": had["where"], "segment": ""} if chosen == "own" else {"where": {}, "segment": chosen}


def _count(key: str, by: int) -> None:
    st.session_state[_of("count", key)] += by


def _save(row: dict[str, Any], name: str, content: dict[str, Any], book: str) -> None:
    space, kept = door.workspace(), row["rule"]
    made: list[str] = []

    def action() -> str:
        made.append(space.save_rule(name, content, playbook=book, rule=kept))
        return made[0]

    def undo(rule: str) -> None:
        if kept is None:
            space.delete_rule(rule)
        else:
            space.save_rule(row["name"], row["content"], playbook=row["playbook"], rule=kept)

    if changes.do(action, f"{name} is saved.", undo):
        state.update(tried=made[0])


def _of(what: str, key: str) -> str:
    return changes.now(f"rule_{what}_{key}")
