"""What programs export as .xls and is none: tables of HTML, and the XML of Excel 2003."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cs_metrics.errors import FileError, LimitError
from cs_metrics.ingest.reading.limits import Limits
from tests.ingest.books import spreadsheet_xml, xml_row
from tests.ingest.reading import names, read_bytes, rows

EXPORT = """<html xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta http-equiv="Content-Type" content="text/html; charset={}"><style>td {{ color: red }}</style>
<script>if (1 < 2) document.write("<table><tr><td>no</td></tr></table>")</script></head><body>
<!-- <table><tr><td>no</td></tr></table> -->
<table border=1>
<tr><th>Account ID<th>Name</th><th title="a > b">MRR</th><th>Note</th></tr>
<TR><TD>A-1</TD><TD>Müller &amp; Söhne</TD><TD x:num="1234.5">1.234,50&nbsp;€</TD><TD>two<br>lines</TD></TR>
<tr><td>A-2</td><td>  Ltd  <b>Bold</b>
 Co</td><td>9,00 €<td>3 < 4 &lt;b&gt;</td></tr>
</table></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252"])
def test_html_called_xls_is_read_as_it_shows(tmp_path: Path, encoding: str) -> None:
    content = EXPORT.format(encoding).encode("cp1252" if encoding != "utf-8" else "utf-8")
    (sheet,) = read_bytes(tmp_path, content, "report.xls")
    assert names(sheet) == ["Account ID", "Name", "MRR", "Note"]
    assert rows(sheet) == [
        ("A-1", "Müller & Söhne", "1.234,50\u00a0€", "two\nlines"),
        ("A-2", "Ltd Bold Co", "9,00 €", "3 < 4 <b>"),
    ]
    assert (sheet.sheet, sheet.column("MRR").profile.decimal) == (None, "comma")
    assert sheet.notes[0].startswith("It is a web page (HTML)")


def test_html_cells_over_several_rows_and_columns(tmp_path: Path) -> None:
    page = (
        "<table><tr><th rowspan=2>Customer</th><th colspan=2>Q1</th><th colspan=2>Q2</th></tr>"
        "<tr><th>Users</th><th>MRR</th><th>Users</th><th>MRR</th></tr>"
        "<tr><td rowspan=2>Acme</td><td>1</td><td>2.5</td><td>3</td><td>4.5</td></tr>"
        "<tr><td>5</td><td>6.5</td><td>7</td><td>8.5</td></tr></table>"
    )
    (sheet,) = read_bytes(tmp_path, page.encode(), "a.xls")
    assert names(sheet) == ["Customer", "Q1 / Users", "Q1 / MRR", "Q2 / Users", "Q2 / MRR"]
    assert rows(sheet) == [("Acme", "1", "2.5", "3", "4.5"), ("Acme", "5", "6.5", "7", "8.5")]


def test_html_with_several_tables_and_a_form(tmp_path: Path) -> None:
    page = (
        "<body><table><tr><td>User <input name=u></td><td>x</td></tr><tr><td>a</td><td>b</td></tr></table>"
        "<table><tr><td><table><tr><td>id</td><td>n</td></tr><tr><td>a</td><td>1</td></tr></table></td></tr></table>"
        "<table><tr><td>id</td><td>plan</td></tr><tr><td>b</td><td>Pro</td></tr>"
    )
    found = read_bytes(tmp_path, page.encode(), "a.html")
    assert [(s.sheet, names(s), rows(s)) for s in found] == [
        ("table 1", ["id", "n"], [("a", "1")]),
        ("table 2", ["id", "plan"], [("b", "Pro")]),
    ]


@pytest.mark.parametrize("page", ["<html><body>Sign in</body>", "<!DOCTYPE html><table><tr><td>menu</td></tr></table>"])
def test_a_web_page_without_a_table_is_refused(tmp_path: Path, page: str) -> None:
    with pytest.raises(FileError, match="a web page without a table"):
        read_bytes(tmp_path, page.encode(), "export.csv")


@pytest.mark.parametrize("piece", ["<!--", "<a '", "<script", "<td colspan=999999999>", "<tr><td rowspan=99999>x", "<"])
def test_html_made_to_take_long_does_not(tmp_path: Path, piece: str) -> None:
    begun = time.process_time()
    with pytest.raises((FileError, LimitError)):
        read_bytes(tmp_path, b"<table>" + piece.encode() * 20_000, "a.xls", Limits(columns=50))
    assert time.process_time() - begun < 5


HEAD = xml_row(("String", "id"), ("String", "n"), ("String", "since"), ("String", "active"))
HIDDEN = "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"


def test_xml_of_excel_2003(tmp_path: Path) -> None:
    first, second = ("DateTime", "2024-03-01T00:00:00.000"), ("DateTime", "2024-03-02T00:00:00.000")
    body = (
        '<Worksheet ss:Name="Accounts"><Table>'
        + HEAD
        + xml_row(("String", "Müller & Co"), ("Number", 1.5), first, ("Boolean", 1))
        + xml_row(("String", "b"), None, second, ("Error", "#N/A"), index=' ss:Index="5"')
        + '<Row><Cell ss:Index="2"><Data ss:Type="Number">7</Data></Cell></Row></Table></Worksheet>'
        + f'<Worksheet ss:Name="Old"><Table>{HEAD}{xml_row(("String", "x"), ("Number", 9))}</Table>{HIDDEN}</Worksheet>'
        + '<Worksheet ss:Name="Empty"><Table/></Worksheet>'
    )
    accounts, old = read_bytes(tmp_path, spreadsheet_xml(body), "crm.xls")
    assert (accounts.sheet, names(accounts)) == ("Accounts", ["id", "n", "since", "active"])
    assert rows(accounts) == [
        ("Müller & Co", "1.5", "2024-03-01", "true"),
        ("b", None, "2024-03-02", None),
        (None, "7", None, None),
    ]
    assert accounts.data.column("_row").to_pylist() == [2, 5, 6]
    assert (old.sheet, old.hidden, accounts.hidden, rows(old)[0][:2]) == ("Old", True, False, ("x", "9"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (spreadsheet_xml("<Worksheet")[:-30], "damaged, or cut off"),
        (spreadsheet_xml("", '<!DOCTYPE a [<!ENTITY x "xx">]>'), "declares what its XML is made of"),
        (spreadsheet_xml('<Worksheet ss:Name="E"><Table/></Worksheet>'), "empty workbook"),
    ],
)
def test_xml_that_is_no_sound_workbook_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(FileError, match=says):
        read_bytes(tmp_path, content, "crm.xls")


@pytest.mark.parametrize("cell", ['ss:Index="900000000"', 'ss:MergeAcross="900000000"'])
def test_xml_that_declares_cells_far_away_is_refused(tmp_path: Path, cell: str) -> None:
    cells = f'<Cell {cell}><Data ss:Type="Number">1</Data></Cell>'
    far = f'<Worksheet ss:Name="E"><Table><Row>{cells}</Row></Table></Worksheet>'
    with pytest.raises(LimitError, match="CS_METRICS_READ_COLUMNS"):
        read_bytes(tmp_path, spreadsheet_xml(far), "crm.xls")
    with pytest.raises(LimitError, match="CS_METRICS_READ_ROWS"):
        read_bytes(tmp_path, spreadsheet_xml(far.replace("<Row>", '<Row ss:Index="900000000">')), "crm.xls")
