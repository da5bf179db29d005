"""What stands above every part of the Revenue page: what is missing, the currencies, whether it adds up, the tiles."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import analysis
from pages._ui import door, download, empty, formats, frames, shell, state, tile
from pages._ui.filter_bar import Asked

SECTIONS = {
    "moves": "What moved it",
    "arr": "ARR",
    "top": "Concentration",
    "renewals": "Renewals",
    "outlook": "Outlook",
}
TILES = ("mrr", "net_revenue_retention", "gross_revenue_retention", "customer_retention_rate")
MOVES = {
    "new": "New",
    "reactivation": "Won back",
    "expansion": "Expansion",
    "contraction": "Contraction",
    "churn": "Churn",
}
COUNTED = {
    "own": "as they are",
    "converted": "converted, each row at the rate of its month",
    "partly": "rows without a rate for their month are left out",
    "left_out": "are left out: no rate is loaded",
    "taken_as_own": "count as if they were that",
}
ROWS_SHOWN = 500


def lacking(missing: Sequence[str]) -> None:
    """Say what the page needs; where the data have orders, what can be asked of those."""
    empty.needs("Recurring revenue", list(missing))
    if "amount" in door.mapped_columns().get("orders", frozenset()):
        st.markdown(
            "These data have orders, which are no recurring revenue: there is no MRR, no renewal and no churn to see. "
            "What customers buy again, and for how much, is on *Cohorts*; revenue from orders among the *KPIs*."
        )
        with st.container(horizontal=True):
            shell.link("cohorts", "Revenue of orders by cohort", icon=":material/grid_on:", of="order_revenue")
            shell.link("library", "KPIs of these data", icon=":material/menu_book:")


def nobody_pays(grain: str) -> None:
    """Say why a range without revenue at its ends shows nothing, and what to choose instead."""
    empty.nothing(
        f"No customer pays at the start or the end of any {grain} here.",
        f"What begins and ends within one {grain} is no movement. Choose a shorter grain, or another period.",
    )


def section() -> str:
    """Let the reader choose a part of the page, and return its name."""
    chosen = state.get("show") if state.get("show") in SECTIONS else "moves"
    st.segmented_control(
        "Part of the page", list(SECTIONS), format_func=SECTIONS.get, required=True, label_visibility="collapsed",
        **state.bind("show", value=chosen),
    )  # fmt: skip
    return chosen


def given(asked: Asked) -> dict[str, Any]:
    """Return what the filter bar asks, for a question that has its own grain."""
    found = asked.question.arguments()
    return {name: found[name] for name in ("where", "since", "until")}


def money(amount: Any, *, short: bool = False) -> str:
    """Return an amount in the currency that holds here."""
    return formats.value(amount, "money", door.settings()["currency"], short=short)


def table(
    frame: pd.DataFrame,
    *,
    key: str,
    name: str,
    alt: str,
    amounts: Sequence[str] = (),
    blank: Sequence[str] = (),
    shares: Sequence[str] = (),
    days: Sequence[str] = (),
    picked: Callable[[int], None] | None = None,
    count: str = "",
    full: pd.DataFrame | None = None,
) -> None:
    """Show a table with money, shares and days the reader's way, and offer it (or `full`) as a file. `blank`: amounts
    of which nothing is said where they are 0. `picked` is called with the number of the row that is pressed; `count` is
    said below it."""
    shown = frame.head(ROWS_SHOWN)
    told = {c: (lambda v: money(v)) for c in amounts}
    told |= {c: (lambda v: money(v) if v else "") for c in blank}
    told |= {c: (lambda v: formats.value(v, "share")) for c in shares}
    told |= dict.fromkeys(days, formats.day)
    told = {c: say for c, say in told.items() if c in shown}
    options: dict[str, Any] = {}
    if picked is not None:

        def pressed() -> None:
            rows = st.session_state[key].selection.rows
            if rows and rows[0] < len(shown):
                picked(rows[0])

        options = {"on_select": pressed, "selection_mode": "single-row"}
    frames.show(
        shown, says=told, alt=alt, key=key,
        height=min(38 + 35 * len(shown), 390), **options,
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        few = f" The first {formats.count(len(shown))} are shown." if len(shown) < len(frame) else ""
        st.caption(f"{count}{few}", width="stretch")
        download.table(frame if full is None else full, key=f"{key}_files", name=name)


def currencies() -> None:
    """Say which currencies the amounts come in, and what is done with each; never one sum over those without a rate."""
    frame = door.ask("currencies")
    known = frame[frame["currency"].notna()]
    own = door.settings()["currency"]
    ways = set(known["counted"])
    if len(known) < 2 and ways <= {"own"}:
        return
    foreign = known[known["counted"] != "own"].to_dict("records")
    named = "; ".join(f"{row['currency']} ({formats.plural(row['rows'], 'row')}) {COUNTED[row['counted']]}"
                      for row in foreign)  # fmt: skip
    if not foreign:
        return
    said = formats.literal(f"Amounts are in {own}. {named}.")
    if ways <= {"own", "converted"}:
        st.caption(f":material/currency_exchange: {said}")
        return
    if ways == {"taken_as_own"}:
        st.warning(
            f"{said} Choose {formats.literal(foreign[0]['currency'])} as the currency if that is what they are.",
            icon=":material/currency_exchange:",
        )
        shell.link("settings", "Choose the currency on the Settings page", icon=":material/tune:")
        return
    st.warning(f"{said} Currencies without a rate are never summed: look at each by itself, or load rates "
               "(a table **fx_rates** with `month`, `from_currency`, `to_currency`, `rate`).",
               icon=":material/currency_exchange:")  # fmt: skip
    each = [row["currency"] for row in known.to_dict("records")]
    st.segmented_control(
        "Currency", each, default=own if own in each else None, key="currency_shown", on_change=_currency,
        args=(frame["currency"].isna().any(),),
    )  # fmt: skip


def _currency(some_without: bool) -> None:
    """Show one currency by itself: its rows count, those of the others have no rate into it. Rows that name none are
    the workspace's, and of no other."""
    chosen = st.session_state["currency_shown"]
    own = door.workspace().settings["currency"]
    switched = {k: v for k, v in door.definitions().items() if k != "currency"}
    filters = {k: v for k, v in state.get_json("where").items() if not k.endswith(".currency")}
    if chosen and chosen != own:
        switched["currency"] = chosen
        if some_without:
            spelled = door.ask("currencies")
            table_name = "subscriptions" if "currency" in door.mapped_columns().get("subscriptions", ()) else "invoices"
            values = spelled.loc[spelled["currency"] == chosen, "spelled"].iloc[0]
            filters[f"{table_name}.currency"] = list(values)
    state.update(**{"def": json.dumps(switched) if switched else None, "where": filters or None})


