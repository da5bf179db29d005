"""The parts of the Definitions page, and the line on a KPI's page that says by which definitions it is counted."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts, definitions
from cs_metrics.definitions import DISAGREEMENTS, Disagreement
from cs_metrics.errors import CSMetricsError
from cs_metrics.presets import NAMES, PRESETS, Preset
from pages._ui import about, chart, door, download, empty, formats, frames, leave, shell, state
from pages._ui.filter_bar import Asked
from pages._ui.links import linked

SAID = "_definitions_said"
ROWS_SHOWN = 500
NOW, OWN, DEFAULTS = "now", "own", "defaults"


def comparing() -> bool:
    """Let the reader choose between the choices themselves and two of them side by side, which would tell by
    subtraction what a link leaves out."""
    if linked.leaves_out():
        return False
    views = {"choices": "Choices and presets", "compare": "Side by side"}
    chosen = state.get("view") if state.get("view") in views else "choices"
    st.segmented_control("Show", list(views), format_func=views.get, required=True, label_visibility="collapsed",
                         **state.bind("view", value=chosen))  # fmt: skip
    return chosen == "compare"


def switchboard() -> None:
    """Show each disagreement with its choices, a line each; a choice holds for this address until it is saved. The
    reader of a link sees what was chosen."""
    held, own = door.settings(), door.workspace().settings
    with st.grid(2, min_column_width=320, gap="medium", vertical_alignment="top"):
        for each in DISAGREEMENTS:
            with st.container(border=True, gap="xsmall"):
                _question(each, held[each.name], own[each.name])


def _question(each: Disagreement, held: Any, own: Any) -> None:
    if linked.opened() is not None:
        _chosen(each, held)
        return
    key = f"define_{each.name}"
    st.session_state[key] = held
    st.radio(
        f"**{each.question}**", [c.value for c in each.choices], key=key, on_change=_switched, args=(each.name, key),
        format_func=lambda v: _begun(each.choice(v).label) + (" (this workspace)" if v == own else ""),
        captions=[formats.literal(c.means) for c in each.choices],
    )  # fmt: skip


def _chosen(each: Disagreement, held: Any) -> None:
    """Show what was chosen beside what was not."""
    st.markdown(f"**{each.question}**")
    for choice in each.choices:
        label, means = _begun(choice.label), formats.literal(choice.means)
        if choice.value == held:
            st.markdown(f":material/radio_button_checked: **{label}**  \n:small[{means}]")
        else:
            st.markdown(f":gray[:material/radio_button_unchecked: {label}]  \n:small[:gray[{means}]]")


def _begun(label: str) -> str:
    """Return a label as the beginning of a line."""
    return label[0].upper() + label[1:]


def _switched(name: str, key: str) -> None:
    switch({name: st.session_state[key]})


def switch(changes: dict[str, Any]) -> None:
    """Switch definitions in the address; one that is the workspace's own needs no place there."""
    own = door.workspace().settings
    held = {**door.definitions(), **changes}
    state.update(**{"def": {name: value for name, value in held.items() if value != own[name]}})


def keeping() -> None:
    """Say what the address switches, and offer to save it for the workspace, or to leave it."""
    if linked.opened() is not None:
        st.caption("This is how the link counts; its readers do not change it.")
        return
    switched = door.definitions()
    if not switched:
        then = " Then it is saved." if door.may("set_settings") else ""
        st.caption(f"A choice holds for this address first: its numbers, its files and a copied link.{then}")
        return
    told = [definitions.BY_NAME[n].choice(v).label if n in definitions.BY_NAME else n for n, v in switched.items()]
    st.markdown(f":material/rule: This address looks with **{', '.join(told)}**; the workspace does not.")
    with st.container(horizontal=True, gap="small"):
        if leave.given("set_settings", "save it for the workspace"):
            st.button("Save for the workspace", type="primary", icon=":material/save:", on_click=_save)
        st.button("Back to the workspace's own", icon=":material/undo:", key="leave", on_click=state.update,
                  kwargs={"def": None})  # fmt: skip


def _save() -> None:
    switched = door.definitions()
    try:
        door.workspace().set_settings(switched)
    except CSMetricsError as error:
        st.session_state[SAID] = str(error)
        return
    state.update(**{"def": None})
    st.session_state[SAID] = "Saved for everyone in this workspace; what depends on it is computed anew."


def outcome() -> None:
    """Say what the last saving did."""
    said = st.session_state.pop(SAID, None)
    if said:
        st.success(formats.literal(said), icon=":material/check:")


