"""Themes as cards: how large each is, who says it, with which score and tone, how it moves, three quotations."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from cs_metrics.analysis.feedback.said import theme_words
from pages._ui import chart, door, download, formats, quotes, shell, state
from pages._ui.feedback import feedback_parts
from pages._ui.texts import pins
from pages._ui.texts.theme_parts import STRETCH, Question

A_PAGE = 8
QUOTATIONS = 3
WORDS_SHOWN = 8
ORDERS = {
    "size": ("Largest first", "texts", False),
    "mrr": ("Most MRR first", "mrr_share", False),
    "score": ("Lowest score first", "score", True),
    "tone": ("Worst tone first", "tone", True),
    "growth": ("Growing most first", "change", False),
}


def show(question: Question) -> None:
    """Show the themes page by page, each with its quotations, and what is about none of them."""
    frame = question.themes()
    frame = frame[frame["texts"] > 0]
    if frame.empty:
        st.info(
            "No word or phrase is shared by enough of these texts to be a theme. They can be searched under 'All "
            "texts', and a theme that you name by its words is counted from the first text on.",
            icon=":material/category:",
        )
        pins.new(question)
        _unheard(question, frame)
        return
    orders = [order for order, (_, column, _) in ORDERS.items() if column in frame]  # a link may leave some out
    chosen = state.get("order") if state.get("order") in orders else "size"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Order", orders, format_func=lambda o: ORDERS[o][0], width=210, **state.bind("order", value=chosen)
        )
        pins.new(question)
        pins.merge(question)
    ordered = frame.sort_values([ORDERS[chosen][1], "theme"], ascending=[ORDERS[chosen][2], True])
    place = page_of(len(ordered), A_PAGE)
    for row in ordered.iloc[place * A_PAGE : (place + 1) * A_PAGE].to_dict("records"):
        card(question, row)
    pages(len(ordered), A_PAGE, place)
    _rest(question)
    _unheard(question, frame)
    _download(question, ordered)


def card(question: Question, row: dict[str, Any]) -> None:
    """Show one theme."""
    name = str(row["theme"])
    with st.container(border=True, gap="small", key=f"theme_{name}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
                st.markdown(f"##### {formats.literal(name)}")
                badges(row)
            pins.actions(question, name)
        with st.grid(5, min_column_width=140, gap="small"):
            for label, value, more in facts(question, row):
                with st.container(gap=None):
                    st.caption(label)
                    st.markdown(f"**{value}**" + (f" :gray[{more}]" if more else ""))
            with st.container(gap=None):
                _spark(question, name)
        known = [word for word in row.get("words", ()) if word != name]
        if known:
            st.caption(f"Known by {formats.literal(', '.join(known[:WORDS_SHOWN]))}")
        with st.container(gap="small"):
            for place, quote in enumerate(_quotations(question, name).to_dict("records")):
                quotes.show(quote, key=f"{name}_{place}")
        every = "The text" if row["texts"] == 1 else f"All {formats.count(row['texts'])} texts"
        _way(question, every, f"open_{name}", theme=name)


def badges(row: dict[str, Any]) -> None:
    """Say in words whether a theme is pinned, new, growing or falling."""
    if str(row["theme"]) in pins.pins():
        st.badge("pinned", icon=":material/keep:", color="violet")
    told = f"in the last {STRETCH} days: {theme_words.moved(row)}"
    for column, word, icon, color in (
        ("is_new", "new", ":material/fiber_new:", "blue"),
        ("is_growing", "growing", ":material/trending_up:", "orange"),
        ("is_falling", "falling", ":material/trending_down:", "gray"),
    ):
        if row[column]:
            st.badge(word, icon=icon, color=color, help=formats.literal(told))


def facts(question: Question, row: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return what a card says of a theme: label, value, and what is said beside it. A link may leave the score and the
    share of MRR out of its row."""
    settings = door.settings()
    unit = door.kpi(feedback_parts.SURVEYS[question.survey][1]).unit
    few = int(row["answers"]) < settings["minimum_n"]
    score = formats.value(row.get("score"), unit)
    between = formats.interval(row.get("score_low"), row.get("score_high"), unit)
    answers = ("only " if few and row["answers"] else "") + formats.plural(int(row["answers"]), "answer")
    customers = formats.plural(int(row["customers"]), "customer")
    mrr = row.get("mrr_share")
    tone = theme_words.tone(row)
    scored = (feedback_parts.SURVEYS[question.survey][0], f":gray[{score}]" if few else score,
              f"{between}, {answers}" if between else answers)  # fmt: skip
    return [
        ("Texts", formats.count(row["texts"]), f"{formats.value(row['share'], 'share')} of all"),
        ("Customers", formats.count(row["customers"]), "") if formats.is_missing(mrr)
        else ("Share of MRR", formats.value(mrr, "share"), customers),
        *([scored] if "score" in row and question.themes()["answers"].any() else []),
        ("Tone", tone.partition(",")[0] or formats.NOTHING, tone.partition(", ")[2]),
    ]  # fmt: skip


