"""Repairs: each by a worked example, and the promise that a repair changes only the values it names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cs_metrics.errors import MappingError
from cs_metrics.ingest.repair.repairs import check, repair
from cs_metrics.ingest.sheet import RawSheet
from tests.ingest.sheets import of_rows


def column(texts: list[str | None], name: str = "V") -> RawSheet:
    return of_rows([name], [[t] for t in texts])


def texts(raw: RawSheet) -> list[Any]:
    return raw.texts(raw.columns[0]).to_pylist()


EACH: list[tuple[dict[str, Any], list[str | None], list[str | None]]] = [
    (
        {"kind": "day_order", "day_first": True},
        ["12/31/2024", "31/12/2024", "03/04/2024", "2024-05-06", "25/12/2024 13:05", "soon", None],
        ["12/31/2024", "2024-12-31", "03/04/2024", "2024-05-06", "2024-12-25 13:05:00", "soon", None],
    ),
    (
        {"kind": "decimal", "decimal": "comma"},
        ["1,234.50", "1.234,50", "12,5", "7", "€ 3.000,25", "x"],
        ["1,234.50", "1234.50", "12.5", "7", "€ 3000.25", "x"],
    ),
    ({"kind": "decimal", "decimal": "dot"}, ["1.234,50", "1,234.50", "9.75"], ["1.234,50", "1234,50", "9,75"]),
    ({"kind": "serial"}, ["2024-01-02", "45293", "45293.5", "7"], ["2024-01-02"] * 2 + ["2024-01-02 12:00:00", "7"]),
    ({"kind": "missing", "words": ["TBC", "???"]}, ["1", "tbc ", "???", "tbcs", None], ["1", None, None, "tbcs", None]),
    ({"kind": "spelling", "to": {"pro": "Pro", "PRO": "Pro"}}, ["Pro", "pro", " PRO", "Prod"], ["Pro"] * 3 + ["Prod"]),
    ({"kind": "percent", "as": "points"}, ["12 %", "15", "7.5%"], ["12", "15", "7.5"]),
    ({"kind": "percent", "as": "share"}, ["12 %", "0.15", "7,5%", "-3%"], ["0.12", "0.15", "0,075", "-0.03"]),
    (
        {"kind": "currency"},
        ["€ 1.200,50", "$40", "50 GBP", "chf 7", "60", "-€5", "(£8)", "9 kr"],
        ["1.200,50 EUR", "40 USD", "50 GBP", "7 CHF", "60", "-5 EUR", "(8) GBP", "9 kr"],
    ),
    (
        {"kind": "affix", "affix": "/mo"},
        ["49.00/mo", "49/MO", "49/year", "49", "$49/mo"],
        ["49.00", "49", "49/year", "49", "$49"],
    ),
    (
        {"kind": "scale"},
        ["1.2k", "3m", "$2 bn", "1,5K", "12", "12km"],
        ["1200", "3000000", "$2000000000", "1500", "12", "12km"],
    ),
    (
        {"kind": "sides", "minus": "DR"},
        ["12.50 CR", "1,200.00DR", "(3.00) dr.", "USD 4 DR", "-5 CR", "6", "xdr", None],
        ["12.50", "-1,200.00", "(3.00)", "-USD 4", "-5", "6", "xdr", None],
    ),
    ({"kind": "sides", "minus": "CR"}, ["12.50 CR", "3.00 DR"], ["-12.50", "3.00"]),
    ({"kind": "zero", "words": ["-", "–"]}, ["-", " – ", "--", "-1", None], ["0", "0", "--", "-1", None]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "before", "after"), EACH, ids=[f"{r['kind']}-{i}" for i, (r, _, _) in enumerate(EACH)]
)
def test_a_repair_changes_what_it_names_and_writes_each_change_down(rule, before, after):
    raw = column(before)
    done = repair(raw, [check(raw, {**rule, "column": "V"})])
    assert texts(done.raw) == after
    expected = [(i + 2, b, a) for i, (b, a) in enumerate(zip(before, after, strict=True)) if a != b]
    assert [(c["row"], c["before"], c["after"]) for c in done.raw.changes.to_pylist()] == expected
    assert done.done[0].count == len(expected)
    assert texts(raw) == before


def test_rows_that_sum_up_others_are_set_aside_and_stay_in_the_account():
    raw = of_rows(["Name", "MRR"], [["Acme", "10"], ["Beta", "20"], ["Total", "30"], ["total ", "60"]])
    done = repair(raw, [check(raw, {"kind": "totals", "column": "name", "words": ["Total"]})]).raw
    assert (done.rows, done.file_rows) == (2, raw.file_rows)
    assert [(a.row, a.kind, a.cells) for a in done.set_aside] == [
        (4, "total", ("Total", "30")),
        (5, "total", ("total ", "60")),
    ]
    assert done.columns[1].profile.maximum == "20"


def test_two_repairs_of_a_cell_are_one_change_from_what_stood_in_the_file():
    raw = column(["1.2k/mo", "7"], "MRR")
    rules = [{"kind": "affix", "column": "MRR", "affix": "/mo"}, {"kind": "scale", "column": "MRR"}]
    (change,) = repair(raw, [check(raw, r) for r in rules]).raw.changes.to_pylist()
    assert (change["before"], change["after"]) == ("1.2k/mo", "1200")
    assert change["rule"] == "'/mo' left off; thousands and millions written out"


def test_what_is_no_repair_is_said():
    raw = column(["1"])
    with pytest.raises(MappingError, match=r"no repair 'speling'\. Did you mean 'spelling'"):
        check(raw, {"kind": "speling", "column": "V"})
    with pytest.raises(MappingError, match="column 'W', which is not there"):
        check(raw, {"kind": "scale", "column": "W"})
    with pytest.raises(MappingError, match="needs a fitting 'words'"):
        check(raw, {"kind": "missing", "column": "V", "words": [1]})


CELLS = st.one_of(
    st.none(),
    st.text("0123456789.,/-+ %€$kmbn()TOtalpr'", max_size=12),
    st.sampled_from(["31/12/2024", "12/31/2024", "1.234,5", "1,234.5", "45321", "Total", "pro", "TBC", "9 %", "2k"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=st.lists(CELLS, min_size=1, max_size=25), which=st.sets(st.integers(0, len(EACH)), min_size=1))
def test_no_row_is_lost_and_no_value_changes_that_is_not_written_down(cells, which):
    rules = [*(r for r, _, _ in EACH), {"kind": "totals", "words": ["total"]}]
    raw = of_rows(["V", "Other"], [[c, f"o{i}"] for i, c in enumerate(cells)])
    done = repair(raw, [check(raw, {**rules[i], "column": "V"}) for i in sorted(which)]).raw
    assert done.file_rows == raw.file_rows
    rows = done.data.column("_row").to_pylist() + [a.row for a in done.set_aside]
    assert sorted(rows) == list(range(2, len(cells) + 2))
    changed = {c["row"]: (c["before"], c["after"]) for c in done.changes.to_pylist()}
    for row, text, other in zip(*(done.data.column(c).to_pylist() for c in ("_row", "c0", "c1")), strict=True):
        before = cells[row - 2] or None
        assert changed.pop(row, (before, before)) == (before, text)
        assert other == f"o{row - 2}"
    assert not changed