def presets() -> None:
    """Show the vendors' definitions with their public pages; each can be looked with, and compared with ours."""
    with st.grid(3, min_column_width=300, gap="medium", vertical_alignment="top"):
        for each in PRESETS:
            with st.container(border=True, gap="xsmall"):
                _preset(each)


def _preset(each: Preset) -> None:
    st.markdown(f"**{each.vendor}**: {', '.join(each.labels)}")
    with st.container(horizontal=True, gap="xsmall"):
        if linked.opened() is None:
            st.button(f"Look with {each.vendor}'s", icon=":material/visibility:", key=f"look_{each.name}",
                      on_click=switch, args=(dict(each.settings),))  # fmt: skip
        if not linked.leaves_out():
            st.button("Compare", icon=":material/compare_arrows:", type="tertiary", key=f"compare_{each.name}",
                      on_click=state.update, kwargs={"view": "compare", "a": OWN, "b": each.name})  # fmt: skip
    st.caption(f"Reproduces their example: {formats.literal(each.example)}")
    with st.expander("Their pages, and what still differs", icon=":material/open_in_new:"):
        for source in each.sources:
            st.markdown(f"[{formats.literal(source.title)}]({source.address}): {formats.literal(source.says)}")
        st.caption(formats.literal(each.differs))


def side_by_side(asked: Asked) -> None:
    """Let the reader choose a KPI, two definitions and a period; show both values, both trends, and who differs."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="sides"):
        kpi = _kpi()
        if kpi is None:
            empty.nothing("No KPI that reads a disputed definition can be computed.", "Load subscriptions or answers.")
            return
        a, b = _side("a", "One definition", kpi.id), _side("b", "The other", kpi.id)
    if a[1] == b[1]:
        st.info("Both are the same. Choose another definition for one of them.", icon=":material/info:")
        return
    with st.spinner("Computing both …"):
        trends = {
            name: door.ask("compute", [kpi.id], **asked.question.arguments(), definitions=chosen)
            for name, chosen in (a, b)
        }
    both = pd.concat([f[f["item"].isna()].assign(definition=name) for name, f in trends.items()], ignore_index=True)
    drawing = charts.trend(both, by="definition", grain=asked.question.grain or "month", title=kpi.name,
                           **chart.look_of(kpi.unit))  # fmt: skip
    drawing = chart.noted(drawing, kpi.id, grain=asked.question.grain)
    said = (f"{name}: {definitions.words(chosen) or about.DEFAULTS}" for name, chosen in (a, b))
    told = {"Definitions": "; ".join(said)}
    chart.show(drawing, key="both", name=f"{kpi.id} by two definitions", told=told)
    period = _period(both, asked)
    arguments = {k: v for k, v in asked.question.arguments().items() if k != "by"}
    found = door.ask("compare", kpi.id, a[1], b[1], period=period, **arguments)
    _values(kpi, found, a[0], b[0])
    _who(kpi, found, a[0], b[0], told)


def _kpi() -> Any:
    needs = door.needs()
    ids = [k.id for k in door.catalogue() if not needs.get(k.id) and door.disputed(k.id)]
    if not ids:
        return None
    # those that ask a definition themselves come before those that only stand on its facts
    ids.sort(key=lambda i: not set(door.kpi(i).settings) & set(definitions.BY_NAME))
    chosen = state.get("id")
    chosen = chosen if chosen in ids else ids[0]
    st.selectbox("KPI", ids, format_func=lambda i: door.kpi(i).name, width=300, **state.bind("id", value=chosen))
    return door.kpi(chosen)


def _options(kpi_id: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return what can be compared: key -> its name and the definitions, all of them, so that nothing else switches."""
    held, own = door.settings(), door.workspace().settings
    base = {d.name: own[d.name] for d in DISAGREEMENTS}
    now = {d.name: held[d.name] for d in DISAGREEMENTS}
    found = {NOW: ("As shown here", now)} if now != base else {}
    found[OWN] = ("This workspace", base)
    found |= {name: (p.vendor, {**base, **p.settings}) for name, p in NAMES.items()}
    found[DEFAULTS] = ("The defaults", {d.name: d.setting.default for d in DISAGREEMENTS})
    for d in DISAGREEMENTS:
        if d.name in door.disputed(kpi_id):
            for choice in d.choices:
                if choice.value != now[d.name]:
                    found[f"{d.name}:{choice.value}"] = (_begun(choice.label), {**now, d.name: choice.value})
    return found


