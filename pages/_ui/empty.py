"""What a page says when it has nothing to show: what to upload, the template for it, and where."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cs_metrics.reports.template import template_workbook
from pages._ui import door, download, leave, shell
from pages._ui.links import linked


def no_data() -> None:
    """Say that the workspace is empty, and what to do; then stop the page."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.subheader("This workspace has no data yet", anchor=False, text_alignment="center")
        if leave.given("publish", "load files"):
            st.markdown(
                "Drop your spreadsheets on the Data page: accounts, subscriptions, tickets, survey answers, in any "
                "order.", text_alignment="center",
            )  # fmt: skip
            shell.link("data", "Load spreadsheets", icon=":material/upload_file:")
            template("template_empty")
    st.stop()


def template(key: str) -> None:
    """Offer the blank workbook that has a sheet for every table and explains each column."""
    st.download_button(
        "Blank workbook with every table", template_workbook, file_name="cs-metrics-template.xlsx", mime=download.XLSX,
        icon=":material/download:", type="tertiary", on_click="ignore", key=key,
    )  # fmt: skip


def needs(what: str, columns: Sequence[str], *, any_of: bool = False) -> None:
    """Say that `what` cannot be computed, and which columns ('table.column') and choices ('settings.name') it lacks:
    all of them, or with `any_of` one."""
    with st.container(border=True, gap="small"):
        source = "what this link shows" if linked.leaves_out() else "these data"
        st.markdown(f":material/block: **{what} cannot be computed from {source}.**")
        tables: dict[str, list[str]] = {}
        for column in columns:
            table, _, name = column.partition(".")
            tables.setdefault(table, []).append(name)
        chosen = tables.pop("settings", [])
        lines = [
            f"- a table **{table}**" + (f" with {', '.join(f'`{n}`' for n in names)}" if any(names) else "")
            for table, names in tables.items()
        ]
        lines += [f"- a choice of `{name}` in the settings" for name in chosen]
        st.markdown(("It needs one of\n" if any_of else "It needs\n") + "\n".join(lines))
        if any(_is_told_by_people(column) for column in columns):
            st.caption(
                "These data name people, not accounts. Where each of them is a customer of its own, load the file "
                "again and say so: its sheet asks."
            )
        if linked.leaves_out():
            st.caption("This link leaves something out: what is missing may be there for whoever shared it.")
            return
        if not leave.given("publish", "load and map files"):
            return
        if chosen:
            shell.link("settings", "Choose on the Settings page", icon=":material/tune:")
        if tables:
            shell.link("data", "Load or map them on the Data page", icon=":material/upload_file:")
            template(f"template_{what}")


def _is_told_by_people(column: str) -> bool:
    """Whether a customer is missing where a person is known."""
    table, _, name = column.partition(".")
    return name == "customer_id" and "user_id" in door.mapped_columns().get(table, ())


def left_out(frame: pd.DataFrame, **told: str) -> bool:
    """Return whether the reader's link leaves one of these columns out of an answer, and say what it tells: column="Who
    they are"."""
    gone = [words for column, words in told.items() if column not in frame]
    if gone:
        st.caption(f"{gone[0]} is left out of this link.")
    return bool(gone)


def nothing(what: str, why: str = "") -> None:
    """Say that the filters leave nothing, and offer to clear them."""
    from pages._ui import filter_bar

    with st.container(border=True, gap="small"):
        st.markdown(f":material/filter_alt_off: **{what}** {why}".strip())
        st.button("Clear the filters", on_click=filter_bar.clear, key=f"clear_{what}")
