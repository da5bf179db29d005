"""What becomes of each row, and what is said about it."""

from __future__ import annotations

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from cs_metrics.ingest.apply import apply
from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.schema import TABLES, Type
from tests.ingest.sheets import of_rows, sheet

CUSTOMERS = {"customer_id": "Id", "signed_up_on": "Since"}


def test_all_model_columns_are_there_in_order_then_attributes_then_the_row():
    done = apply(sheet("Id,Since,Colour\nA,2025-01-01,red"), TableMapping("customers", CUSTOMERS))
    assert done.data.column_names == [*(c.name for c in TABLES["customers"].columns), "Colour", "_row"]
    assert done.data.column("_row").to_pylist() == [2]
    assert done.mapped == ("customer_id", "signed_up_on")


def test_bad_optional_value_is_left_out_and_the_row_stays():
    done = apply(sheet("Id,Since\nA,2024-01-31\nB,31/02/2024\nC,2024-02-01"), TableMapping("customers", CUSTOMERS))
    assert done.counts.loaded == 3
    (problem,) = done.problems
    assert problem.sentence == "Column Since: 1 value is not a date, e.g. row 3: 31/02/2024."
    assert (problem.level, problem.count, problem.examples) == ("warning", 1, ((3, "31/02/2024"),))


def test_row_without_a_required_value_is_rejected_with_its_reason():
    done = apply(sheet("Id,Since\nA,2025-01-01\n,2025-01-02"), TableMapping("customers", CUSTOMERS))
    assert (done.counts.loaded, done.counts.rejected) == (1, 1)
    row = done.aside.iloc[0]
    assert (row["row"], row["status"], row["column"]) == (3, "rejected", "Id")
    assert row["content"] == '{"Since": "2025-01-02"}'


def test_exact_duplicates_are_set_aside_and_name_the_first():
    done = apply(sheet("Id,Since\nA,2025-01-01\nA,2025-01-01"), TableMapping("customers", CUSTOMERS))
    assert (done.counts.loaded, done.counts.rejected, done.counts.set_aside) == (1, 0, 1)
    assert done.aside.iloc[0]["reason"] == "The same as row 2."


def test_same_id_with_other_values_is_rejected_for_customers():
    done = apply(sheet("Id,Since\nA,2025-01-01\nA,2025-02-01"), TableMapping("customers", CUSTOMERS))
    assert (done.counts.loaded, done.counts.rejected) == (1, 1)
    assert "stands already in row 2" in done.aside.iloc[0]["reason"]


def test_rows_of_a_customer_with_other_dates_are_its_history():
    text = "Id,Plan,Valid From\nA,Pro,2025-01-01\nA,Team,2025-04-01\nA,Max,2025-04-01\nB,Pro,2025-01-01"
    done = apply(sheet(text), TableMapping("customers", {"customer_id": "Id", "plan": "Plan"}))
    assert (done.counts.loaded, done.counts.rejected) == (3, 1)
    assert done.data.column("plan").to_pylist() == ["Pro", "Team", "Pro"]
    assert [(a.name, a.type) for a in done.attributes] == [("valid_from", Type.DATE)]


def test_large_amounts_are_multiplied_exactly():
    text = "When,Price,Pieces\n2025-01-01,1234.5,1234\n2025-01-02,999999,99999"
    rule = {"from": "Price", "times": "Pieces"}
    done = apply(sheet(text), TableMapping("orders", {"ordered_at": "When", "amount": rule}))
    assert [str(a) for a in done.data.column("amount").to_pylist()] == ["1523373.000000", "99998900001.000000"]


def test_lines_of_one_order_stay():
    text = "No,When,Sum\n1,2025-01-01,5\n1,2025-01-01,6"
    mapping = TableMapping("orders", {"order_id": "No", "ordered_at": "When", "amount": "Sum"})
    assert apply(sheet(text), mapping).counts.loaded == 2


def test_anonymous_answers_that_look_alike_are_not_duplicates():
    text = "Date,Score\n2025-01-01,9\n2025-01-01,9"
    columns = {"survey": {"constant": "nps"}, "responded_at": "Date", "score": "Score"}
    assert apply(sheet(text), TableMapping("survey_responses", columns)).counts.loaded == 2
    strict = TableMapping("survey_responses", columns, keep_duplicates=False)
    assert apply(sheet(text), strict).counts.loaded == 1


def test_total_row_is_set_aside_but_a_product_called_total_stays():
    text = "When,Sum,What\n2025-01-01,5,Total\nTotal,5,"
    done = apply(sheet(text), TableMapping("orders", {"ordered_at": "When", "amount": "Sum", "product": "What"}))
    assert done.data.column("product").to_pylist() == ["Total"]
    assert done.aside["status"].tolist() == ["total"]


def test_guest_orders_are_kept():
    text = "When,Sum,Who\n2025-01-01,5,\n2025-01-01,6,A"
    done = apply(sheet(text), TableMapping("orders", {"ordered_at": "When", "amount": "Sum", "customer_id": "Who"}))
    assert done.data.column("customer_id").to_pylist() == [None, "A"]


