"""What a link leaves out never leaves the server: all that a reader is sent, over all pages and files, is searched.

The same search over a link that leaves nothing out finds every secret, so it can fail.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.api import sample
from tests.api.conftest import put
from tests.outside.captured import crawl, found
from tests.outside.provider import Provider
from tests.outside.serving import signing_in
from tests.outside.visit import browser

START = date(2025, 1, 1)
EXCLUDED = ("cid-out", "Hiddenix", "outcomment", "outsubject", 9015.75)
"""Of customers in the region that the link's filter leaves out."""
COLUMNS = ("cid-in", "Visiblix", "mailtok", "Csmtok", 7004.75)
"""Of columns that the link leaves out or masks: ids, names, addresses, who looks after whom, amounts."""
FILTERS = ("Sectorin", "Sectorout")
"""What the link filters by, which its reader shall not see."""
HIDDEN = ["name", "email", "csm", "region", "subscriptions.amount", "subscriptions.discount"]
MASKED = ["customer_id", "user_id"]
TRICKS = (
    {"where": '{"region":"Sectorout"}'},
    {"where": '{"name":"Hiddenix 2"}'},
    {"by": "region"},
    {"by": "name"},
    {"seg": "everyone", "v": "1"},
    {"def": '{"minimum_n":1}'},
    {"customer": "cid-out-2"},
)
LEAST = 5
PERIOD = {"period": "custom", "since": "2025-01-01", "until": "2026-01-01"}
SMALL = {**PERIOD, "grain": "month", "by": "tier"}
"""What a link that hides small cells answers for: one tier has 3 customers, the next 7, the largest 14."""
MONEY = ("mrr", "average_revenue_per_account", "average_revenue_per_user")
ASKED = ("since", "until", "grain", "by")
ROWS = ("cid-in", "cid-out", "Visiblix", "Hiddenix", "mailtok", "incomment", "outcomment", "insubject", "outsubject")
"""Of single customers: what nothing can be shown of that hides cells of few."""
ASIDE = (
    {"by": "csm", "since": "2025-01-02"}, {"grain": "day", "cmp": "year", "period": "all"},
    {"where": '{"tier":"Tiny"}', "seg": "everyone", "v": "1"},
)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four customers, half of them in the region that is left out; what they pay, answer and ask."""
    home = tmp_path_factory.mktemp("captured")
    tables: dict[str, list[dict]] = {
        name: [] for name in ("customers", "subscriptions", "survey_responses", "tickets", "users")
    }
    for i in range(24):
        kind, region, amount = ("in", "Sectorin", 7001.25) if i % 2 else ("out", "Sectorout", 9001.75)
        amount += 3.5 * i * i  # no mean of several is what one of them pays
        who, plan = {"customer_id": f"cid-{kind}-{i}"}, "Pro" if i % 3 else "Basic"
        end = START + timedelta(days=150 + 5 * i) if i % 4 == 0 or i % 5 == 0 else None
        tables["customers"].append({
            **who, "name": f"{'Visiblix' if i % 2 else 'Hiddenix'} {i}", "region": region, "csm": f"Csmtok {i % 3}",
            "email": f"p{i}@mailtok.example", "plan": plan, "signed_up_on": START,
            "tier": "Tiny" if i in (3, 10, 17) else "Mid" if i % 3 == 1 else "Big",
        })  # fmt: skip
        tables["subscriptions"].append({**who, "start_date": START, "end_date": end, "amount": amount, "plan": plan})
        tables["users"].append(
            {**who, "user_id": f"u{i}@mailtok.example", "email": f"u{i}@mailtok.example", "created_at": START}
        )
        tables["survey_responses"] += [
            {
                **who, "user_id": f"u{i}@mailtok.example",
                "survey": "csat" if n % 2 else "nps", "score": float((i * 3 + n * 2) % (5 if n % 2 else 11)),
                "responded_at": datetime(2025, 1, 5) + timedelta(days=45 * n + i), "comment": f"{kind}comment one {i}",
            }
            for n in range(8)
        ]  # fmt: skip
        day = datetime(2025, 5, 1) + timedelta(days=i)
        tables["tickets"].append({
            **who, "ticket_id": f"t{i}", "created_at": day, "resolved_at": day + timedelta(days=8),
            "subject": f"{kind}subject one {i}",
        })  # fmt: skip
    put(cs.Workspace(home / "Captured"), **tables)
    put(cs.Workspace(home / "sample"), customers=[{"customer_id": "s1"}])
    (home / "sample" / "sample.built").write_text(sample._fingerprint())
    return home


@pytest.fixture(scope="module")
def server(home: Path, provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with sign-in; its readers here have a link and nothing else."""
    with signing_in(home, tmp_path_factory.mktemp("server") / "log.txt", provider) as address:
        yield address