def _side(name: str, label: str, kpi_id: str) -> tuple[str, dict[str, Any]]:
    options = _options(kpi_id)
    first = next(iter(options))
    # by default what is held here beside the nearest other way in which this KPI may be counted
    usual = first if name == "a" else next((o for o in reversed(options) if ":" in o), OWN)
    chosen = state.get(name)
    chosen = chosen if chosen in options else usual
    st.selectbox(label, list(options), format_func=lambda o: options[o][0], width=300, **state.bind(name, value=chosen))
    return options[chosen]


def _period(frame: pd.DataFrame, asked: Asked) -> str | None:
    starts = sorted({pd.Timestamp(p).date().isoformat() for p in frame["period"].dropna()}, reverse=True)
    chosen = state.get("at") if state.get("at") in starts else ""
    grain = asked.question.grain or "month"
    st.selectbox(
        "Whose difference", ["", *starts], width=300,
        format_func=lambda s: formats.period(s, grain) if s else asked.span, **state.bind("at", value=chosen),
    )  # fmt: skip
    return chosen or None


def _values(kpi: Any, found: Any, a: str, b: str) -> None:
    currency = door.settings()["currency"]
    with st.container(horizontal=True, gap="large", key="two_values"):
        for name, cell, before in ((a, found.a, None), (b, found.b, found.a)):
            change = before and formats.change(cell["value"], before["value"], kpi.unit, currency)
            missing = formats.is_missing(cell["value"])
            shown = "No value" if missing else formats.value(cell["value"], kpi.unit, currency)
            st.metric(formats.literal(name), shown, change[1] if change else None, delta_color="off", width=260,
                      delta_description=f"against '{a}'" if change else None)  # fmt: skip


def _who(kpi: Any, found: Any, a: str, b: str, told: dict[str, str]) -> None:
    """Show the customers who make the difference, the largest first, with their part under each definition."""
    rows = found.rows
    if rows.empty:
        empty.nothing("Nobody makes a difference here.", "Both definitions count the same; choose another period.")
        return
    who = "person" if "person" in rows else "customer_id"
    some = formats.plural(len(rows), *(("customer",) if who == "customer_id" else ("person", "people")))
    st.markdown(f"**{some}** {'makes' if len(rows) == 1 else 'make'} the difference.")
    if not rows["effect"].isna().all():
        st.caption("The effects add up to the difference between the two values.")
    heads = [name for name in ("customer_id", "name", "person", "effect") if name in rows]
    # a part that nobody changes says nothing
    parts = [c.removesuffix("_change") for c in rows if c.endswith("_change") and rows[c].any()]
    shown = rows.head(ROWS_SHOWN)[[*heads, *(f"{part}_{side}" for part in parts for side in ("a", "b", "change"))]]
    columns = {_heading(c, a, b): st.column_config.NumberColumn(format="localized") for c in shown if c not in heads}
    shown = shown.round(2 if kpi.unit == "money" else 6).rename(columns=lambda c: _heading(c, a, b))
    if kpi.unit == "share":
        shown["Effect"] = rows["effect"].head(ROWS_SHOWN) * 100
        columns["Effect"] = st.column_config.NumberColumn("Effect, % points", format="%.3f")
    frames.show(shown, column_config=columns, alt=f"Who makes the difference in {kpi.name}")
    with st.container(horizontal=True, horizontal_alignment="right"):
        named = rows.rename(columns=lambda c: _heading(c, a, b))
        download.table(named, key="who", name=f"{kpi.id} by two definitions, who differs", told=told)


def _heading(column: str, a: str, b: str) -> str:
    """Return a column's name in words: 'Above the line, as Stripe'."""
    named = {"customer_id": "Customer", "name": "Name", "person": "Person", "effect": "Effect"}
    if column in named:
        return named[column]
    part, _, side = column.rpartition("_")
    part = {"numerator": "Above the line", "denominator": "Below the line"}.get(part, part.capitalize())
    return f"{part}: {({'a': a, 'b': b}).get(side, 'difference')}"


def of_kpi(kpi: Any) -> None:
    """Say by which of the disputed definitions a KPI is counted; those that differ from the default stand out."""
    names = door.disputed(kpi.id)
    if not names:
        return
    held = door.settings()
    told = []
    for each in DISAGREEMENTS:
        if each.name in names:
            label = each.choice(held[each.name]).label
            told.append(f"**{label}**" if held[each.name] != each.setting.default else label)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="counted_by"):
        st.caption(f":material/rule: Counted with {', '.join(told)}.", width="content")
        if linked.leaves_out():
            return
        shell.link("definitions", "Compare definitions", icon=":material/compare_arrows:", view="compare",
                   id=kpi.id)  # fmt: skip
