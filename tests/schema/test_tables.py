"""The data model explains itself: the template and the mapping screen print what stands here."""

from __future__ import annotations

import pytest

from cs_metrics.schema import TABLES, Type

COLUMNS = [(t, c) for t in TABLES.values() for c in t.columns]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{t.name}.{c.name}" for t, c in COLUMNS])
def test_every_column_has_help_and_an_example_of_its_type(table, column):
    assert column.help.endswith((".", "...")), "help is a sentence"
    assert column.example
    if column.values:
        assert column.example in column.values
    if column.type in (Type.MONEY, Type.NUMBER, Type.INTEGER):
        float(column.example)
    if column.type is Type.DATE:
        assert len(column.example) == 10


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_key_activity_and_choices_name_columns_that_exist(table):
    names = {c.name for c in table.columns}
    assert set(table.key) <= names
    assert set(table.activity) <= names
    assert {n for group in table.one_of for n in group} <= names
    assert len(names) == len(table.columns)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_synonyms_are_written_in_the_form_in_which_names_are_compared(table):
    for column in table.columns:
        for name in (*column.synonyms, *table.synonyms):
            assert name == name.lower().replace(" ", "_").replace("-", "_")
        assert column.name not in column.synonyms
