"""A report as HTML, PDF and XLSX: it stands alone, says everything, and no name in it can change it."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pypdfium2
import pytest

import cs_metrics as cs
from cs_metrics.api.answering.reported import address_of
from cs_metrics.reports import book, page, printed
from cs_metrics.reports.brief import Action, Aim, Report, Section, Sentence, Words

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


@pytest.fixture(scope="module")
def edited(report) -> Report:
    """The report with what a person wrote into two sections, and a target."""
    words = Words("Watch EMEA.\n\n- call Northwind", "ana@acme.com", datetime(2026, 11, 22), 3, ("NRR went up",))
    changed = {"summary": words, "wins": replace(words, text="", since=())}
    sections = [
        replace(s, words=changed[s.id], sentences=s.sentences[1:], left_out=s.sentences[:1]) if s.id in changed else s
        for s in report.sections
    ]
    nrr = report.metrics[1]
    aim = Aim(nrr.kpi, "", "month", report.period, 1.05, None, nrr.now, True, "behind", None, None, None, "Anna", None,
              "at least 105.0 %")  # fmt: skip
    metrics = [replace(m, aim=aim) if m is nrr else m for m in report.metrics]
    address = "https://kpis.acme.com/reports?ws=acme"
    return replace(report, sections=sections, metrics=metrics, address=address, version=4)


def test_a_persons_words_stand_in_every_file_with_who_wrote_them(edited):
    mark = "Written by ana@acme.com, Nov 22, 2026, on version 3 of the data; 1 generated sentence left out."
    since = "Written on version 3, shown on version 4. Since then NRR went up."
    gone = edited.section("summary").left_out[0].text
    only = "1 generated sentence left out by ana@acme.com, Nov 22, 2026, on version 3 of the data."
    html = Tags(page.html(edited))
    document = pypdfium2.PdfDocument(printed.pdf(edited))
    texts = [document[i].get_textpage().get_text_bounded() for i in range(len(document))]
    in_page, in_print = (" ".join("".join(t).split()) for t in ([" ".join(html.texts)], " ".join(texts)))
    for told in (in_page, in_print):
        for words in ("Watch EMEA.", "call Northwind", mark, since, only, "at least 105.0 %", "target missed"):
            assert words in told.replace("\xa0", " "), words
        assert gone not in told.replace("\xa0", " ")
    assert [a["href"] for tag, a in html.tags if tag == "a"] == ["https://kpis.acme.com/reports?ws=acme"]
    book_of = openpyxl.load_workbook(io.BytesIO(book.xlsx(edited)))
    rows = list(book_of["Executive summary"].iter_rows(values_only=True))
    assert rows[:4] == [("Executive summary", "Written by"), ("Watch EMEA.", mark), ("call Northwind", mark),
                        (since, None)]  # fmt: skip
    assert gone not in [row[0] for row in rows]
    heads, *metrics = book_of["Key metrics"].iter_rows(values_only=True)
    aimed = dict(zip(heads, metrics[1], strict=True))
    assert (aimed["Target at least"], aimed["Standing"], aimed["Owner"]) == (1.05, "target missed", "Anna")


def test_a_file_leads_to_the_app_only_where_its_address_is_known(report, monkeypatch):
    assert report.address == ""
    emea = replace(report, where={"region": ["EMEA"]})
    monkeypatch.setenv("CS_METRICS_ADDRESS", "https://kpis.acme.com/")
    address = address_of("Acme & Co", emea)
    assert address.startswith("https://kpis.acme.com/reports?ws=Acme+%26+Co&")
    asked = parse_qs(urlsplit(address).query)
    assert (asked["kind"], asked["of"], asked["where"]) == (["monthly"], ["2026-06-01"], ['{"region": ["EMEA"]}'])
    monkeypatch.setenv("CS_METRICS_ADDRESS", "javascript:alert(1)")
    assert address_of("Acme & Co", emea) == ""
