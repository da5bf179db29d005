"""The command line: the same words as the library, JSON that a program can read, errors of one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cs_metrics.__main__ import main

ROOT = Path(__file__).parents[1]
ACCOUNTS = "Account ID,Region,Signed up\nA,EMEA,2025-01-05\nB,AMER,2025-01-20\nB2,,not a date\n"
SUBSCRIPTIONS = (
    "Subscription ID,Account ID,Start date,End date,MRR,Plan\n"
    "S1,A,2025-01-05,,10.50,Pro\nS2,B,2025-01-20,2025-03-10,20,Basic\nS3,B2,2025-03-31,,30,Basic\n"
)
MAP = {
    "accounts.csv": {"table": "customers", "mapping": {"customer_id": "Account ID", "region": "Region"}},
    "subscriptions.csv": {
        "table": "subscriptions",
        "mapping": {
            "subscription_id": "Subscription ID",
            "customer_id": "Account ID",
            "start_date": "Start date",
            "end_date": "End date",
            "amount": "MRR",
            "billing_period": {"constant": "month"},
            "plan": "Plan",
        },
    },
}


@pytest.fixture(scope="module")
def acme(tmp_path_factory) -> Path:
    """A folder with two files and what they are loaded into."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "accounts.csv").write_text(ACCOUNTS)
    (folder / "subscriptions.csv").write_text(SUBSCRIPTIONS)
    (folder / "map.json").write_text(json.dumps(MAP))
    files = [str(folder / "accounts.csv"), str(folder / "subscriptions.csv")]
    done = main(["load", *files, "-w", str(folder / "acme"), "--map", str(folder / "map.json")])
    assert done == 0
    return folder / "acme"


def said(capsys, *arguments: str):
    """Run a command that succeeds and return its JSON."""
    code = main([*arguments, "--json"])
    out = capsys.readouterr()
    assert code == 0, out.err
    return json.loads(out.out)


def test_load_says_what_became_of_every_row(acme, capsys):
    folder = acme.parent
    (folder / "more.csv").write_text("Account ID,Region\nC,EMEA\n,EMEA\nC,EMEA\n")
    (folder / "more.json").write_text(json.dumps({"more.csv": MAP["accounts.csv"]}))
    words = [str(folder / "more.csv"), "-w", str(folder / "two"), "--map", str(folder / "more.json")]
    tried = said(capsys, "load", *words, "--dry-run")
    assert tried["version"] is None
    found = said(capsys, "load", *words)
    (load,) = found["loads"]
    assert found["version"] == 1
    assert load["loaded"] == 1
    assert load["rejected"] == 1
    assert load["rows"] == load["loaded"] + load["rejected"] + load["set_aside"]


def test_kpi_prints_json_records_with_iso_dates_and_null(acme, capsys):
    rows = said(capsys, "kpi", "mrr", "-w", str(acme), "--grain", "month", "--since", "2025-01-01")
    assert [(r["period"][:10], r["value"]) for r in rows] == [
        ("2025-01-01", 30.5), ("2025-02-01", 30.5), ("2025-03-01", 40.5)
    ]  # fmt: skip
    assert rows[0]["denominator"] is None
    (row,) = said(capsys, "kpi", "mrr", "-w", str(acme), "--where", '{"region": ["EMEA"]}')
    assert row["value"] == 10.5
    parts = said(capsys, "kpi", "mrr", "-w", str(acme), "--by", "subscriptions.plan")
    assert {r["subscriptions.plan"]: r["value"] for r in parts} == {"Pro": 10.5, "Basic": 30.0}


def test_a_switched_definition_and_an_earlier_as_of(acme, capsys):
    base = ["kpi", "mrr", "-w", str(acme)]
    assert said(capsys, *base, "--as-of", "2025-02-01")[0]["value"] == 30.5
    assert said(capsys, *base, "--set", "timezone=Asia/Tokyo")[0]["value"] == 40.5


