"""The Data page's view 'Who is who': ids that may be one customer, rows of nobody known, files at odds."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.definitions import BY_NAME
from pages._ui import door, download, errors, formats, frames, leave, state
from pages._ui.data import file_conflict_parts
from pages._ui.people import workspaces
from pages._ui.serving import jobs

# so many proposals are shown at once; each decision brings the next
SHOWN = 10
SOURCES = {"subscriptions": "Subscriptions", "accounts": "Accounts", "churn_events": "Churn events"}
PLANS = {"subscriptions": "Subscriptions", "customers": "Customers table"}
COLUMNS = {"customer_id": "Customer", "mrr": "MRR", "orders": "Order value", "file": "File", "row": "Row",
           "rows": "Rows", "table": "Table"}  # fmt: skip


def show() -> None:
    """Show the parts, each on its own: what is wrong with one does not hide the others."""
    for part in (_matches, _orphans, file_conflict_parts.show, _departures, _differences):
        with errors.shown():
            part()


def _may_change() -> bool:
    return state.workspace() != workspaces.SAMPLE


def _matches() -> None:
    st.subheader("Ids that may be one customer", anchor=False)
    _waiting()
    proposed = door.workspace().undecided(door.ask("matches", decided=True))
    if proposed.empty:
        st.caption("No two ids look like one customer that nobody decided on.")
    else:
        st.caption(
            f"{formats.plural(len(proposed), 'pair')} to decide on, the surest first. Nothing becomes one by itself; "
            "what you say is remembered, applied at each publishing, and can be undone."
        )
        leave.given("accept_match", "decide")
    for row in proposed.head(SHOWN).to_dict("records"):
        _proposal(row)
    if len(proposed) > SHOWN:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{formats.count(len(proposed) - SHOWN)} more follow as you decide.", width="stretch")
            download.table(proposed, key="all_matches", name="ids that may be one customer", numbers=False)
    _decided()


def _proposal(row: dict[str, Any]) -> None:
    key = f"{row['kept']}|{row['other']}"
    stake = _stake(row)
    if st.session_state.get(f"swapped_{key}"):
        sides = {f"{one}{part}": row[f"{two}{part}"] for part in ("", "_name", "_in")
                 for one, two in (("kept", "other"), ("other", "kept"))}  # fmt: skip
        row = {**row, **sides}
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{_id(row, 'kept')} and {_id(row, 'other')}", width="stretch")
            if door.may("accept_match"):
                _decisions(row, key)
        evidence = formats.literal(row["evidence"][:1].upper() + row["evidence"][1:] + ".")
        st.caption(f"{evidence}{stake} As one customer both are called **{formats.literal(row['kept'])}**.")


def _decisions(row: dict[str, Any], key: str) -> None:
    st.button(f"Call both {formats.literal(row['other'])}", key=f"swap_{key}", icon=":material/swap_horiz:",
              type="tertiary", on_click=_swap, args=(key,), disabled=not _may_change())  # fmt: skip
    for label, accept, icon in (("Same customer", True, "check"), ("Different", False, "close")):
        st.button(
            label, key=f"match_{accept}_{key}", icon=f":material/{icon}:", on_click=_decide, args=(row, accept),
            disabled=not _may_change(), type="secondary" if accept else "tertiary",
        )  # fmt: skip


def _id(row: dict[str, Any], which: str) -> str:
    name = row[f"{which}_name"]
    named = f" {formats.literal(name)}" if name and name != row[which] else ""
    return f"**{formats.literal(row[which])}**{named} :gray[({formats.literal(row[f'{which}_in'])})]"


def _stake(row: dict[str, Any]) -> str:
    currency = door.settings()["currency"]
    said = [
        f"{label} {formats.literal(formats.value(row[name], 'money', currency))}"
        for name, label in (("mrr", "MRR"), ("orders", "orders worth"))
        if not formats.is_missing(row[name])
    ]
    return f" With {formats.literal(row['other'])} go {' and '.join(said)}." if said else ""


def _decide(row: dict[str, Any], accept: bool) -> None:
    workspace = door.workspace()
    decide = workspace.accept_match if accept else workspace.refuse_match
    with errors.shown():
        decide(row["kept"], row["other"], evidence=row["evidence"])


def _swap(key: str) -> None:
    st.session_state[f"swapped_{key}"] = not st.session_state.get(f"swapped_{key}", False)


def _swap_decided(kept: str, other: str) -> None:
    with errors.shown():
        door.workspace().swap_match(kept, other)


def _undo(kept: str, other: str) -> None:
    with errors.shown():
        door.workspace().undo_match(kept, other)


def _waiting() -> None:
    """Say where what was decided is not in the latest version yet, and offer to publish that."""
    if not door.may("apply_matches"):
        return
    workspace = door.workspace()
    key = f"matches:{workspace.path}"
    job = jobs.find(key)
    if job is not None and not job.done:
        jobs.wait(job, "matches")
    if job is not None:
        jobs.forget(key)
        if job.error is None:
            st.session_state["just_published"] = job.result.number
            state.update(v=str(job.result.number))
            st.rerun()
        elif not jobs.was_cancelled(job):
            errors.show(job.error)
    if workspace.same_customers() == door.ask("same") or door.view().number != door.latest_number():
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(":material/schedule: What you decided is applied with the next publishing.", width="stretch")
        if st.button("Apply now", key="apply_matches", icon=":material/publish:", type="primary"):
            jobs.start(key, lambda job: workspace.apply_matches(progress=job.report, cancelled=job.cancelled))
            st.rerun()


def _decided() -> None:
    told = door.workspace().match_decisions()
    if told.empty:
        return
    with st.expander(f"Decided ({formats.count(len(told))})", key="decided"):
        for row in told.to_dict("records"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                other, kept = formats.literal(row["other"]), formats.literal(row["kept"])
                said = f"**{other}** is **{kept}**" if row["accepted"] else f"**{other}** is not **{kept}**"
                st.markdown(f"{said} :gray[{formats.instant(row['decided_at'])}]", width="stretch")
                if not door.may("undo_match"):
                    continue
                if row["accepted"]:
                    st.button(
                        f"Call both {other}", key=f"turn_{row['kept']}|{row['other']}", type="tertiary",
                        icon=":material/swap_horiz:", on_click=_swap_decided, args=(row["kept"], row["other"]),
                        disabled=not _may_change(),
                    )  # fmt: skip
                st.button(
                    "Undo", key=f"unmatch_{row['kept']}|{row['other']}", type="tertiary", icon=":material/undo:",
                    on_click=_undo, args=(row["kept"], row["other"]),
                )  # fmt: skip
    merged = door.ask("merged")
    if len(merged):
        with st.container(horizontal=True, vertical_alignment="center"):
            rows = formats.plural(int(merged["rows"].sum()), "row")
            st.caption(f"In this version {rows} came under another id of their customer.", width="stretch")
            download.table(merged, key="merged", name="rows under another id", numbers=False)


def _orphans() -> None:
    st.subheader("Rows of customers that no customer table has", anchor=False)
    if not door.ask("tables")["customers"]["rows"]:
        st.caption("No customer table is loaded, so nobody can be missing from it.")
        return
    found = door.ask("orphans")
    if found.empty:
        st.caption("Every customer that a row names is in the customers table.")
        return
    shown = _money(found).rename(columns={**COLUMNS, "customers": "Customers", "all_rows": "Rows of the table"})
    frames.show(shown, alt="Rows of unknown customers by table")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("They count, without the attributes of a customer. MRR where the data end; all orders.",
                   width="stretch")  # fmt: skip
        each = door.ask("orphans", by="customer")
        label = f"Customers ({formats.count(each['customer_id'].nunique())})"
        download.table(each, key="orphans", name="customers in no customer table", label=label, numbers=False)


def _money(frame: pd.DataFrame) -> pd.DataFrame:
    currency = door.settings()["currency"]
    told = {name: [formats.value(v, "money", currency) for v in frame[name]] for name in ("mrr", "orders")
            if name in frame}  # fmt: skip
    return frame.assign(**told)


def _departures() -> None:
    found = door.ask("departures")
    if found.empty:
        return
    st.subheader("Who has left: the files disagree", anchor=False)
    heard = [name for name in SOURCES if found[name].notna().any()]
    said = found[heard].fillna(formats.NOTHING)
    counts = said.apply(lambda told: told.str.split(" ").str[0]).value_counts().reset_index(name="Customers")
    with st.container(horizontal=True, vertical_alignment="center"):
        of = formats.plural(len(found), "customer")
        st.caption(f"Of {of} the files say different things. As of the end of the data:", width="stretch")
        download.table(found, key="departures", name="who has left", label="Customers and rows", numbers=False)
    frames.show(
        counts.rename(columns=SOURCES),
        alt="What the files say of who has left, and of how many customers",
    )
    download.table(
        counts.rename(columns=SOURCES), key="departure_counts", name="who has left, in numbers", numbers=False
    )
    with st.expander("The customers", key="departed"):
        frames.show(
            _money(found.assign(**said)).drop(columns=[name for name in SOURCES if name not in heard])
            .rename(columns={**COLUMNS, **SOURCES}),
            alt="The customers of whom the files say different things",
        )  # fmt: skip
    _believe()


def _believe() -> None:
    definition = BY_NAME["leaving_source"]
    now = door.workspace().settings["leaving_source"]
    st.markdown(f"**Which to believe?** Now: {definition.choice(now).label}.")
    if st.session_state.get("weigh_leavings") or st.button("What each choice does", icon=":material/balance:"):
        st.session_state["weigh_leavings"] = True
        with st.spinner("Computing the KPIs under each choice …"):
            _effects(door.ask("believing"), now)


def _effects(found: pd.DataFrame, now: str) -> None:
    currency = door.settings()["currency"]
    rows = []
    for kpi_id, group in found.groupby("kpi", sort=False):
        kpi = door.kpi(str(kpi_id))
        values = group.set_index("choice")["value"]
        rows.append({"KPI": kpi.name} | {
            SOURCES[c]: formats.value(values.get(c), kpi.unit, currency) for c in SOURCES if c in set(found["choice"])
        })  # fmt: skip
    frames.show(rows, alt="The KPIs under each choice of whom to believe")
    download.table(
        found.assign(choice=found["choice"].replace(SOURCES)), key="believing", name="KPIs by whom to believe"
    )
    st.caption("Over the last 12 whole months; MRR at their end.")
    if not leave.given("set_settings", "choose"):
        return
    choices = [c for c in BY_NAME["leaving_source"].choices if c.value in set(found["choice"])]
    picked = st.radio(
        "Believe", [c.value for c in choices], format_func=SOURCES.get, key="believe",
        index=[c.value for c in choices].index(now) if now in [c.value for c in choices] else 0,
        captions=[formats.literal(c.means) for c in choices],
    )  # fmt: skip
    if st.button("Believe it", key="save_believe", disabled=picked == now or not _may_change()):
        door.workspace().set_settings({"leaving_source": picked})
        st.rerun()


def _differences() -> None:
    found = door.ask("differences")
    if found.empty:
        return
    st.subheader("What a customer is: other tables say otherwise", anchor=False)
    counts = found.groupby(["what", "table"]).size().reset_index(name="Customers")
    frames.show(
        counts.rename(columns={"what": "What", "table": "Says otherwise than customers"}),
        alt="Where another table says otherwise of a customer",
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Breakdowns by a customer's attribute take it from the customers table, but for the plan.",
                   width="stretch")  # fmt: skip
        download.table(found, key="differences", name="what a customer is", label="Customers and rows", numbers=False)
    if "plan" in set(found["what"]):
        _believe_plan()


def _believe_plan() -> None:
    """Show MRR by plan as each file has it, and let a person choose."""
    now = door.workspace().settings["plan_source"]
    if not door.needs()["mrr"]:
        currency = door.settings()["currency"]
        found = {
            PLANS[source]: door.ask("compute", ["mrr"], by=["plan"], definitions={"plan_source": source})
            .assign(plan=lambda frame: frame["plan"].fillna(formats.NOTHING)).set_index("plan")["value"]
            for source in PLANS
        }  # fmt: skip
        told = pd.DataFrame(found)
        shown = {name: [formats.value(v, "money", currency) for v in told[name]] for name in told}
        frames.show({"MRR by plan": list(told.index), **shown}, alt="MRR by plan as each file has it")
        download.table(
            told.rename_axis("plan").reset_index(), key="believing_plan", name="MRR by plan as files have it"
        )
    if not leave.given("set_settings", "choose whose plan to believe"):
        return
    picked = st.radio("Whose plan to believe", list(PLANS), format_func=PLANS.get, index=list(PLANS).index(now),
                      horizontal=True, key="believe_plan")  # fmt: skip
    if st.button("Believe it", key="save_believe_plan", disabled=picked == now or not _may_change()):
        door.workspace().set_settings({"plan_source": picked})
        st.rerun()
