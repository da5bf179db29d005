"""Every chart and every table of the app is offered as files, and stands on paper too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PAGES = Path(__file__).parents[2] / "pages"
# What shows a table without offering it beside, and why.
WITHOUT = {
    "after_lists._frame": "whoever calls it offers all of the rows",
    "silent._table": "whoever calls it offers all of the rows",
    "column_parts.show": "a form: where the columns of a file go",
    "rule_parts._values": "a form: what the words of a column mean",
    "playbook_parts._form": "a form: the steps of a playbook",
    "score_parts.edit": "a form: the rules of a score",
    "repair_parts._examples": "a few values of a repair, all of which are offered once it is made",
    "sheet_parts._preview": "the first rows of a file that the reader has",
}
# What draws otherwise than through `frames` and `chart`, and why.
BARE = {
    "frames.show": "this is how a table is shown",
    "chart.plain": "this is how a chart is shown",
    "column_parts.show": "a form",
    "rule_parts._values": "a form",
    "playbook_parts._form": "a form",
    "score_parts.edit": "a form",
    "loop._list": "a form, and offered as a file",
    "link_parts._opens": "in a popover, which paper does not have; offered as a file",
    "report_parts._metrics": "plain text with links, which prints as it is; offered as a file",
}
# What shows a chart without the row of its files, and why.
PLAIN = {
    "chart.show": "it offers the files",
    "triangle.show": "the two halves of a picture that is offered whole",
    "cards._spark": "a small line beside a number; 'Over time' offers the chart of all themes",
}
TABLES = {"frames.show", "st.data_editor", "st.table"}
DRAWN = {
    "st.dataframe", "st.data_editor", "st.table", "st.vega_lite_chart", "st.altair_chart", "st.line_chart",
    "st.bar_chart", "st.area_chart", "st.scatter_chart", "st.pyplot", "st.plotly_chart", "st.map", "st.image",
}  # fmt: skip


def functions() -> Iterator[tuple[str, list[str]]]:
    """Yield each function of the pages ('module.name', pages themselves as 'module') with the calls in it."""
    for path in sorted(PAGES.rglob("*.py")):
        tree = ast.parse(path.read_text())
        own = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for node in own:
            yield f"{path.stem}.{node.name}", called(node)
        bodies = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
        yield path.stem, [name for node in bodies for name in called(node)]


def called(node: ast.AST) -> list[str]:
    return [ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)]


def test_every_table_is_offered_as_a_file_where_it_is_shown() -> None:
    shown = {name: (sum(c in TABLES for c in calls), calls.count("download.table")) for name, calls in functions()}
    assert sum(tables for tables, _ in shown.values()) > 40  # the search finds them
    assert {name for name, (tables, offered) in shown.items() if tables > offered} <= set(WITHOUT)


def test_every_table_and_chart_is_shown_through_the_modules_that_print_and_offer_it() -> None:
    assert {name for name, calls in functions() if DRAWN & set(calls)} <= set(BARE)
    plain = {name for name, calls in functions() if {"chart.plain", "plain"} & set(calls)}
    assert plain <= set(PLAIN)


def test_every_exception_is_of_a_function_that_there_is() -> None:
    assert {*WITHOUT, *BARE, *PLAIN} <= {name for name, _ in functions()}