def banner(asked: Asked) -> None:
    """Say in red what does not add up, with whose rows; else in one grey line that all of it does."""
    by = [state.get("by")] if state.get("by") in {a.name for a in door.splits(MONEY_TABLES)} else None
    breaks = door.ask("reconcile", grain=asked.question.grain, by=by, **given(asked))
    if breaks.empty:
        split = " and segment" if by else ""
        st.caption(
            f":material/check_circle: Reconciled to the cent in every period{split}: start and movements make the end, "
            "an end is the next start, customers sum to the whole, and the KPI MRR is the end."
        )
        return
    customers = breaks["customer_id"].dropna().unique()
    named = ", ".join(formats.literal(c) for c in customers[:10])
    lines = "\n".join(f"- {formats.literal(said)}" for said in analysis.break_words(breaks))
    st.error(
        f"**The movements of revenue do not add up.** Do not use them before this is mended.\n\n{lines}"
        + (f"\n\nCustomers: {named}{' …' if len(customers) > 10 else ''}" if named else ""),
        icon=":material/error:",
    )
    rows = breaks.rename(columns={
        "check": "What differs", "period": "Period", "customer_id": "Customer", "amount": "Amount",
        "expected": "Expected", "found": "Found", "difference": "Difference", "_rows": "File and rows",
    }).drop(columns=["_source", "_row"])  # fmt: skip
    rows["Period"] = [formats.period(p, asked.question.grain or "month") for p in rows["Period"]]
    table(rows, key="breaks", name="what does not reconcile", alt="What does not reconcile, with the rows",
          amounts=("Expected", "Found", "Difference"), full=breaks,
          count=f"{formats.plural(len(breaks), 'difference')}.")  # fmt: skip


MONEY_TABLES = ("subscriptions", "mrr_snapshots", "invoices")


def tiles(asked: Asked) -> None:
    """Show MRR, NRR, GRR, logo retention and the quick ratio; each opens what it is computed from."""
    st.caption(asked.title)
    made = tile.make(TILES, asked)
    with tile.grid():
        for name in TILES:
            tile.show(made[name])
        _quick_ratio(asked)


def _quick_ratio(asked: Asked) -> None:
    row = door.ask("snowball", grain=None, **given(asked)).iloc[0]
    with st.container(border=True, height="stretch", gap="xsmall", key="tile_quick_ratio"):
        st.markdown(
            ":small[**Quick ratio**]",
            help="What was gained (new, won back, expansion) over what was lost (contraction, churn). Above 1 revenue "
            "grows. By period it stands under ARR.",
        )
        before = None
        if asked.before:
            words = asked.before.arguments()
            earlier = door.ask("snowball", grain=None, **{n: words[n] for n in ("where", "since", "until")}).iloc[0]
            both = row["complete"] and earlier["complete"]
            before = formats.change(row["quick_ratio"], earlier["quick_ratio"], "ratio") if both else None
        color, word = tile.verdict(before[0], "higher") if before else ("gray", "")
        if formats.is_missing(row["quick_ratio"]):
            st.markdown(":gray[No value]")
            st.caption("Nothing was lost in this period.")
            return
        st.metric(
            "Quick ratio", formats.value(row["quick_ratio"], "ratio"), before[1] if before else None,
            delta_color=color, delta_arrow="auto" if before and before[0] else "off", delta_description=word or None,
            label_visibility="collapsed",
        )  # fmt: skip
        gained, lost = money(row["gained"], short=True), money(row["lost"], short=True)
        st.caption(f"{formats.literal(gained)} gained / {formats.literal(lost)} lost, as ARR")
