"""The app's pages and the ways between them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pages._ui import state
from pages._ui.links import linked

FOLDER = Path(__file__).parents[1]
AT_ROOT = "_at_root"

# name (also the file and the address), title, icon, help
PAGES = (
    ("overview", "Overview", "dashboard", "The key figures of each focus area, with their change and trend."),
    ("cohorts", "Cohorts", "grid_on", "Who stays: retention of each cohort, period by period."),
    ("revenue", "Revenue", "payments", "What moved MRR, ARR, concentration, renewals, and the outlook."),
    ("survival", "Survival", "stairs", "How long customers stay, when they leave, how many will still be here."),
    ("why", "Why", "troubleshoot", "Why a KPI moved: mix, rate and restated data, down to the accounts."),
    ("feedback", "Feedback", "forum", "NPS, CSAT and effort: trend, breakdown, distribution, comments."),
    ("texts", "What they say", "format_quote", "What customers write, everywhere: themes, trends, every text."),
    ("library", "KPIs", "menu_book", "Every KPI: what it means, its value, what it needs; search and filter."),
    ("segments", "Segments", "groups", "Build a group of customers and compare it with everyone else."),
    ("reports", "Reports", "summarize", "The weekly, monthly and quarterly report, with your own words; as a file."),
    ("todo", "To do", "checklist", "What rules found to be done, on which accounts, by whom and until when."),
    ("data", "Data", "upload_file", "Load spreadsheets, map their columns, see versions and problems."),
)
# of the workspace: in its menu
MENU = (
    ("settings", "Settings", "tune", "Calendar, currency and the definitions that KPIs go by."),
    ("links", "Links", "link", "What was shared of this workspace, who opened it, and taking it back."),
    ("people", "People", "group", "Who may do what here, and what was done by whom."),
)
# opened from other pages
HIDDEN = (
    ("kpi", "KPI", "query_stats", "One KPI: value, trend, segments, formula, SQL and rows."),
    ("scorecard", "Scorecard", "fact_check", "Choose, order and name the KPIs that the Overview shows."),
    ("scores", "Scores", "scale", "The weights and rules of health, engagement and the other scores."),
    ("definitions", "Definitions", "rule", "Where the field disagrees: choices, presets, two side by side."),
    ("own", "A KPI of your own", "calculate", "Define a KPI over one of the tables, and try it on the data."),
)
# Streamlit serves its default page at '/' and nowhere else: this one shows the Overview there, beside /overview.
ROOT = "start"


def pages() -> dict[str, Any]:
    """Return the app's pages by name."""
    own = {
        name: st.Page(
            FOLDER / f"{name}.py",
            title=title,
            url_path=name,
            help=help_text,
            visibility="visible" if row in PAGES else "hidden",
        )
        for row in (*PAGES, *MENU, *HIDDEN)
        for name, title, _, help_text in [row]
    }
    root = st.Page(FOLDER / "overview.py", title="Overview", url_path=ROOT, default=True, visibility="hidden")
    return {**own, ROOT: root}


def link(page: str, label: str, *, icon: str = "", hint: str | None = None, **params: Any) -> None:
    """Show a link to a page, which carries the state of this one; `params` change it, or are the page's own. The reader
    of a shared link sees none to a page that it does not open."""
    held = linked.opened()
    if held is not None and page not in linked.pages(held):
        return
    # At '/' the Overview is this very page, and its link is marked so.
    target = ROOT if page == "overview" and st.session_state.get(AT_ROOT) else page
    st.page_link(pages()[target], label=label, icon=icon, help=hint or "", query_params=state.link(**params))
