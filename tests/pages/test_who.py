"""The Data page's 'Who is who': a match is accepted, refused, applied and undone; files at odds are weighed."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from cs_metrics import facts
from cs_metrics.workspace.publish.publishing import Request, publish
from cs_metrics.workspace.store.progress import Progress
from pages._ui.people import workspaces
from tests.pages.test_data import button, said
from tests.workspace.loads import load
from tests.workspace.test_matches import paid, put

Open = Callable[..., AppTest]


@pytest.fixture
def name(home: Any) -> str:
    """A workspace in which one customer has three ids, and the files disagree about who has left."""
    name = workspaces.create(f"Who {uuid.uuid4().hex[:8]}")
    put(
        cs.Workspace(cs.home() / name),
        customers=[
            {"customer_id": "Acme *Inc.*", "churned_on": None, "plan": "Pro"},
            {"customer_id": "Gone", "churned_on": date(2025, 2, 1), "plan": "Basic"},
        ],
        subscriptions=[
            {**paid("ACME", 10.0), "plan": "Pro"},
            {**paid("acme.com", 5.0), "plan": "Pro"},
            {**paid("Gone", 7.0), "plan": "Pro"},
            {**paid("Acme *Inc.*", 1.0, end=date(2025, 4, 1)), "plan": "Pro"},
        ],
    )
    return name


def test_a_match_is_accepted_another_refused_and_both_are_undone(open_page: Open, name: str) -> None:
    workspace = cs.Workspace(cs.home() / name)
    app = open_page("data", ws=name, view="who")
    assert "**Acme \\*Inc.\\*** :gray[(customers 1, subscriptions 1)] and **ACME**" in said(app)
    assert "With ACME go MRR" in said(app)
    (rows,) = [f.value for f in app.dataframe if "Rows of the table" in f.value]
    assert rows[["Table", "Rows", "Customers", "Rows of the table"]].values.tolist() == [["subscriptions", 2, 2, 4]]
    app.button(key="swap_Acme *Inc.*|ACME").click().run()
    assert "As one customer both are called **ACME**." in said(app)
    app.button(key="match_True_Acme *Inc.*|ACME").click().run()
    assert workspace.same_customers() == {"Acme *Inc.*": "ACME"}
    app.button(key="turn_ACME|Acme *Inc.*").click().run()
    app.button(key="match_False_Acme *Inc.*|acme.com").click().run()
    assert workspace.same_customers() == {"ACME": "Acme *Inc.*"}
    assert "No two ids look like one customer that nobody decided on." in said(app)
    assert "What you decided is applied with the next publishing." in said(app)
    button(app, "Apply now").click().run()
    for _ in range(200):
        if workspace.numbers() == [1, 2] and not any(b.label == "Cancel" for b in app.button):
            break
        time.sleep(0.1)
        app.run()
    assert workspace.version().same() == {"ACME": "Acme *Inc.*"}
    app = open_page("data", ws=name, view="who")
    assert "In this version 1 row came under another id of their customer." in said(app)
    assert "What you decided is applied" not in said(app)
    app.button(key="unmatch_Acme *Inc.*|ACME").click().run()
    assert workspace.same_customers() == {}
    assert "What you decided is applied with the next publishing." in said(app)


def test_what_each_choice_of_whom_to_believe_does_is_shown_and_one_is_chosen(open_page: Open, name: str) -> None:
    app = open_page("data", ws=name, view="who")
    (counts,) = [f.value for f in app.dataframe if "Accounts" in f.value and "Customers" in f.value]
    assert counts[["Accounts", "Subscriptions", "Customers"]].values.tolist() == [["left", "active", 1]]
    button(app, "What each choice does").click().run()
    (effects,) = [f.value for f in app.dataframe if "KPI" in f.value]
    assert list(effects) == ["KPI", "Subscriptions", "Accounts"]
    assert "Customer Churn Rate" in set(effects["KPI"])
    app.radio(key="believe").set_value("accounts").run()
    app.button(key="save_believe").click().run()
    assert cs.Workspace(cs.home() / name).settings["leaving_source"] == "accounts"
    assert "Now: leavings by the accounts." in said(app)
    (plans,) = [f.value for f in app.dataframe if "MRR by plan" in f.value]
    assert list(plans) == ["MRR by plan", "Subscriptions", "Customers table"]
    app.radio(key="believe_plan").set_value("customers").run()
    app.button(key="save_believe_plan").click().run()
    assert cs.Workspace(cs.home() / name).settings["plan_source"] == "customers"


def test_the_sample_company_is_looked_at_and_not_changed(open_page: Open) -> None:
    app = open_page("data", ws=workspaces.SAMPLE, view="who")
    assert all(b.disabled for b in app.button if b.label in ("Same customer", "Different"))


@pytest.fixture
def quarrel(home: Any) -> str:
    """A workspace in which two customer files say different things of the region of one customer."""
    name = workspaces.create(f"Quarrel {uuid.uuid4().hex[:8]}")
    workspace = cs.Workspace(cs.home() / name)
    request = Request("append", workspace.settings, facts.build)
    crm = load("customers", [{"customer_id": c, "region": "EMEA"} for c in "AB"], "crm_*1*.xlsx")
    regions = [{"customer_id": "A", "region": "AMER"}, {"customer_id": "B", "region": "EMEA"}]
    billing = load("customers", regions, "billing.csv")
    paid_for = load("subscriptions", [paid("A", 10.0), paid("B", 20.0, date(2025, 3, 31))])
    publish(workspace.folder, [crm, billing, paid_for], request, Progress())
    return name


def test_files_that_differ_are_listed_weighed_believed_and_undone(open_page: Open, quarrel: str) -> None:
    workspace = cs.Workspace(cs.home() / quarrel)
    app = open_page("data", ws=quarrel, view="who")
    (listed,) = [f.value for f in app.dataframe if "Holds now" in f.value]
    assert listed.values.tolist() == [["region", "crm_*1*.xlsx and billing.csv", 1, "billing.csv (loaded last)"]]
    app.button(key="weigh_conflict").click().run()
    (effects,) = [f.value for f in app.dataframe if "Loaded last" in f.value]
    assert effects[effects["KPI"] == "Monthly Recurring Revenue"].values.tolist() == [
        ["Monthly Recurring Revenue", "AMER", "$10", "\u2013", "$10"],
        ["Monthly Recurring Revenue", "EMEA", "$20", "$30", "$20"],
    ]
    app.radio(key="believe_file_region").set_value("crm").run()
    app.button(key="save_believe_file").click().run()
    assert workspace.settings["believed_files"] == {"region": "crm"}
    assert "you believe **crm\\_\\*1\\*.xlsx**" in said(app)
    app.button(key="unbelieve_region").click().run()
    assert workspace.settings["believed_files"] == {}
