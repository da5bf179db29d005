"""What is said to be computable is what computes: told from the columns that have data, tried by taking them away.

A KPI *computes* when it has a value in some period, and that value is not fixed by what is missing: 0 (or 1) in every
period, where with all data it is not, is no answer unless another of its forms gives it. A model that is withheld with
its reason has been computed too. A KPI that is said to lack something must be unable to answer: with its needs waived
every form that the version's sources allow says nothing, or something else than with all data.

Columns that no KPI needs are taken away all at once: what computes without all of them computes without any of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import cs_metrics as cs
from cs_metrics.facts import words
from cs_metrics.kpis import CATALOGUE
from cs_metrics.schema import TABLES
from tests.kpis.pared import Found, Pared

NEEDED = sorted(
    {
        name
        for kpi in CATALOGUE.values()
        for form in kpi.forms
        for need in form.needs
        for way in need.split("|")
        for name in way.split("&")
        if "=" not in name and not name.startswith("settings.")
    }
)
"""Every column that a KPI asks for."""
ABSENT = {"customers.churned_on", "mrr_snapshots.product"}
"""Those that the sample company does not have: other columns say the same there."""
OPTIONAL = [
    name
    for name in NEEDED
    if name not in ABSENT and name.partition(".")[2] not in TABLES[name.partition(".")[0]].required
]
SETTINGS = sorted({n for k in CATALOGUE.values() for f in k.forms for n in f.needs if n.startswith("settings.")})


SILENT = {"milestones": ("activation_rate", "time_to_first_key_action")}
"""What columns can't tell: the sample company's milestones know users, yet not when one of them signed up."""


@pytest.fixture(scope="module")
def company() -> Iterator[Pared]:
    patch = pytest.MonkeyPatch()
    judged: dict[tuple[str, ...], list[float | None]] = {}
    judge = words.judge

    def once(texts: list[str]) -> list[float | None]:
        if tuple(texts) not in judged:
            judged[tuple(texts)] = judge(texts)
        return judged[tuple(texts)]

    patch.setattr(words, "judge", once)  # the tone of the same texts, which takes longer than all else, is judged once
    version = cs.sample().version()
    yield Pared(version.workspace.folder.version(version.number), customers=60)
    patch.undo()


def check(company: Pared, found: Found) -> None:
    """Hold what is said of every KPI against what it computes."""
    problems = unable(company, found)
    assert all(found.lacking.values())
    for name, values in company.forced(found.lacking):
        if set(values) != {None} and values == company.everything.values[name]:
            problems.append(f"{name} is said to lack {found.lacking[name]}, and says without what it says with it")
    assert not problems, "\n".join(problems)


def unable(company: Pared, found: Found) -> list[str]:
    """Return a sentence for each KPI that is said to be computable and does not compute."""
    everything, problems = company.everything, []
    for name, values in found.values.items():
        known = {value for value in values if value is not None}
        before = {value for value in everything.values[name] if value is not None}
        same_form = found.forms[name] is everything.forms[name]
        if not known and not company.withheld(name):
            problems.append(f"{name} is said to be computable, and has no value")
        elif same_form and known in ({0.0}, {1.0}) and not before <= {0.0, 1.0}:
            problems.append(f"{name} is said to be computable, and can't be but {known}")
    return problems


def test_everything_computes_with_all_data(company: Pared) -> None:
    assert set(NEEDED) - set(company.columns) == ABSENT
    found = company.everything
    assert not found.lacking
    assert set(found.values) == set(CATALOGUE)
    check(company, found)
    flat = {name for name, values in found.values.items() if not set(values) - {None, 0.0, 1.0}}
    assert len([name for name in flat if not company.withheld(name)]) <= 3, f"what never varies shows nothing: {flat}"


def test_what_no_kpi_needs_is_not_missed(company: Pared) -> None:
    idle = [name for name in company.columns if name not in NEEDED and not TABLES[name.partition(".")[0]].column(
        name.partition(".")[2]).required]  # fmt: skip
    assert len(idle) > 40
    with company.without(*idle):
        found = company.ask()
        assert not found.lacking
        check(company, found)


@pytest.mark.parametrize("name", [*TABLES, *OPTIONAL])
def test_what_is_taken_away_is_missed_where_it_is_said_to_be(company: Pared, name: str) -> None:
    with company.without(name):
        found = company.ask()
        check(company, found)
        if "." in name:
            assert company.unlocks() == ({name: len(found.lacking)} if found.lacking else {})


@pytest.mark.parametrize("name", SETTINGS)
def test_a_choice_that_nobody_made_is_what_is_lacking(company: Pared, name: str) -> None:
    setting = name.partition(".")[2]
    asking = {k.id for k in CATALOGUE.values() if all(any(name == n for n in f.needs) for f in k.forms)}
    with company.with_settings(**{setting: [] if setting != "key_event" else ""}):
        found = company.ask()
        check(company, found)
        assert {kpi for kpi, needs in found.lacking.items() if needs == [name]} == set(found.lacking) == asking
        assert company.unlocks() == ({name: len(asking)} if asking else {})


@pytest.mark.parametrize(
    "gone",
    [
        ("subscriptions",),
        ("subscriptions", "mrr_snapshots"),
        ("subscriptions", "mrr_snapshots", "invoices.is_recurring", "invoices.period_end"),
        ("subscriptions", "mrr_snapshots", "invoices"),
        ("subscriptions", "mrr_snapshots", "invoices", "customers.signed_up_on", "milestones"),
        ("subscriptions", "mrr_snapshots", "invoices", "churn_events"),
        ("subscriptions", "mrr_snapshots", "invoices", "churn_events", "orders", "events.customer_id"),
        ("subscriptions", "mrr_snapshots", "invoices", "churn_events", "orders", "events"),
    ],
    ids=", ".join,
)
def test_each_source_of_activity_and_money_says_what_it_lacks(company: Pared, gone: tuple[str, ...]) -> None:
    with company.without(*gone):
        assert not unable(company, company.ask())


@pytest.mark.parametrize("table", TABLES)
def test_a_table_alone_computes_what_it_is_said_to(company: Pared, table: str) -> None:
    with company.only(table):
        found = company.ask()
        for name in SILENT.get(table, ()):
            assert set(found.values.pop(name)) == {None}
        assert not unable(company, found)


@pytest.mark.parametrize(
    "table", ["subscriptions", "events", "survey_responses", "milestones", "touchpoints", "referrals"]
)
def test_what_is_added_unlocks_as_many_as_it_is_said_to(company: Pared, table: str) -> None:
    with company.without(table):
        before, told = company.lacking(), company.unlocks()
    best = [name for name in told if name.partition(".")[0] == table][:3]
    assert best
    for name in best:
        comes = {*TABLES[table].required, *name.partition(".")[2].split("&")}
        comes |= {group[0] for group in TABLES[table].one_of if comes.isdisjoint(group)}
        rest = [column.name for column in TABLES[table].columns if column.name not in comes]
        with company.without(*(f"{table}.{column}" for column in rest)):
            assert len(before) - len(company.lacking()) == told[name], name


def test_rows_of_a_kind_unlock_as_many_as_they_are_said_to(company: Pared) -> None:
    with company.without("costs"):
        before, told = company.lacking(), company.unlocks()
    assert set(told) == {"costs", "costs.kind = acquisition", "costs.kind = retention"}
    for name in told:
        others = {"acquisition", "retention", "support", "churn"} - {name.partition(" = ")[2] or "churn"}
        with company.without(*(f"costs.kind = {kind}" for kind in others)):
            assert len(before) - len(company.lacking()) == told[name], name


def test_either_of_two_columns_unlocks(company: Pared) -> None:
    both = ("customers.referred_by", "referrals.referred_customer_id")
    with company.without(*both):
        told, lacking = company.unlocks(), len(company.lacking())
    assert set(both) <= set(told)
    for kept, gone in zip(both, reversed(both), strict=True):
        with company.without(gone):
            assert lacking - len(company.lacking()) == told[kept]


def test_two_columns_that_are_needed_together_unlock_together(company: Pared) -> None:
    both = ("subscriptions.contract_start", "subscriptions.contract_end")
    with company.without(*both):
        told, lacking = company.unlocks(), company.lacking()
    assert lacking["renewal_rate"] == list(both)
    assert told["subscriptions.contract_end&contract_start"] == len(lacking)
    for kept, gone in zip(both, reversed(both), strict=True):
        with company.without(gone):
            assert told.get(kept, 0) == len(lacking) - len(company.lacking())