def test_an_open_deal_without_an_amount_is_kept_one_with_a_wrong_amount_is_not():
    text = "Id,When,Sum,State\n1,2025-01-01,,open\n2,2025-01-01,abc,open\n3,2025-01-02,10,won\n4,2025-01-02,12,won"
    columns = {"opportunity_id": "Id", "created_at": "When", "amount": "Sum", "status": "State"}
    done = apply(sheet(text), TableMapping("opportunities", columns))
    assert done.data.column("opportunity_id").to_pylist() == ["1", "3", "4"]


def test_two_currencies_in_one_column_are_not_summed_silently():
    text = "Id,Start,Sum\nA,2025-01-01,€5.00\nB,2025-01-01,£5.00"
    done = apply(
        sheet(text), TableMapping("subscriptions", {"customer_id": "Id", "start_date": "Start", "amount": "Sum"})
    )
    assert "several currencies" in done.problems[0].sentence


def test_word_outside_a_closed_set_is_a_problem():
    text = "Id,Start,Sum,Every\nA,2025-01-01,5,month\nB,2025-01-01,5,fortnight"
    columns = {"customer_id": "Id", "start_date": "Start", "amount": "Sum", "billing_period": "Every"}
    done = apply(sheet(text), TableMapping("subscriptions", columns))
    assert done.data.column("billing_period").to_pylist() == ["month", None]
    assert "not one of month, quarter" in done.problems[0].sentence


def test_attributes_keep_their_names_and_types_and_never_clash_with_the_model():
    text = "Id,Since,Seats,Zip,plan,VIP\nA,2025-01-01,5,01234,Pro,yes\nB,2025-01-01,6,00501,Team,no"
    done = apply(sheet(text), TableMapping("customers", CUSTOMERS))
    found = {a.name: a for a in done.attributes}
    assert {n: a.type for n, a in found.items()} == {
        "Seats": Type.INTEGER,
        "Zip": Type.TEXT,
        "plan (file)": Type.TEXT,
        "VIP": Type.BOOLEAN,
    }
    assert done.data.column("Zip").to_pylist() == ["01234", "00501"]
    assert found["plan (file)"].low_cardinality


def test_only_the_attributes_asked_for_are_kept():
    text = "Id,Since,Seats,Note\nA,2025-01-01,5,x"
    done = apply(sheet(text), TableMapping("customers", CUSTOMERS, attributes=("seats",)))
    assert [a.name for a in done.attributes] == ["Seats"]


def test_a_flag_stays_an_attribute_beside_the_date_made_of_it():
    rule = {"flag": "Churn", "values": {"Yes": True}, "date": "2025-01-01"}
    done = apply(sheet("Id,Churn\nA,Yes\nB,No"), TableMapping("customers", {"customer_id": "Id", "churned_on": rule}))
    assert [a.name for a in done.attributes] == ["Churn"]


CELLS = st.sampled_from(["", "A", "B", "2025-01-01", "31/02/2024", "5", "5.5", "Total", "won", "yes", "N/A", "1,234"])
TARGETS = {
    "customers": {"customer_id": "a", "signed_up_on": "b", "churn_reason": "c"},
    "orders": {"order_id": "a", "ordered_at": "b", "amount": {"from": "c", "times": "d"}},
    "tickets": {
        "ticket_id": "a",
        "created_at": "b",
        "resolved_at": {"from": "c", "unit": "hours", "after": "created_at"},
        "satisfaction": "d",
    },
    "opportunities": {"opportunity_id": "a", "created_at": "b", "amount": "c", "status": "d"},
}


@settings(max_examples=12, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=12),
    table=st.sampled_from(sorted(TARGETS)),
    keep=st.sampled_from([None, True, False]),
)
def test_every_row_of_the_file_is_loaded_rejected_or_set_aside(rows, table, keep):
    raw = of_rows(list("abcd"), rows)
    done = apply(raw, TableMapping(table, TARGETS[table], keep_duplicates=keep))
    counts = done.counts
    assert counts.file == raw.file_rows == counts.loaded + counts.rejected + counts.set_aside
    assert min(counts.loaded, counts.rejected, counts.set_aside) >= 0
    loaded, aside = set(done.data.column("_row").to_pylist()), set(done.aside["row"])
    assert not loaded & aside
    assert loaded | aside == set(raw.data.column("_row").to_pylist())
    assert (done.aside["reason"] != "").all()
    for name in TABLES[table].required:
        nulls = done.data.column(name).null_count
        assert not nulls or (table, name) == ("opportunities", "amount")


@settings(max_examples=4, deadline=None)
@given(texts=st.lists(st.text(string.printable, max_size=8), min_size=1, max_size=10))
def test_no_cell_whatever_it_holds_raises(texts):
    raw = of_rows(["x"], [[t] for t in texts])
    columns = dict.fromkeys(("customer_id", "sent_at", "score", "respondent_type", "comment"), "x")
    done = apply(raw, TableMapping("survey_responses", {"survey": {"constant": "nps"}} | columns))
    assert done.counts.file == done.counts.loaded + done.counts.rejected + done.counts.set_aside
