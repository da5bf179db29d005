"""What is proposed for a sheet, and why; real files are in tests/real/test_mapping.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cs_metrics.ingest.mappings.names import key, match, place_score
from cs_metrics.ingest.mappings.propose import propose
from cs_metrics.schema import TABLES
from tests.ingest.sheets import of_rows, plan_of, sheet


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Customer ID ", "customer_id"),
        ("customerID", "customer_id"),
        ("InvoiceNo", "invoice_no"),
        ("Customer's name", "customers_name"),
        ("E-Mail", "e_mail"),
    ],
)
def test_names_are_compared_in_one_form(name, expected):
    assert key(name) == expected


def test_a_column_matches_by_name_synonym_table_prefix_and_near_miss():
    assert match("created_at", "tickets", "created_at").score == 1.0
    assert match("ticket_status", "tickets", "status").score > 0.9
    assert match("tenureinmonths", "customers", "signed_up_on") is None
    assert 0.5 < match("signup_dat", "customers", "signed_up_on").score < 0.8
    assert match("colour", "customers", "country") is None


def test_a_files_name_is_about_its_last_word():
    tickets = TABLES["tickets"]
    assert (
        place_score("support_tickets_2025.csv", None, tickets)[0] > place_score("ticket_comments.csv", None, tickets)[0]
    )
    assert place_score("book.xlsx", "Tickets", tickets)[0] > 0.9


def tables(*sheets) -> list[list[str]]:
    return [[t.table for t in p.tables] for p in propose(sheets)]


def test_a_data_dictionary_is_skipped_with_the_reason():
    text = "Field,Description\naccount_id,The id\nname,The name"
    (proposal,) = propose([sheet(text, "accounts_dictionary.csv")])
    assert not proposal.tables
    assert "explains columns" in proposal.reason


def test_two_columns_never_feed_one_and_the_better_name_wins():
    text = "customer_id,account_name,signup_date,created_at\nA,x,2025-01-01,2025-01-02\nB,y,2025-01-03,2025-01-04"
    (proposal,) = propose([sheet(text, "customers.csv")])
    assert proposal.tables[0].columns["signed_up_on"] == "signup_date"
    sources = [v for v in proposal.tables[0].columns.values() if isinstance(v, str)]
    assert len(sources) == len(set(sources))


def accounts():
    return of_rows(["account_id", "account_name"], [[f"A-{i}", f"Company {i}"] for i in range(30)], "accounts.csv")


def test_customer_is_found_through_the_subscriptions_of_another_file():
    subs = of_rows(
        ["subscription_id", "account_id", "start_date", "mrr"],
        [[f"S-{i}", f"A-{i}", "2025-01-01", str(100 + i)] for i in range(30)],
        "subscriptions.csv",
    )
    usage = of_rows(
        ["usage_id", "subscription_id", "usage_date", "feature_name"],
        [[f"U-{i}", f"S-{i % 30}", f"2025-02-{1 + i % 28:02}", "reports"] for i in range(90)],
        "feature_usage.csv",
    )
    found = propose([usage, subs, accounts()])
    fit = found[0].tables[0].fits["customer_id"]
    assert fit.spec == {"through": "subscriptions.subscription_id", "from": "subscription_id"}
    assert "100% of its values are ids in subscriptions.csv" in fit.reason


def test_a_column_with_a_strange_name_is_the_customer_by_its_values():
    tickets = of_rows(
        ["Ticket No", "Opened", "Ref"],
        [[f"{i}", f"2025-02-{1 + i % 28:02}", f"A-{i % 30}"] for i in range(60)],
        "tickets.csv",
    )
    found = propose([accounts(), tickets])
    assert found[1].tables[0].columns["customer_id"] == "Ref"


def test_mrr_is_by_the_month_whatever_the_billing_frequency():
    text = "customer_id,start_date,mrr_amount,billing_frequency\nA,2025-01-01,100,annual\nB,2025-01-01,50,monthly"
    (proposal,) = propose([sheet(text, "subscriptions.csv")])
    assert proposal.tables[0].columns["billing_period"] == {"constant": "month"}


def test_billing_words_are_translated():
    text = "customer_id,start_date,amount,billing_cycle\nA,2025-01-01,100,Annual\nB,2025-01-01,50,Monthly"
    (proposal,) = propose([sheet(text, "subscriptions.csv")])
    rule = {"from": "billing_cycle", "values": {"Annual": "year", "Monthly": "month"}}
    assert proposal.tables[0].columns["billing_period"] == rule


def test_cents_in_a_name_are_divided():
    (proposal,) = propose([sheet("customer_id,start_date,mrr_cents\nA,2025-01-01,4900\nB,2025-01-02,9900", "subs.csv")])
    assert proposal.tables[0].columns["amount"] == {"from": "mrr_cents", "divide": 100}


def test_one_currency_in_the_amounts_or_their_name_is_the_currency():
    for text in ("customer_id,start_date,mrr\nA,2025-01-01,€49.00\nB,2025-01-02,€99.00",
                 "customer_id,start_date,mrr_eur\nA,2025-01-01,49\nB,2025-01-02,99"):  # fmt: skip
        (proposal,) = propose([sheet(text, "subscriptions.csv")])
        assert proposal.tables[0].columns["currency"] == {"constant": "EUR"}


def test_a_tenure_and_a_flag_are_customers_and_subscriptions_without_a_date():
    text = "customerID,tenure,MonthlyCharges,Churn\nA,5,20.5,Yes\nB,60,70.0,No\nC,1,30.5,No"
    (proposal,) = propose([sheet(text, "churn.csv")])
    assert [t.table for t in proposal.tables] == ["customers", "subscriptions"]
    assert proposal.tables[0].columns["churned_on"] == {
        "flag": "Churn",
        "values": {"Yes": True, "No": False},
        "date": None,
    }
    assert proposal.tables[1].columns["start_date"] == {"months_before": "tenure", "anchor": None}


def test_a_churn_flag_beside_real_dates_stays_an_attribute():
    text = "account_id,signup_date,churn_flag\nA,2024-01-01,True\nB,2024-02-01,False\nC,2024-03-01,False"
    (proposal,) = propose([sheet(text, "accounts.csv")])
    assert "churned_on" not in proposal.tables[0].columns


@pytest.mark.parametrize(
    ("file", "name", "header", "campaign", "survey", "scale"),
    [
        ("surveys.xlsx", "NPS", "Score (0-10)", "Q1", "nps", (0, 10)),
        ("nps_and_csat.xlsx", "CSAT", "Score (1-5)", "Q1", "csat", (1, 5)),
        ("surveys.xlsx", "Post-activation", "Score [1 to 5]", "Q1", "post_activation", (1, 5)),
        ("customer_satisfaction.csv", None, "Score", "Q1", "csat", None),
        ("surveys.csv", None, "Score", "NPS 2025", "nps", None),
        ("surveys.csv", None, "Score (0-10)", "Q1", "nps", (0, 10)),
        ("surveys.csv", None, "CES score", "Q1", "ces", None),
    ],
)
def test_which_survey_and_scale_stand_in_names(file, name, header, campaign, survey, scale):
    rows = [[f"R-{i}", f"A-{i}", f"2025-01-{i + 10}", str(1 + i % 5), campaign] for i in range(9)]
    raw = of_rows(["Response ID", "Account ID", "Answered", header, "Campaign"], rows, file, name)
    (proposal,) = propose([raw])
    columns = proposal.tables[0].columns
    assert (proposal.tables[0].table, columns["survey"]) == ("survey_responses", {"constant": survey})
    assert columns["score"] == header
    found = (columns["scale_min"]["constant"], columns["scale_max"]["constant"]) if "scale_min" in columns else None
    assert found == scale
    assert "required:survey_responses.survey" not in [q.id for q in plan_of(raw).sheets[0].questions]


def test_units_and_notes_in_brackets_are_no_part_of_a_header():
    text = "Ticket ID,Account ID,Created (UTC),First response (min),Cost [USD]\n" + "\n".join(
        f"{i},A{i},2025-01-{i + 10} 10:00,{i},5.50" for i in range(9)
    )
    columns = propose([sheet(text, "tickets.csv")])[0].tables[0].columns
    assert (columns["created_at"], columns["cost"]) == ("Created (UTC)", "Cost [USD]")
    assert columns["first_response_at"] == {"from": "First response (min)", "unit": "minutes", "after": "created_at"}


def test_the_bare_participle_is_the_date():
    text = "Invoice,Account ID,Issued,Paid,Amount (USD)\nI-1,A,2025-01-01,2025-01-09,5\nI-2,B,2025-01-02,,6"
    columns = propose([sheet(text, "invoices.csv")])[0].tables[0].columns
    assert (columns["issued_on"], columns["paid_on"], columns["amount"]) == ("Issued", "Paid", "Amount (USD)")


def test_german_headers_are_known():
    text = "Bestellnummer,Kundennummer,Bestelldatum,Artikel,Stückzahl,Betrag,Währung\n" + "\n".join(
        f"SO-{i},K{i % 3},{i + 10}.02.2024,Paket {i},1,99.00,EUR" for i in range(9)
    )
    (proposal,) = propose([sheet(text, "export.csv")])
    assert proposal.tables[0].table == "orders"
    assert len(proposal.tables[0].columns) == 7


def test_an_id_in_a_tiny_file_may_repeat():
    text = "Client ID,Client,Industry\n1,Acme,Retail\n2,Birch,Health\n3,Cedar,Retail\n3,Cedar,Retail"
    (proposal,) = propose([sheet(text, "clients.csv")])
    assert proposal.tables[0].columns["customer_id"] == "Client ID"


def test_customers_with_their_own_dates_have_several_rows():
    rows = [[f"A{i // 2}", "Pro" if i % 2 else "Basic", f"2025-0{1 + i % 2}-01"] for i in range(40)]
    (proposal,) = propose([of_rows(["customer_id", "plan", "Valid From"], rows, "customers.csv")])
    assert proposal.tables[0].columns["customer_id"] == "customer_id"


def test_the_template_s_own_sheets_are_recognised():
    """Each table's own column names and examples lead back to it."""
    for table in TABLES.values():
        header = [c.name for c in table.columns]
        rows = [[c.example for c in table.columns], [c.example for c in table.columns]]
        for i, c in enumerate(table.columns):
            if c.name == table.key[0] and c.type == "id":
                rows[1][i] += "0"
        (proposal,) = propose([of_rows(header, rows, "template.xlsx", table.name)])
        assert [t.table for t in proposal.tables][:1] == [table.name], table.name
        assert set(table.required) <= set(proposal.tables[0].columns), table.name


def test_a_list_of_purchases_without_a_header_is_known_by_its_values() -> None:
    lines = [[f"{i % 7:05}", f"199701{i % 28 + 1:02}", str(i % 3 + 1), f"{i}.95"] for i in range(40)]
    raw = replace(of_rows(["Column A", "Column B", "Column C", "Column D"], lines), header_row=None)
    found = propose([raw])[0]
    assert "no header" in found.reason
    assert found.tables[0].table == "orders"
    columns = {"customer_id": "Column A", "ordered_at": "Column B", "quantity": "Column C", "amount": "Column D"}
    assert found.tables[0].columns == columns


def test_numbers_without_a_header_are_no_purchases() -> None:
    lines = [[str(i), f"{i}.5", f"{i * 2}.25"] for i in range(40)]
    raw = replace(of_rows(["Column A", "Column B", "Column C"], lines), header_row=None)
    assert "no header" not in propose([raw])[0].reason
