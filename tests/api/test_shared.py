"""Links: what a frozen and a live one show after more uploads, what opens nothing, who looked, what never leaves."""

from __future__ import annotations

import io
import string
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.errors import NotAllowedError, QueryError, WorkspaceError
from cs_metrics.workspace.kept import links
from cs_metrics.workspace.store.records import now

MONTHS = {"since": "2026-01-01", "until": "2026-04-01"}


def answers(scores: list[int], start: int = 0) -> io.BytesIO:
    lines = []
    for i, score in enumerate(scores):
        n, region = start + i, "EU" if i % 2 else "US"
        lines.append(f"r{n},c{n % 9},u{n}@acme.com,nps,2026-0{1 + i % 3}-10,{score},{region},Note {i}")
    head = "response_id,customer_id,user_id,survey,responded_at,score,region,comment"
    text = "\n".join([head, *lines])
    found = io.BytesIO(text.encode())
    found.name = f"nps_{start}.csv"
    return found


def upload(workspace: cs.Workspace, scores: list[int], start: int = 0) -> None:
    plan = workspace.read([answers(scores, start)])
    for sheet, question in plan.questions:
        sheet.answer(question.id, question.suggestion or question.choices[0].value)
    workspace.publish(plan)


@pytest.fixture
def workspace(tmp_path: Path) -> cs.Workspace:
    made = cs.Workspace(tmp_path / "acme")
    made.invite("olga@acme.com", "owner")
    made.invite("vi@acme.com", "viewer")
    upload(made, [10, 9, 3, 8, 10, 2, 9, 10])
    return made


def numbers(view: Any) -> list[Any]:
    frames = [view.nps(**MONTHS), view.compute(["net_promoter_score"], grain="month", **MONTHS), view.kpis()]
    return [frame.astype(str).to_csv() for frame in frames] + [str(view.as_of)]


def test_a_frozen_link_shows_the_same_after_ten_uploads_and_changed_definitions(workspace: cs.Workspace) -> None:
    workspace.save_own_kpi({"name": "Happy", "fact": "answers", "numerator": "count(score >= 9)"})
    frozen = workspace.share("feedback", {"survey": "nps"}, frozen=True, audience="anyone")
    live = workspace.share("feedback", audience="anyone")
    seen = numbers(workspace.open_link(frozen).view)
    assert "happy" in seen[2].casefold()
    assert numbers(workspace.open_link(live).view) == seen
    for i in range(10):
        upload(workspace, [1, 2, 3], start=100 * (i + 1))
    workspace.set_settings({"survey_rule": "all", "timezone": "Asia/Tokyo"})
    workspace.set_as_of("2026-02-01")
    workspace.delete_own_kpi(workspace.own_kpis()[0]["kpi"])
    again = workspace.open_link(frozen)
    assert (again.page, again.params, again.frozen) == ("feedback", {"survey": "nps"}, True)
    assert numbers(again.view) == seen
    assert numbers(workspace.open_link(live).view) != seen
    assert workspace.open_link(live).view.number == 11


@pytest.mark.usefixtures("database")
def test_a_frozen_link_is_read_in_any_thread(workspace: cs.Workspace) -> None:
    """Each run of a page is a thread of its own, and many look at once."""
    workspace.save_note("A price rise", "2026-02-01")
    token = workspace.share("overview", frozen=True, audience="anyone")

    def texts() -> list[str]:
        return [note["text"] for note in workspace.open_link(token).workspace.notes()]

    for _ in range(2):
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(lambda _: texts(), range(40))) == [["A price rise"]] * 40


def test_a_locked_filter_leaves_no_segment_note_or_target_of_all_data(workspace: cs.Workspace) -> None:
    workspace.save_segment("Rivals", {"region": ["US"]})
    workspace.save_note("Lost a US account", "2026-02-01")
    workspace.save_target("net_promoter_score", since="2026-01-01", low=10)
    for filters, there in (("open", 1), ("locked", 0), ("hidden", 0)):
        token = workspace.share("overview", where={"region": ["EU"]}, filters=filters, audience="anyone")
        seen = workspace.open_link(token).workspace
        assert (len(seen.segments()), len(seen.notes()), len(seen.targets())) == (there,) * 3, filters
    with pytest.raises(NotAllowedError):
        seen.segment("Rivals")


def test_an_altered_token_opens_nothing(workspace: cs.Workspace) -> None:
    token = workspace.share("overview", audience="anyone")
    for place, one in enumerate(token):
        other = next(c for c in string.ascii_letters if c != one)
        with pytest.raises(NotAllowedError, match="opens nothing"):
            workspace.open_link(token[:place] + other + token[place + 1 :])
    for wrong in ("", ".", token[:-1], f"{token}x", token.partition(".")[0], "0" * 4000, "x' OR 1=1 --.y", "\x00.y"):
        with pytest.raises(NotAllowedError, match="opens nothing"):
            workspace.open_link(wrong)
    assert workspace.open_link(token).page == "overview"


