"""A report as HTML, PDF and XLSX: it stands alone, says everything, and no name in it can change it."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser

import openpyxl
import pytest

import cs_metrics as cs
from cs_metrics.reports import book, page, printed
from cs_metrics.reports.brief import Action, Report, Section, Sentence

NASTY = '<script>alert(1)</script>"><img src=x onerror=alert(1)> #panic() [x] *b* $y$ & =1+1'


@pytest.fixture(scope="module")
def report() -> Report:
    return cs.sample().version().report("monthly")


@pytest.fixture(scope="module")
def nasty(report) -> Report:
    """The report with a name in every place of a name that wants to be more than text."""
    action = Action(NASTY, NASTY, NASTY, (NASTY,), datetime(2026, 7, 1), 1.5)
    sections = [replace(s, sentences=(Sentence(NASTY),)) for s in report.sections]
    metrics = [replace(m, name=NASTY, definition=NASTY, formula=NASTY, note=NASTY) for m in report.metrics[:2]]
    trends = [replace(report.trends[0], name=NASTY)]
    about = {NASTY: NASTY, "Workspace": NASTY}
    return replace(
        report, sections=sections, metrics=metrics, trends=trends, actions=[action], about=about, lacking=[NASTY]
    )


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_stands_alone_and_says_every_sentence_definition_and_the_version(report):
    text = page.html(report)
    found = Tags(text)
    assert not {tag for tag, _ in found.tags} & {"script", "link", "iframe", "object", "base", "form", "a"}
    for tag, attributes in found.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "srcset", "poster"):
            assert attributes.get(name, "data:").startswith("data:image/svg+xml;base64,") or name not in attributes, tag
    assert "url(" not in text
    assert "@import" not in text
    assert not re.search(r"https?://", text)
    assert sum(tag == "img" for tag, _ in found.tags) == len(report.trends) >= 5
    said = " ".join(found.texts).replace("\xa0", " ")
    for section in report.sections:
        assert section.title in said
        assert all(sentence.text in said for sentence in section.sentences)
    for metric in report.metrics:
        assert metric.definition in said
        assert metric.formula in said
    assert report.about["Version"] in said


def test_no_name_becomes_markup(report, nasty):
    plain, found = Tags(page.html(report)), Tags(page.html(nasty))
    assert {tag for tag, _ in found.tags} <= {tag for tag, _ in plain.tags}
    assert not any("onerror" in attributes for _, attributes in found.tags)
    assert "".join(found.texts).count("<script>alert(1)</script>") >= 10


def test_a_pdf_is_made_of_any_name_and_of_nothing(report, nasty):
    assert printed.pdf(nasty).startswith(b"%PDF-")
    sections = [Section(s.id, s.title, (), "Nothing.") for s in report.sections]
    bare = replace(report, sections=sections, metrics=(), trends=(), actions=(), actions_in_all=0)
    assert printed.pdf(bare).startswith(b"%PDF-")
    whole = printed.pdf(report)
    assert len(whole) > len(printed.pdf(bare))
    assert b"/JavaScript" not in whole


def test_the_workbook_has_a_sheet_a_section_with_real_types_and_frozen_heads(report, nasty):
    made = openpyxl.load_workbook(io.BytesIO(book.xlsx(report)))
    names = ["Executive summary", "Key metrics", "Trends", "Trends in words", "Customer health highlights",
             "Churn and expansion risks", "Actions and next steps", "Wins and learnings", "Definitions"]  # fmt: skip
    assert made.sheetnames[: len(names)] == names
    assert all(sheet.freeze_panes == "A2" for sheet in made)
    heads, *rows = made["Key metrics"].iter_rows(values_only=True)
    for metric, row in zip(report.metrics, rows, strict=True):
        cells = dict(zip(heads, row, strict=True))
        assert cells["Now"] == pytest.approx(metric.now)
        assert cells["Change"] == pytest.approx(metric.now - metric.before)
        assert isinstance(cells["Complete"], bool)
    actions = list(made["Actions and next steps"].iter_rows(min_row=2, values_only=True))
    assert len(actions) == len(report.actions)
    assert any(isinstance(row[4], datetime | date) for row in actions)
    assert all(row[5] is None or isinstance(row[5], int | float) for row in actions)
    for sheet in openpyxl.load_workbook(io.BytesIO(book.xlsx(nasty))):
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_what_is_not_over_is_told_so_and_not_judged(report):
    open_ones = [m for m in report.metrics if not m.complete]
    assert open_ones
    assert all(m.verdict == "" for m in open_ones)
    assert page.html(report).count("not over yet") == len(open_ones)
