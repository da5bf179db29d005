"""What publishing would change, shown before it: rows by table, changed cells, the headline KPIs before and after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from cs_metrics.api.keeping.previewing import Preview
from cs_metrics.ingest.plan import Plan
from cs_metrics.schema import TABLES
from pages._ui import door, download, errors, formats, frames, state
from pages._ui.serving import jobs

# up to so many rows, the version's and the files', the preview comes by itself
BY_ITSELF = 300_000
RUNNING = "_preview_running"
Keys = dict[str, list[str]]


def keys(plan: Plan) -> Keys:
    """Let a person choose, for each table, which columns tell that two rows are about the same; return the choice."""
    chosen: Keys = {}
    tables = {one.table: one for one in plan.applied}
    remembered: Keys = {}
    for sheet in plan.sheets:
        if sheet.recalled is not None:
            remembered |= sheet.recalled.record.get("keys", {})
    for table, one in tables.items():
        columns = [c for c in one.data.column_names if c in one.mapped or c not in _model(table)]
        columns = [c for c in columns if c != "_row"]
        own = [c for c in TABLES[table].key if c in columns]
        first = [c for c in remembered.get(table, own) if c in columns]
        key = f"key_{table}"
        st.session_state.setdefault(key, first)
        st.session_state[key] = [c for c in st.session_state[key] if c in columns]
        picked = st.multiselect(
            f"A row of {table} is the same where these agree", columns, key=key,
            placeholder="The table's own key", help=f"Its own key: {', '.join(TABLES[table].key)}.",
        )  # fmt: skip
        if picked and picked != own:
            chosen[table] = picked
    return chosen


def _model(table: str) -> set[str]:
    return {column.name for column in TABLES[table].columns}


def show(plan: Plan, mode: str, chosen: Mapping[str, Sequence[str]]) -> None:
    """Show what publishing would change; where there is much to compare, once it is asked for."""
    workspace = door.workspace()
    asked = json.dumps([plan.to_json(), mode, chosen, workspace.numbers()], sort_keys=True, default=str)
    key = f"preview:{workspace.path}:{state.get('draft')}:{hashlib.sha256(asked.encode()).hexdigest()[:16]}"
    if st.session_state.get(RUNNING) != key:
        stop()
    job = jobs.find(key)
    if job is None:
        rows = sum(one.counts.loaded for one in plan.applied) + sum(t["rows"] for t in door.view().tables().values())
        if rows > BY_ITSELF and not st.button("See what would change", icon=":material/difference:"):
            st.caption(f"{formats.count(rows)} rows are compared; that takes about as long as publishing.")
            return
        job = jobs.start(
            key,
            lambda job: workspace.preview(plan, mode, keys=chosen, progress=job.report, cancelled=job.cancelled),
        )
        st.session_state[RUNNING] = key
    if not job.done:
        jobs.beside(job, "preview")
    elif job.error is None:
        _result(job.result)
    elif jobs.was_cancelled(job):
        st.button("See what would change", icon=":material/difference:", on_click=jobs.forget, args=(key,))
    else:
        errors.show(job.error)


def stop() -> None:
    """Give up the preview under way: what it is about has changed."""
    key = st.session_state.pop(RUNNING, None)
    job = jobs.find(key) if key else None
    if job is not None:
        job.cancel()
        jobs.forget(key)


def _result(found: Preview) -> None:
    st.markdown("**What would change**")
    if found.tables:
        shown = [
            {
                "Table": table.table,
                "Matched by": ", ".join(table.key) or "the whole row",
                "Rows": table.rows,
                "New": table.new,
                "Changed": table.changed,
                "Unchanged": table.unchanged,
                "Missing": table.missing,
            }
            for table in found.tables
        ]
        frames.show(shown, alt="New, changed, unchanged and missing rows by table")
        download.table(pd.DataFrame(shown), key="preview_tables", name="rows that would change", numbers=False)
    for line in found.remarks:
        st.markdown(f":orange[:material/info:] {formats.literal(line)}")
    changes = pd.concat([table.changes.assign(table=table.table) for table in found.tables]) if found.tables else None
    if changes is not None and len(changes):
        columns = {name: n for table in found.tables for name, n in table.columns.items()}
        told = ", ".join(f"{name} ({formats.count(n)})" for name, n in columns.items())
        with st.expander(f"Changed values: {formats.literal(told)}"):
            frames.show(
                pd.DataFrame(
                    {
                        "Table": changes["table"],
                        "Row": changes["row"],
                        "Key": changes["key"],
                        "Column": changes["column"],
                        "Before": changes["before"].fillna(formats.NOTHING),
                        "After": changes["after"].fillna(formats.NOTHING),
                    }
                ),
                alt="The first changed values, before and after",
            )
            download.table(changes, key="preview_changes", name="values that would change", numbers=False)
    _kpis(found)


def _kpis(found: Preview) -> None:
    if found.left_out:
        st.caption(formats.literal(found.left_out))
    if found.kpis.empty:
        return
    currency = door.settings()["currency"]
    rows = []
    for row in found.kpis.to_dict("records"):
        kpi = door.kpi(row["kpi"])
        change = formats.change(row["after"], row["before"], kpi.unit, currency)
        moved = not (formats.is_missing(row["before"]) and formats.is_missing(row["after"])) and (
            change is None or change[0] != 0
        )
        rows.append(
            {
                "KPI": kpi.name,
                "Published": formats.value(row["before"], kpi.unit, currency, short=True),
                "As it would be": formats.value(row["after"], kpi.unit, currency, short=True),
                "Change": change[1] if change and moved else "",
                "moved": moved,
            }
        )
    frame = pd.DataFrame(rows).sort_values("moved", ascending=False, kind="stable")
    before, after = (formats.last_day(end) for end in found.reach)
    same = int((~frame["moved"]).sum())
    st.markdown(
        f"**The KPIs of the Overview**, {formats.count(len(frame) - same)} of {formats.count(len(frame))} change"
    )
    reach = f"with data to {before}" + ("" if before == after else f" before and to {after} after")
    st.caption(f"Over the last 12 whole months, {reach}.")
    frames.show(frame.drop(columns="moved"), alt="The headline KPIs before and after")
    download.table(found.kpis, key="preview_kpis", name="KPIs before and after", numbers=False)