@pytest.mark.usefixtures("database")
def test_what_was_taken_back_or_expired_opens_nothing(workspace: cs.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    token = workspace.share("overview", audience="anyone", expires_at=now() + timedelta(days=1))
    workspace.open_link(token)
    later = now() + timedelta(days=1)
    monkeypatch.setattr(links, "now", lambda: later)
    with pytest.raises(NotAllowedError, match="has expired"):
        workspace.open_link(token)
    monkeypatch.undo()
    workspace.open_link(token)
    (link,) = workspace.links()
    workspace.revoke_link(link["link"], who="olga@acme.com")
    with pytest.raises(NotAllowedError, match="opens nothing"):
        workspace.open_link(token)
    assert [o["outcome"] for o in workspace.link_opens(link["link"])] == ["taken back", "", "expired", ""]
    with pytest.raises(WorkspaceError, match="no link"):
        workspace.revoke_link("nosuch")
    with pytest.raises(WorkspaceError, match="expired already"):
        workspace.share("overview", expires_at="2020-01-01")


def test_a_link_is_for_whom_it_is_for(workspace: cs.Workspace) -> None:
    members = workspace.share("overview")
    some = workspace.share("overview", audience=["Head@Customer.com"])
    assert workspace.open_link(members, who="VI@acme.com").page == "overview"
    assert workspace.open_link(some, who="head@customer.com").page == "overview"
    for token, who in ((members, ""), (members, "head@customer.com"), (some, ""), (some, "vi@acme.com")):
        with pytest.raises(NotAllowedError, match="Sign in"):
            workspace.open_link(token, who=who)
    told = {tuple(link["audience"]) if isinstance(link["audience"], list) else link["audience"]: link["opened"]
            for link in workspace.links()}  # fmt: skip
    assert told == {"members": 1, ("head@customer.com",): 1}
    for wrong in ("everybody", [], ["no address"]):
        with pytest.raises(WorkspaceError):
            workspace.share("overview", audience=wrong)


def test_a_password_is_asked_for_and_not_guessed(workspace: cs.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    token = workspace.share("overview", audience="anyone", password="owl")
    assert workspace.open_link(token, "owl").page == "overview"
    with pytest.raises(NotAllowedError, match="has a password"):
        workspace.open_link(token)
    for _ in range(links.TRIES):
        with pytest.raises(NotAllowedError, match="not the password"):
            workspace.open_link(token, "cat")
    with pytest.raises(NotAllowedError, match="Too many wrong passwords"):
        workspace.open_link(token, "owl")
    later = now() + links.TRIED_WITHIN + timedelta(seconds=1)
    monkeypatch.setattr(links, "now", lambda: later)
    assert workspace.open_link(token, "owl").page == "overview"


def test_wrong_passwords_tried_all_at_once_are_counted(workspace: cs.Workspace) -> None:
    token = workspace.share("overview", audience="anyone", password="owl")

    def tried(number: int) -> str:
        with pytest.raises(NotAllowedError) as refused:
            workspace.open_link(token, f"cat {number}")
        return str(refused.value)

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(tried, range(links.TRIES + 8)))
    assert sum("not the password" in each for each in said) == links.TRIES


def test_locked_filters_hold_and_columns_left_out_do_not_exist(workspace: cs.Workspace) -> None:
    where = {"survey_responses.region": ["EU"]}
    token = workspace.share("feedback", where=where, filters="locked", hidden=["comment", "user_id"], audience="anyone")
    view = workspace.open_link(token).view
    whole = workspace.version().kpi("net_promoter_score", by=["survey_responses.region"], **MONTHS)
    mine = whole[whole["survey_responses.region"] == "EU"].iloc[0]
    assert view.kpi("net_promoter_score", **MONTHS).iloc[0][["value", "n"]].tolist() == mine[["value", "n"]].tolist()
    for other in ({"survey_responses.region": ["US"]}, {"survey_responses.user_id": ["u1@acme.com"]}):
        with pytest.raises(NotAllowedError, match="of this link are locked"):
            view.kpi("net_promoter_score", where=other, **MONTHS)
    rows = view.rows("net_promoter_score", part="denominator")
    assert len(rows) == mine["n"]
    assert not {"comment", "user_id", "respondent", "cluster"} & set(rows.columns)
    assert "@" not in rows.to_csv()
    with pytest.raises(QueryError, match="cannot be asked"):
        view.kpi("net_promoter_score", by=["survey_responses.user_id"])
    with pytest.raises(WorkspaceError, match="needs its filters locked"):
        workspace.share("feedback", hidden=["comment"])
    assert workspace.open_link(workspace.share("feedback", where=where, audience="anyone")).view.where == {}


def test_the_token_is_kept_nowhere(workspace: cs.Workspace) -> None:
    token = workspace.share("overview", audience="anyone", password="owlet")
    workspace.open_link(token, "owlet")
    kept = b"".join(p.read_bytes() for p in workspace.path.rglob("*") if p.is_file())
    assert token.partition(".")[0].encode() in kept
    for secret in (token.partition(".")[2], "owlet"):
        assert secret.encode() not in kept
    assert len(token.partition(".")[2]) * 6 >= 128
    tokens = {workspace.share("overview") for _ in range(20)}
    assert len(tokens) == 20


@pytest.mark.usefixtures("database")
def test_who_looked_is_told_and_what_was_made_is_logged(workspace: cs.Workspace) -> None:
    token = workspace.acting("olga@acme.com").share("kpi", {"id": "mrr"}, title=" MRR ", note="For Monday")
    workspace.open_link(token, who="vi@acme.com")
    (link,) = workspace.acting("olga@acme.com").links()
    assert (link["title"], link["note"], link["created_by"], link["opened"]) == (
        "MRR",
        "For Monday",
        "olga@acme.com",
        1,
    )
    assert pd.notna(link["opened_at"])
    assert [(o["who"], o["outcome"]) for o in workspace.link_opens(link["link"])] == [("vi@acme.com", "")]
    line = workspace.audit().iloc[0]
    assert (line["action"], line["who"]) == ("link made", "olga@acme.com")
    assert token.partition(".")[2] not in str(line["detail"])
    with pytest.raises(NotAllowedError):
        workspace.acting("vi@acme.com").share("kpi")


def test_who_goes_on_looking_is_checked_again_and_not_noted_again(workspace: cs.Workspace) -> None:
    token = workspace.share("overview", audience=["vi@acme.com", "ed@acme.com"], password="owl")
    first = workspace.open_link(token, "owl", who="vi@acme.com")
    (link,) = workspace.links()
    for _ in range(3):
        assert workspace.reopen_link(token, first.proof, who="Vi@acme.com").page == "overview"
    assert workspace.links()[0]["opened"] == 1
    other = workspace.share("overview", audience=["vi@acme.com"], password="owl")
    elsewhere = workspace.open_link(other, "owl", who="vi@acme.com").proof
    for proof, who in (("", "vi@acme.com"), ("\u00fc", "vi@acme.com"), (first.proof, "ed@acme.com"),
                       (elsewhere, "vi@acme.com"), (first.proof[:-1], "vi@acme.com")):  # fmt: skip
        with pytest.raises(NotAllowedError, match="has a password"):
            workspace.reopen_link(token, proof, who=who)
    with pytest.raises(NotAllowedError, match="for others"):
        workspace.reopen_link(token, first.proof, who="olga@acme.com")
    workspace.revoke_link(link["link"], who="olga@acme.com")
    with pytest.raises(NotAllowedError, match="opens nothing"):
        workspace.reopen_link(token, first.proof, who="vi@acme.com")
    assert [one["revoked_by"] for one in workspace.links() if one["link"] == link["link"]] == ["olga@acme.com"]
    assert workspace.open_link(workspace.share("overview", audience="anyone")).proof == ""


def test_what_contradicts_itself_is_no_link(workspace: cs.Workspace) -> None:
    for wrong in ({"least": 5}, {"masked": ["user_id"]}, {"pages": "some"}, {"least": 1, "filters": "locked"}):
        with pytest.raises(WorkspaceError):
            workspace.share("overview", **wrong)
    for wrong in ({"masked": ["user_idd"]}, {"hidden": ["users.emial"]}, {"grain": "fortnight"}, {"since": "soon"}):
        with pytest.raises(QueryError):
            workspace.share("overview", filters="locked", **wrong)
    assert workspace.links() == []


def test_a_link_says_what_it_shows(workspace: cs.Workspace) -> None:
    where = {"survey_responses.region": ["EU"]}
    params = {"survey": "nps", "where": "{}", "seg": "abc"}
    words = {"masked": ["user_id"], "hidden": ["comment"], "least": 3, "since": "2026-01-01", "pages": "all"}
    locked = workspace.open_link(
        workspace.share("feedback", params, where=where, filters="locked", audience="anyone", **words)
    )
    assert (locked.redacted, locked.least, locked.pages) == (True, 3, "all")
    assert (locked.masked, locked.hidden, locked.where) == (("user_id",), ("comment",), where)
    assert locked.params == {"survey": "nps"}
    assert locked.view.asked == {"since": "2026-01-01T00:00:00", "until": None, "grain": None, "by": None}
    secret = workspace.open_link(workspace.share("feedback", where=where, filters="hidden", audience="anyone"))
    assert (secret.where, secret.hidden) == ({}, ("survey_responses.region",))
    assert "survey_responses.region" not in set(secret.view.dimensions()["name"])
    with pytest.raises(QueryError, match="cannot be asked"):
        secret.view.nps(by="survey_responses.region")
    told = workspace.links()[1]  # the latest first, also within a second
    assert (told["masked"], told["least"], told["pages"]) == (["user_id"], 3, "all")
    assert not {"secret", "salt", "password", "mask_key", "snapshot"} & set(told)


def test_a_link_from_before_there_were_snapshots_opens(workspace: cs.Workspace) -> None:
    token = workspace.share("overview", frozen=True, audience="anyone")
    workspace.records.put(links.LINKS, {"link": token.partition(".")[0]}, {"snapshot": None})
    assert workspace.open_link(token).view.number == 1
