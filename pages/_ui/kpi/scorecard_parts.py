"""The parts around scorecards: which one the Overview shows, and the page on which one is made."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cs_metrics.errors import CSMetricsError
from cs_metrics.kpis import scorecards
from cs_metrics.kpis.scorecards import MOST, Scorecard
from pages._ui import door, errors, formats, shell, state

SAID = "_scorecard_said"
# with fewer of its KPIs than that a scorecard shows what else the data can answer
FEW = 5


def choose() -> Scorecard:
    """Let the reader choose a scorecard; return it. It stands in the URL."""
    cards = door.cards()
    own = {row["scorecard"] for row in door.workspace().scorecards()}
    chosen = state.get("card") if state.get("card") in cards else scorecards.READY[0].id
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            "Scorecard", list(cards), format_func=lambda c: cards[c].name, width=330,
            **state.bind("card", value=chosen),
        )  # fmt: skip
        if door.may("save_scorecard"):
            label = "Change it" if chosen in own else "Make your own"
            shell.link("scorecard", label, icon=":material/edit:", card=chosen)
    return cards[chosen]


def beyond(card: Scorecard) -> list[str]:
    """Return KPIs that these data can answer, where they can answer but a few of the card's own."""
    needs = door.needs()
    if sum(not needs.get(kpi) for kpi in card.kpis) >= min(FEW, len(card.kpis) / 2):
        return []
    return [kpi for kpi, lacks in needs.items() if not lacks and kpi not in card.kpis][:MOST]


def more() -> None:
    """Lead to all that these data can answer."""
    able = sum(not lacks for lacks in door.needs().values())
    shell.link("library", f"All {formats.plural(able, 'KPI')} of these data", icon=":material/menu_book:", have="yes")


def editing() -> Scorecard:
    """Return what the editor begins with: the workspace's own card that the URL names, or a new one with its KPIs."""
    cards = door.cards()
    own = {row["scorecard"]: row["name"] for row in door.workspace().scorecards()}
    chosen = state.get("card")
    if chosen in own:
        return cards[chosen]
    return Scorecard("", "", {"": tuple(cards[chosen].kpis) if chosen in cards else ()})


def listing(card: Scorecard) -> None:
    """Show what a scorecard has, to who does not change it."""
    if card.name:
        st.subheader(formats.literal(card.name), anchor=False)
    for kpi in card.kpis:
        shell.link("kpi", door.kpi(kpi).name, icon=":material/query_stats:", id=kpi)


def edit(card: Scorecard) -> None:
    """Show the name and the KPIs of a scorecard, to be changed and saved."""
    known = {kpi.id: kpi for kpi in door.catalogue()}
    needs = door.needs()
    name = st.text_input("Name", card.name, key=f"card_name_{card.id}", placeholder="What we look at on Mondays")
    chosen = st.multiselect(
        "KPIs, in the order in which they are shown", list(known), card.kpis, key=f"card_kpis_{card.id}",
        format_func=lambda k: known[k].name + ("" if not needs.get(k) else " (not computable here)"),
        placeholder="Type a name",
    )  # fmt: skip
    for warning in scorecards.warnings(chosen, known.values()):
        st.warning(warning, icon=":material/lightbulb:")
    chosen = _ordered(card, chosen)
    with st.container(horizontal=True):
        if st.button("Save", type="primary", icon=":material/save:"):
            _do(lambda: door.workspace().save_scorecard(name, chosen, card.id or None), f"{name} is saved.")
        if card.id:
            shell.link("overview", "See it", icon=":material/dashboard:", card=card.id)
            if st.button("Delete it", type="tertiary", icon=":material/delete:"):
                _do(lambda: door.workspace().delete_scorecard(card.id), "It is deleted; it can be brought back below.")


def _ordered(card: Scorecard, chosen: list[str]) -> list[str]:
    """Show the KPIs in their order, with a way to move each; return them so."""
    key = f"_card_order_{card.id}"
    kept = [k for k in st.session_state.get(key, card.kpis) if k in chosen]
    order = kept + [k for k in chosen if k not in kept]
    st.session_state[key] = order
    with st.expander("Their order", icon=":material/swap_vert:", expanded=len(order) > 1):
        for place, kpi in enumerate(order):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"{place + 1}. {door.kpi(kpi).name}", width="stretch")
                for step, icon, what in ((-1, "arrow_upward", "up"), (1, "arrow_downward", "down")):
                    st.button(
                        "", icon=f":material/{icon}:", key=f"card_{what}_{kpi}", type="tertiary",
                        help=f"Move {what}", disabled=not 0 <= place + step < len(order),
                        on_click=_move, args=(key, place, step),
                    )  # fmt: skip
    return order


def _move(key: str, place: int, step: int) -> None:
    order = st.session_state[key]
    order[place], order[place + step] = order[place + step], order[place]


def deleted() -> None:
    """Offer to bring back what was deleted."""
    gone = door.workspace().scorecards(deleted=True)
    if not gone:
        return
    with st.expander(formats.plural(len(gone), "deleted scorecard"), icon=":material/restore_from_trash:"):
        for row in gone:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(formats.literal(row["name"]), width="stretch")
                if st.button("Bring it back", key=f"card_back_{row['scorecard']}", type="tertiary"):
                    _do(lambda r=row: door.workspace().restore_scorecard(r["scorecard"]), f"{row['name']} is back.")


def outcome() -> None:
    """Say what the last saving did."""
    said = st.session_state.pop(SAID, None)
    if said:
        st.success(formats.literal(said), icon=":material/check:")


def _do(action: Callable[[], str | None], said: str) -> None:
    try:
        kept = action()
    except CSMetricsError as error:
        errors.show(error)
        return
    st.session_state[SAID] = said
    state.update(card=kept)
    st.rerun()
