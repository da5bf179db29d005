"""The next file of a source: its mapping comes back by itself, and what changed in its shape is said."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from cs_metrics.errors import MappingError
from cs_metrics.ingest.drift import compare, shape
from cs_metrics.ingest.plan import Plan
from cs_metrics.ingest.plan import read as read_plan
from tests.ingest.sheets import plan_of, sheet

MAY = """
Account,Since,ARR,Plan,Owner
A1,2024-01-05,1200,Pro,Ann
A2,2024-02-06,2400,Pro,Ann
A3,2024-03-07,3600,Basic,Bob
A4,2024-04-08,4800,Basic,Bob
A5,2024-05-09,6000,Pro,Ann
A6,2024-05-19,7200,Pro,Ann
"""
COLUMNS = {"customer_id": "Account", "signed_up_on": "Since", "plan": "Plan", "csm": "Owner"}


def remembered(text: str = MAY, columns: dict | None = None, attributes: list[str] | None = None) -> dict:
    plan = plan_of(sheet(text, "may.csv"))
    plan.sheets[0].use("customers", COLUMNS if columns is None else columns, attributes=attributes)
    return plan.remember()


def june(text: str, **more) -> Plan:
    return plan_of(sheet(text, "june.csv"), remembered=remembered(**more))


def said(plan: Plan) -> list[str]:
    return [change.sentence for change in plan.sheets[0].recalled.changes]


def test_the_same_shape_is_mapped_as_before_and_nothing_is_said():
    (again,) = june(MAY.replace("A1", "A9")).sheets
    assert again.remembered
    assert again.mapping == COLUMNS
    assert again.recalled.changes == ()
    assert again.reason == "As the last file of this shape was mapped."


def test_a_renamed_column_is_found_by_its_name_type_and_values():
    plan = june(MAY.replace("ARR", "ARR_USD"), columns={**COLUMNS, "company_size": "ARR"})
    (sheet_plan,) = plan.sheets
    (change,) = sheet_plan.recalled.changes
    assert change.sentence == "`ARR` is now `ARR_USD`"
    assert change.evidence == "similar name, same type, same values, in the same place"
    assert sheet_plan.mapping == {**COLUMNS, "company_size": "ARR_USD"}
    assert sheet_plan.reason == "As 'may.csv' was mapped, as far as that fits."


def test_a_rename_that_is_refused_leaves_the_column_to_its_own_name_and_can_be_taken_back():
    plan = june(MAY.replace("ARR", "ARR_USD"), columns={**COLUMNS, "company_size": "ARR"})
    (one,) = plan.sheets
    one.accept_rename("ARR", False)
    assert one.mapping == COLUMNS
    assert "ARR_USD" in one.preview().columns
    one.accept_rename("ARR")
    assert one.mapping["company_size"] == "ARR_USD"
    with pytest.raises(MappingError, match="Did you mean 'ARR'"):
        one.accept_rename("ARRR")


def test_a_choice_about_a_rename_keeps_what_was_mapped_by_hand_since():
    plan = june(MAY.replace("ARR", "ARR_USD"), columns={**COLUMNS, "company_size": "ARR"})
    (one,) = plan.sheets
    one.use("customers", {**one.mapping, "region": "Owner"})
    one.accept_rename("ARR", False)
    assert one.mapping["region"] == "Owner"
    assert "company_size" not in one.mapping


def test_a_refused_rename_survives_a_reload():
    plan = june(MAY.replace("ARR", "ARR_USD"), columns={**COLUMNS, "company_size": "ARR"})
    plan.sheets[0].accept_rename("ARR", False)
    again = june(MAY.replace("ARR", "ARR_USD"), columns={**COLUMNS, "company_size": "ARR"}).restore(plan.to_json())
    assert again.sheets[0].recalled.refused == ("ARR",)
    assert again.sheets[0].mapping == COLUMNS


def test_new_and_gone_columns_are_said_and_a_new_one_is_never_left_out():
    """The remembered mapping kept ARR alone beside what it mapped: a new column is kept all the same."""
    lines = [line.split(",") for line in MAY.strip().splitlines()]
    extra = ["Weather", "sun", "sun", "rain", "rain", "sun", "rain"]
    text = "\n".join(",".join([*cells[:4], more]) for cells, more in zip(lines, extra, strict=True))
    plan = june(text, attributes=["ARR"])
    assert said(plan) == ["column `Owner` is gone", "new column `Weather`"]
    (one,) = plan.sheets
    assert one.mapping == {k: v for k, v in COLUMNS.items() if k != "csm"}
    assert {"ARR", "Weather"} <= set(one.preview().columns)


def test_a_new_column_that_the_model_knows_is_mapped():
    lines = MAY.strip().splitlines()
    text = "\n".join(f"{line},{more}" for line, more in zip(lines, ["Region", *["EMEA", "AMER"] * 3], strict=True))
    plan = june(text)
    assert said(plan) == ["new column `Region`"]
    assert plan.sheets[0].mapping["region"] == "Region"


def test_a_new_value_is_said_with_its_rows_but_new_names_are_not():
    (change,) = june(MAY.replace("3600,Basic", "3600,Platinum").replace("A1", "Z1")).sheets[0].recalled.changes
    assert (change.sentence, change.evidence) == ("`Plan` has a new value: Platinum", "in 1 row")


def test_dates_that_turn_day_first_are_said_and_overrule_what_was_remembered():
    days = ["25", "14", "30", "18", "19", "29"]
    head, *lines = (line.split(",") for line in MAY.strip().splitlines())
    month_first, day_first = (
        "\n".join(
            ",".join(cells)
            for cells in [head, *([c[0], how.format(d), *c[2:]] for c, d in zip(lines, days, strict=True))]
        )
        for how in ("01/{}/2024", "{}/01/2024")
    )
    rule = {**COLUMNS, "signed_up_on": {"from": "Since", "day_first": False}}
    plan = plan_of(sheet(day_first, "june.csv"), remembered=remembered(month_first, rule))
    assert said(plan) == ["`Since`: dates are now day-first"]
    assert plan.sheets[0].applied[0].counts.loaded == 6
    assert str(plan.sheets[0].preview()["signed_up_on"][0]) == "2024-01-25"


def test_a_column_that_turned_to_text_is_said():
    assert said(june(MAY.replace(",1200,", ",lots,").replace("00,", "00 or so,")))[0] == (
        "`ARR` held whole numbers and now holds text"
    )


def test_another_file_is_not_taken_for_the_next_one():
    plan = plan_of(
        sheet("Ticket ID,Created,Status\n1,2024-01-05,open\n2,2024-01-06,closed", "tickets.csv"),
        remembered=remembered(),
    )
    assert not plan.sheets[0].remembered


def test_flags_with_the_same_two_values_are_not_taken_for_each_other():
    raw = sheet("Id,Partner,Phone\n" + "\n".join(f"{i},Yes,No\n{i}0,No,Yes" for i in range(5)))
    later = sheet("Id,Streaming,Phone\n" + "\n".join(f"{i},Yes,No\n{i}0,No,Yes" for i in range(5)))
    drift = compare(shape(raw), later, {})
    assert (drift.gone, drift.new, dict(drift.renamed)) == (("Partner",), ("Streaming",), {})


def test_two_words_in_the_same_place_are_offered_as_a_rename_and_not_taken():
    may = MAY.replace("Owner", "Region").replace("Ann", "EMEA").replace("Bob", "AMER")
    columns = {"customer_id": "Account", "signed_up_on": "Since", "plan": "Plan"}
    plan = plan_of(sheet(may.replace("Region", "Territory"), "june.csv"), remembered=remembered(may, columns))
    (change,) = plan.sheets[0].recalled.changes
    assert change.sentence == "`Region` is now `Territory`"
    assert plan.sheets[0].recalled.accepted == frozenset()


def test_amounts_in_another_unit_are_said():
    plan = june(MAY.replace("00,", "0000,"))
    (change,) = plan.sheets[0].recalled.changes
    assert change.sentence == "`ARR` is about 100 times as large as before"
    assert change.evidence == "the middle value was 4,200 and is 420,000; cents?"
    assert said(june(MAY.replace("00,", ","))) == ["`ARR` is about 100 times as small as before"]
    assert said(june(MAY.replace("00,", "50,"))) == []
    assert said(june(MAY.replace("Account", "Id"))) == ["`Account` is now `Id`"]


def test_what_becomes_of_a_column_that_is_gone_is_said():
    lines = [",".join(line.split(",")[:2] + line.split(",")[3:]) for line in MAY.strip().split("\n")]
    (change,) = june("\n".join(lines)).sheets[0].recalled.changes
    assert (change.sentence, change.evidence) == (
        "column `ARR` is gone", "it was kept under its own name; rows of earlier files still have it"
    )  # fmt: skip


RENAMED = {
    "customerID": "Customer Ref", "tenure": "tenure_months", "MonthlyCharges": "Monthly Charges USD",
    "PaymentMethod": "payment_type", "InternetService": "Internet",
}  # fmt: skip


def test_telco_with_five_columns_renamed_one_new_and_one_gone_is_mapped_as_before(real_data: Path, tmp_path: Path):
    source = real_data / "telco" / "Telco-Customer-Churn.csv"
    first = read_plan([source])
    (before,) = first.sheets
    before.answer("anchor", "2025-06-30")
    with source.open(newline="") as opened:
        rows = list(csv.reader(opened))
    gone = rows[0].index("Dependents")
    changed = [[RENAMED.get(name, name) for name in rows[0]], *rows[1:]]
    changed[7][rows[0].index("Contract")] = "Three year"
    out = io.StringIO()
    csv.writer(out).writerows(
        [*row[:gone], *row[gone + 1 :], "Market" if i == 0 else "North" if i % 2 else "South"]
        for i, row in enumerate(changed)
    )
    copy = tmp_path / "telco_july.csv"
    copy.write_text(out.getvalue())
    (after,) = read_plan([copy], remembered=first.remember()).sheets
    changes = after.recalled.changes
    assert {c.was: c.column for c in changes if c.kind == "renamed"} == RENAMED
    assert [c.column for c in changes if c.kind == "gone"] == ["Dependents"]
    assert [c.column for c in changes if c.kind == "new"] == ["Market"]
    assert [c.sentence for c in changes if c.kind == "values"] == ["`Contract` has a new value: Three year"]
    assert after.tables == before.tables
    after.answer("anchor", "2025-07-31")
    assert [one.counts.loaded for one in after.applied] == [one.counts.loaded for one in before.applied]


SPELLED = MAY.replace("A3,2024-03-07,3600,Basic", "A3,2024-03-07,3600,basic")
ONE_PLAN = {"kind": "spelling", "column": "Plan", "to": {"basic": "Basic"}}


def repaired_before() -> dict:
    plan = plan_of(sheet(SPELLED, "may.csv"))
    plan.sheets[0].use("customers", COLUMNS).repair(ONE_PLAN)
    return plan.remember()


def test_a_repair_follows_its_column_to_a_new_name_and_leaves_with_it():
    (one,) = plan_of(sheet(SPELLED.replace("Plan", "Plan_Name"), "june.csv"), remembered=repaired_before()).sheets
    moved = {**ONE_PLAN, "column": "Plan_Name"}
    assert one.repairing.repairs == [moved]
    assert [(g.state, g.count) for g in one.repairs] == [("remembered", 1)]
    one.accept_rename("Plan", False)
    assert one.repairing.repairs == []
    assert "basic" in set(one.preview()["plan"])
    by_hand = {"kind": "spelling", "column": "Owner", "to": {"Ann": "Anne"}}
    one.repair(by_hand).accept_rename("Plan")
    assert one.repairing.repairs == [by_hand, moved]
    assert [g.state for g in one.repairs if g.state in ("made", "remembered")] == ["made", "remembered"]
    assert one.undo(moved).repairing.repairs == [by_hand]
