"""Masking: nobody can be reached by what is shown, and nothing else is lost."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs_metrics.analysis.feedback.said.masking import mask_columns, masked

REACHED = {
    "Write to jane.doe+nps@mail.acme.co.uk, please.": "Write to [e-mail], please.",
    "mailto:JANE@ACME.COM!": "mailto:[e-mail]!",
    "<o'brien@acme.example> said so": "<[e-mail]> said so",
    "Größe: jürgen@müller.de und 王@例子.公司": "Größe: [e-mail] und [e-mail]",
    "jane (at) acme (dot) com or jane at acme dot com": "[e-mail] or [e-mail]",
    "a@b.io;c_d@e-f.org": "[e-mail];[e-mail]",
    "see https://bob:secret@host.example.com/x": "see https://bob:[e-mail]/x",
    "Call +49 30 1234567 or (030) 123 45 67.": "Call [phone] or [phone].",
    "+1 (650) 253-0000 ext. 12": "[phone]",
    "212-555-1234, 212.555.1234, (212) 555-1234, 1-800-555-0199": "[phone], [phone], [phone], [phone]",
    "my mobile: 07911 123456": "my mobile: [phone]",
    "06 12 34 56 78 / 0612345678": "[phone] / [phone]",
    "0041 44 668 18 00 and 00491761234567": "[phone] and [phone]",
    "tel 0176 12345678; Tel.: 0171/1234567": "tel [phone]; Tel.: [phone]",
    "WhatsApp 98765 43210": "WhatsApp [phone]",
    "reach me at 2125551234 after 5": "reach me at [phone] after 5",
    "llámame al teléfono 612 345 678": "llámame al teléfono [phone]",
    "+44\u00a020\u00a07946\u00a00958": "[phone]",
    "My number is +15551234567": "My number is [phone]",
    "ring 555-123-4567 about order 20240017": "ring [phone] about order 20240017",
}
KEPT = [
    "Order 4055551234 of 2024-03-01 cost 12,345.67",
    "order number is 0612345678, ticket #2125551234",
    "invoice INV-2024-0000123, PO 2125551234, ref: 212-555-1234",
    "01.02.2024 to 03/04/2024, 2023-01-02 10:00:00, 09:00-17:00",
    "12 345 678 users, 612 345 678 rows, 1,234,567,890 events, $650 253 0000",
    "192.168.0.1 runs 10.14.6 build 20240101",
    "0.12345678 against 0.87654321",
    "IBAN DE89 3704 0044 0532 0130 00, card 4111 1111 1111 1111",
    "zip code is: 71701, 1.8.3 I really",
    "https://example.com/tickets/0612345678?id=2125551234",
    "the serial (814353716) and 0 2 21 50 49 42 30",
    "I work at acme.com, ping @support, 5 @ 3.50",
    "",
    "!!! ??? 😀 سلام",
]


@pytest.mark.parametrize(("text", "shown"), REACHED.items())
def test_an_address_or_a_number_is_masked_and_the_rest_stays(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize("text", KEPT)
def test_orders_dates_amounts_and_ids_stay(text: str) -> None:
    assert masked(text) == text


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab 0123456789+-().@/,#xé\n", max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@settings(max_examples=60, deadline=None)
@given(st.from_regex(r"[a-z][a-z0-9._]{0,10}[a-z0-9]@[a-z]{2,8}\.(com|de|org)", fullmatch=True), st.text(max_size=20))
def test_no_address_gets_through_whatever_stands_around(address: str, around: str) -> None:
    assert address not in masked(f"{around} {address} {around}")


def test_a_long_text_takes_no_long_time() -> None:
    text = "a" * 100_000 + " " + "1 " * 2_000 + "x@" * 5_000
    assert len(masked(text)) == len(text)


def test_columns_are_masked_where_they_are_there_and_empty_cells_stay() -> None:
    frame = pd.DataFrame({"comment": ["a@b.com", None], "customer_id": ["c@d.com", "e"]})
    shown = mask_columns(frame, ("comment", "notes"))
    assert shown["comment"].tolist()[0] == "[e-mail]"
    assert shown["comment"].isna().tolist() == [False, True]
    assert shown["customer_id"].tolist() == ["c@d.com", "e"]
    assert frame["comment"].tolist()[0] == "a@b.com"