def page_of(n: int, size: int) -> int:
    """Return the page that the address names, from 0 on."""
    given = state.get("page")
    return min(int(given) - 1, (n - 1) // size) if given.isdecimal() and 0 < int(given) < 10**6 else 0


def pages(n: int, size: int, place: int) -> None:
    """Show the pages of a list of n, and let the reader turn to another."""
    last = (n - 1) // size + 1
    if last < 2:
        return
    key = f"turn_from_{place}"
    st.pagination(last, default=place + 1, key=key, on_change=_turned, args=(key,))


def _turned(key: str) -> None:
    chosen = st.session_state[key]
    state.update(page=None if chosen == 1 else str(chosen))


def _way(question: Question, label: str, key: str, **params: str) -> None:
    """Show the way to texts: a link from another page; here, where a link to the page itself would look pressed, a
    button."""
    icon, show = ":material/arrow_forward:", "texts"
    if question.elsewhere:
        shell.link("texts", label, icon=icon, show=show, **params, **question.address)
    else:
        changes = {"theme": None, "bare": None, "page": None, "show": show, **params}
        st.button(label, icon=icon, type="tertiary", key=key, on_click=state.update, kwargs=changes)


def _spark(question: Question, name: str) -> None:
    frame = question.trend()
    mine = frame[frame["theme"] == name].rename(columns={"share": "value"})
    if mine["value"].notna().sum() < 2:
        return
    drawing = charts.spark(mine, look=chart.theme(), unit="share", grain=question.grain, height=34)
    drawing = chart.noted(drawing, grain=question.grain)
    marked = f" · {formats.plural(len(drawing.marks), 'note')}, upright" if drawing.marks else ""
    st.caption(f"Share of texts{marked}")
    chart.plain(drawing, key=f"spark_{name}", name=f"{name} over time")


def _quotations(question: Question, name: str) -> pd.DataFrame:
    return door.ask("quotations", name, QUOTATIONS, **question.given)


def _rest(question: Question) -> None:
    bare = int(question.counts(unthemed=True)["texts"].sum())
    if not bare:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        are = "is" if bare == 1 else "are"
        st.markdown(f"{formats.plural(bare, 'text')} {are} about none of these themes.", width="stretch")
        _way(question, "Read them", "open_unthemed", bare="1")


def _unheard(question: Question, frame: pd.DataFrame) -> None:
    """Show the pinned themes that no text here is about: they can be edited too."""
    for name in pins.pins():
        if name not in set(frame["theme"]):
            with st.container(horizontal=True, vertical_alignment="center", border=True):
                st.markdown(f":material/keep: **{formats.literal(name)}**: no text here is about it.", width="stretch")
                pins.actions(question, name)


def _download(question: Question, frame: pd.DataFrame) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "A text may be about several themes. Share of MRR: what the customers who wrote of it pay at the end of "
            f"the range, of all that is paid then. New, growing, falling: the last {STRETCH} days against the "
            f"{STRETCH} before, beyond chance over all themes (Fisher, corrected by Holm). The score is that of the "
            "answers about the theme; it is no proof that the theme is its cause.",
            width="stretch",
        )
        download.table(frame, key="themes_table", name="themes")
