"""Who answered: response rates, accounts and MRR heard from, and those who are no customers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from cs_metrics.kpis import KPI
from pages._ui import chart, door, download, errors, formats, frames, state
from pages._ui.feedback import feedback_parts, like, silent
from pages._ui.filter_bar import Asked
from pages._ui.revenue.revenue_parts import table

SHOWN = 500
PARTS = {"denominator": "All that were sent", "numerator": "Those answered"}
BANDS = {"tenure": "Tenure", "mrr": "MRR"}


@dataclass(frozen=True)
class Split:
    """An attribute to split by. `rate`: response rates can be split by it, `accounts`: accounts can."""

    name: str
    label: str
    rate: bool
    accounts: bool


def show(survey: str, kpi: KPI, asked: Asked) -> None:
    """Show who answered the survey, who did not, and what that does to its score."""
    given = feedback_parts.given(asked)
    found = door.ask("heard_summary", survey, **given)
    _figures(survey, found, given)
    if found.why:
        st.info(formats.literal(found.why), icon=":material/info:")
    if not found.why:
        st.subheader("Response rate" if not found.of_tickets else "Tickets that were rated", anchor=False)
        with errors.shown():
            _over_time(survey, found, asked)
    by = _choose(found) if found.answers else None
    if by is not None:
        with errors.shown():
            _segments(survey, kpi, found, by, asked)
    if not found.why:
        _behind(survey, by, given)
    with errors.shown():
        like.unlike(survey, found, given)
    with errors.shown():
        like.weighted(survey, kpi, found, given)
    with errors.shown():
        silent.show(survey, found, asked, given)
    with errors.shown():
        _others(survey, kpi, given)


def _figures(survey: str, found: Any, given: dict[str, Any]) -> None:
    """Show the four figures, and what they say in words."""
    whole = door.ask("heard", survey, **given).iloc[0]
    least = door.settings()["minimum_n"]
    cards = []
    if not found.why:
        rate = door.ask("response_rate", survey, **given).iloc[0]
        cards.append((_title(found), formats.value(rate["value"], "share"), _rate_words(rate, found), rate["n"]))
    people = "account" if found.of_tickets else "respondent"
    cards.append(("Answers", formats.count(found.answers), f"of {formats.plural(found.respondents, people)}", None))
    if found.accounts and found.kind != "seen":
        chance = formats.interval(whole["low"], whole["high"], "share")
        of = f"{formats.count(found.heard)} of {formats.count(found.accounts)}"
        cards.append(
            ("Customers heard from", formats.value(whole["share"], "share"), f"{of} · {chance}", found.accounts)
        )
    if found.money and not formats.is_missing(whole["mrr_share"]):
        bring = formats.value(whole["mrr_heard"], "money", door.settings()["currency"], short=True)
        cards.append(("MRR heard from", formats.value(whole["mrr_share"], "share"), f"{bring} a month", found.accounts))
    with st.grid(4, min_column_width=165, gap="small"):
        for title, value, foot, n in cards:
            with st.container(border=True, gap="xsmall"):
                small = n is not None and not formats.is_missing(n) and n < least
                st.metric(title, f":gray[{value}]" if small else value)
                st.caption(formats.literal(foot) + (" · few" if small else ""))
    st.markdown(formats.literal(" ".join(found.sentences)))


def _rate_words(rate: Any, found: Any) -> str:
    what = "tickets" if found.of_tickets else "sent"
    said = f"{formats.count(rate['numerator'])} of {formats.count(rate['denominator'])} {what}"
    return said + ("" if rate["complete"] else " · answers still come in")


def _over_time(survey: str, found: Any, asked: Asked) -> None:
    given, grain = feedback_parts.given(asked), asked.question.grain or "month"
    frame = door.ask("response_rate", survey, grain=grain, **given)
    if frame["n"].fillna(0).sum() == 0:
        st.caption("No ticket came in this period." if found.of_tickets else "Nothing was sent in this period.")
        return
    drawing = charts.trend(frame, grain=grain, title=_title(found), **chart.look_of("share"))
    days = door.settings()["response_days"]
    said = f"Of what was sent in each {grain}, the share answered by now; not over until {days} days later."
    told = [note for note in frame.loc[frame["n"].fillna(0) > 0, "note"].dropna().unique() if note]
    drawing = chart.noted(drawing, "survey_response_rate", grain=grain)
    chart.show(drawing, key="response_rate", name=f"{survey} response rate by {grain}",
               hint=formats.literal(" ".join([told[0] if len(told) == 1 else said])))  # fmt: skip


def _choose(found: Any) -> Split | None:
    """Let the reader choose what to split by: an attribute, MRR or tenure."""
    tables = {"tickets" if found.of_tickets else "survey_responses"}
    splits = {
        a.name: Split(a.name, f"{a.label} ({a.of})", not found.why, a.table == "customers" and found.kind != "seen")
        for a in door.splits(tables)
    }
    if found.kind == "active":
        splits |= {n: Split(n, f"{label} (in bands)", False, True) for n, label in BANDS.items() if n not in splits
                   and (n != "mrr" or found.money)}  # fmt: skip
    if not splits:
        return None
    chosen = state.get("by") if state.get("by") in splits else next(iter(splits))
    st.subheader("By segment", anchor=False)
    st.selectbox("Split by", list(splits), format_func=lambda n: splits[n].label, width=320,
                 **state.bind("by", value=chosen))  # fmt: skip
    return splits[chosen]


def _segments(survey: str, kpi: KPI, found: Any, by: Split, asked: Asked) -> None:
    """Show the response rate of each segment, and how far its accounts were heard; where neither can be known, how many
    answers each gave."""
    given = feedback_parts.given(asked)
    if not by.rate and not by.accounts:
        frame = door.compute([kpi.id], replace(asked.whole, by=(by.name,)))
        frame = frame[frame["item"].isna() & (frame["n"] > 0)].assign(value=frame["n"], low=None, high=None)
        drawing = charts.ranked(frame, by.name, title="Answers", **{**chart.look_of("count"), "minimum_n": 0})
        chart.show(
            drawing, key="answer_segments", name=f"{survey} answers by {by.name}", hint="Answers of each segment."
        )
        return
    if by.rate:
        frame = door.ask("response_rate", survey, by=by.name, **given)
        whole = door.ask("response_rate", survey, **given).iloc[0]
        drawing = charts.ranked(frame, by.name, overall=_number(whole["value"]), title=_title(found),
                                **chart.look_of("share"))  # fmt: skip
        chart.show(drawing, key="rate_segments", name=f"{survey} response rate by {by.name}",
                   hint="In the segment as it was then. The dashed line is everyone.")  # fmt: skip
    if not by.accounts:
        return
    frame = door.ask("heard", survey, by=by.name, **given)
    if not by.rate:
        bars = frame.rename(columns={"segment": by.name, "share": "value", "accounts": "n"})
        whole = door.ask("heard", survey, **given).iloc[0]
        drawing = charts.ranked(bars, by.name, overall=_number(whole["share"]), title="Customers heard from",
                                ordered=True, **chart.look_of("share"))  # fmt: skip
        chart.show(drawing, key="heard_segments", name=f"{survey} customers heard from by {by.name}",
                   hint="The share of customers that were heard from. The dashed line is everyone.")  # fmt: skip
    shown = pd.DataFrame({
        "Segment": ["(none)" if formats.is_missing(v) else v for v in frame["segment"]],
        "Customers": frame["accounts"], "Heard from": frame["heard"], "Share heard from": frame["share"],
        **_silent(found, frame), "Answers": frame["answers"],
        "MRR": frame["mrr"], "MRR heard from": frame["mrr_share"],
    }).dropna(axis="columns", how="all")  # fmt: skip
    table(shown, key="heard_table", name=f"{survey} heard from by {by.name}", alt="Customers heard from by segment",
          amounts=["MRR"], shares=["Share heard from", "MRR heard from"], full=frame,
          count="Customers at the end of the period, in the segment they are in then.")  # fmt: skip


def _title(found: Any) -> str:
    return "Tickets rated" if found.of_tickets else "Response rate"


def _silent(found: Any, frame: pd.DataFrame) -> dict[str, Any]:
    names = silent.names(found)
    return {names[state]: frame[state] for state in ("asked", "not_asked")}


def _number(value: Any) -> float | None:
    return None if formats.is_missing(value) else float(value)


def _behind(survey: str, by: Split | None, given: dict[str, Any]) -> None:
    """Offer the surveys behind the response rate, and the SQL of what is shown."""
    with st.expander("Where these numbers come from", icon=":material/function:", on_change="rerun") as opened:
        if not opened.open:
            return
        rows, sql = st.tabs(["Rows", "SQL"])
        with rows:
            part = st.segmented_control("Rows", list(PARTS), default="denominator", required=True, key="rate_part",
                                        format_func=PARTS.get, label_visibility="collapsed")  # fmt: skip
            frame = door.ask("response_rows", survey, part=part, **given)
            shown = frame.head(SHOWN).dropna(axis="columns", how="all")
            frames.show(shown, height=min(38 + 35 * len(shown), 390), alt="The surveys behind the rate")
            with st.container(horizontal=True, vertical_alignment="center"):
                few = f" The first {formats.count(len(shown))} are shown." if len(shown) < len(frame) else ""
                st.caption(f"{formats.plural(len(frame), 'row')}.{few}", width="stretch")
                download.table(frame, key="rate_rows", name=f"{survey} surveys {PARTS[part]}", numbers=False)
        with sql:
            name = by.name if by is not None else None
            st.caption("The response rate")
            st.code(door.ask("response_sql", survey, by=name if by and by.rate else None, **given), language="sql",
                    wrap_lines=True, height=300)  # fmt: skip
            st.caption("The customers heard from")
            st.code(door.ask("heard_sql", survey, by=name if by and by.accounts else None, **given), language="sql",
                    wrap_lines=True, height=300)  # fmt: skip


def _others(survey: str, kpi: KPI, given: dict[str, Any]) -> None:
    """Show what employees and prospects answered: apart, in no number above."""
    frame = door.ask("other_respondents", survey, **given)
    if frame.empty:
        return
    st.subheader("Who are no customers", anchor=False)
    least = door.settings()["minimum_n"]
    lines = []
    for row in frame.to_dict("records"):
        who = formats.literal(str(row["respondent_type"]).capitalize())
        said = f"- **{who}**: {formats.plural(int(row['n']), 'answer')}"
        if not formats.is_missing(row["value"]):
            score = formats.value(row["value"], kpi.unit)
            chance = formats.interval(row["low"], row["high"], kpi.unit)
            said += f", score {formats.literal(score)}" + (
                f" (95 % interval {formats.literal(chance)})" if chance else ""
            )
            said += ", too few to go by" if row["n"] < least else ""
        if not formats.is_missing(row["sent"]):
            said += f"; {formats.count(row['answered'])} of {formats.plural(int(row['sent']), 'survey')} sent answered"
        lines.append(said + ".")
    st.markdown("\n".join(lines))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Their answers are in no number above, and in no KPI.", width="stretch")
        download.table(frame, key="others_files", name=f"{survey} answers of others")