def test_kpi_without_ids_lists_what_is_computable(acme, capsys):
    found = {row["id"]: row for row in said(capsys, "kpi", "-w", str(acme))}
    assert found["mrr"]["computable"]
    assert found["net_promoter_score"]["needs"]


def test_retention_sql_and_the_table_for_people(acme, capsys):
    cells = said(capsys, "retention", "-w", str(acme), "--of", "subscriptions", "--periods", "2")
    assert {(c["cohort"][:10], c["k"]): c["retained"] for c in cells}[("2025-01-01", 2)] == 1
    assert "SELECT" in said(capsys, "sql", "mrr", "-w", str(acme))["sql"]
    assert main(["kpi", "mrr", "-w", str(acme)]) == 0
    assert "40.5" in capsys.readouterr().out


def test_check_binds_every_kpi(capsys):
    rows = said(capsys, "check")
    assert rows
    assert not [row for row in rows if row["error"]]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["kpi", "mmr"], "Did you mean 'mrr'"),
        (["kpi", "mrr", "--grain", "moon"], "There is no grain 'moon'"),
        (["kpi", "mrr", "--by", "regoin"], "There is no attribute 'regoin'. Did you mean 'region'?"),
        (["kpi", "mrr", "--set", "trial"], "--set takes NAME=VALUE"),
        (["kpi", "net_promoter_score"], "needs survey_responses"),
        (["kpi", "mrr", "--version", "7"], "There is no version 7"),
        (["sql", "mrr", "--since", "soon"], "is not a date"),
    ],
)
def test_an_error_is_one_sentence_and_no_traceback(acme, capsys, arguments, sentence):
    assert main([*arguments, "-w", str(acme)]) == 2
    out = capsys.readouterr()
    assert sentence in out.err
    assert "Traceback" not in out.err
    assert not out.out


def test_loading_the_same_file_again_is_refused(acme, capsys):
    files = [str(acme.parent / "accounts.csv"), str(acme.parent / "subscriptions.csv")]
    assert main(["load", *files, "-w", str(acme)]) == 2
    assert "is already loaded" in capsys.readouterr().err


def test_a_missing_file_and_a_missing_workspace(tmp_path, capsys):
    assert main(["load", str(tmp_path / "none.csv"), "-w", str(tmp_path / "w")]) == 2
    assert "none.csv" in capsys.readouterr().err
    assert main(["kpi", "mrr", "-w", str(tmp_path / "nowhere")]) == 2
    assert "There is no workspace" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


def test_the_module_runs():
    done = subprocess.run(
        [sys.executable, "-m", "cs_metrics", "kpi", "mrr", "-w", "/nowhere"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("cs_metrics: ")


def test_compare_says_both_values_and_who_makes_the_difference(acme, capsys):
    asked = ["compare", "-w", str(acme), "customer_churn_rate", "--period", "2025-03-01", "--as-of", "2025-06-01"]
    found = said(capsys, *asked, "--a", "churn_dated=end", "--b", "baremetrics", "--b", "churn_dated=paid")
    # B ended on 10 March, and is paid up to the 20th: March either way
    assert (found["a"]["value"], found["b"]["value"], found["rows"]) == (0.5, 0.5, [])
    april = [*asked[:5], "2025-04-01", *asked[6:], "--b", "activity_source=churned_on"]
    assert main(april) == 2
    assert "not computable" in capsys.readouterr().err
    assert main([*asked, "--b", "strip"]) == 2
    assert "Did you mean 'stripe'" in capsys.readouterr().err


def test_a_preview_says_what_would_change_and_publishes_nothing(acme, capsys):
    changed = ACCOUNTS.replace("B,AMER", "B,APAC").replace("Account ID", "Account ID ") + "C,EMEA,2025-02-01\n"
    (acme.parent / "accounts_june.csv").write_text(changed)
    assert main(["load", str(acme.parent / "accounts_june.csv"), "-w", str(acme), "--preview", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    (table,) = said["preview"]["tables"]
    assert (table["new"], table["changed"], table["unchanged"], table["missing"]) == (1, 1, 2, 0)
    assert said["version"] is None