def shared(home: Path, server: str, **options: object) -> str:
    token = cs.Workspace(home / "Captured").share("overview", pages="all", audience="anyone", **options)
    return f"{server}/?{urlencode({'ws': 'Captured', 'link': token, **SMALL})}"


@pytest.fixture(scope="module")
def everything(home: Path, server: str) -> dict[str, bytes]:
    """All that is sent to the reader of a link that leaves nothing out."""
    return crawl(browser(server), shared(home, server))


def test_a_link_that_leaves_nothing_out_is_sent_everything(everything: dict[str, bytes]) -> None:
    secrets = (*EXCLUDED, *COLUMNS, *FILTERS, *ROWS)
    assert set(found(everything, secrets)) == set(secrets)


def test_what_a_link_leaves_out_is_never_sent(home: Path, server: str) -> None:
    region = {"region": ["Sectorin"]}
    link = shared(home, server, where=region, filters="hidden", hidden=HIDDEN, masked=MASKED)
    sent = crawl(browser(server), link, TRICKS)
    assert re.search(rb"customer_id [a-z2-7]{12}", b"".join(sent.values())), "the rows are shown, under made-up ids"
    assert found(sent, (*EXCLUDED, *COLUMNS, *FILTERS)) == {}


def amounts(view: Any) -> set[float]:
    """Return the amounts of the tiers by month, each that of no other cell: none is a round one."""
    asked = {"since": SMALL["since"], "until": SMALL["until"], "grain": SMALL["grain"]}
    frame = view.compute(list(MONEY), by="tier", totals=True, **asked)
    told = {float(n) for column in ("value", "numerator") for n in frame[column].dropna()}
    return {n for n in told if n > 1_000 and not n.is_integer()}


def few(sent: dict[str, bytes]) -> list[str]:
    """Return which tables hold a cell that counts fewer than a link shows, but not none."""
    found = []
    for asked, body in sent.items():
        table = pd.read_csv(io.BytesIO(body)) if "(CSV)" in asked else pd.DataFrame()
        counts = [pd.to_numeric(table[name], errors="coerce") for name in ("n", "base") if name in table]
        if any(n.between(1, LEAST - 1).any() for n in counts):
            found.append(asked)
    return found


def test_cells_of_few_are_never_sent(home: Path, server: str, everything: dict[str, bytes]) -> None:
    link = shared(home, server, filters="locked", least=LEAST, params=SMALL, **{k: SMALL[k] for k in ASKED})
    kept = cs.Workspace(home / "Captured")
    shown = amounts(kept.open_link(dict(parse_qsl(urlsplit(link).query))["link"]).view)
    secrets = found(everything, amounts(kept.version()) - shown)
    assert len(secrets) >= 4, "whoever may see small cells is sent them"
    assert few(everything), "and how many they count"
    sent = crawl(browser(server), link, ASIDE)
    assert found(sent, (*secrets, *ROWS)) == {}
    assert few(sent) == []
    assert found(sent, shown), "larger cells are shown"
