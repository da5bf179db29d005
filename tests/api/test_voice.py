"""The voice of the customer: texts of every origin, themes with what stands behind them, and who may see which."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cs_metrics.api.version import Version
from cs_metrics.api.workspace import Workspace
from cs_metrics.errors import QueryError
from tests.api.conftest import put, subscription

SLOW = ("The export is slow.", "Our export fails at night.", "An export to slides would help.", "Export takes ages.")
BILL = ("The invoice never arrives.", "My invoice has a typo.", "We pay by invoice.", "One invoice for two offices.")
SECRET = (
    "Zebra pricing hurts.",
    "They leave over zebra pricing.",
    "Zebra pricing again.",
    "Nobody here wanted zebra pricing.",
)


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Version:
    """Export is written of in comments and tickets, the invoice in tickets, zebra pricing in notes alone.

    A pays 30, B 60, C 10. NPS: of A 9 and 3 (export both, the last counts), of B 10 (export), of C 5 (nothing written).
    """
    workspace = Workspace(tmp_path_factory.mktemp("voice") / "voice")

    def day(number: int) -> datetime:
        return datetime(2025, 2, 1) + timedelta(days=number)

    answers = [("A", 9.0, SLOW[0], 1), ("A", 3.0, SLOW[1], 20), ("B", 10.0, SLOW[2], 21), ("C", 5.0, None, 22)]
    put(
        workspace,
        customers=[{"customer_id": c, "region": r} for c, r in (("A", "EMEA"), ("B", "EMEA"), ("C", "AMER"))],
        subscriptions=[subscription(c, date(2025, 1, 1), None, m, "Pro") for c, m in (("A", 30), ("B", 60), ("C", 10))],
        survey_responses=[
            {"customer_id": c, "survey": "nps", "score": s, "comment": t, "responded_at": day(d)}
            for c, s, t, d in answers
        ],
        tickets=[
            {"ticket_id": str(n), "customer_id": "C", "created_at": day(n + 20), "subject": "Help", "description": text,
             "priority": "high" if n else "low"}
            for n, text in enumerate((*BILL, SLOW[3]))
        ],
        touchpoints=[
            {"customer_id": "B", "occurred_at": day(20 + n), "kind": "interview", "notes": text, "sentiment": -0.9}
            for n, text in enumerate(SECRET)
        ],
        churn_events=[{"customer_id": "A", "churned_on": date(2025, 3, 1), "feedback": "Wir gehen zu einem anderen."}],
    )  # fmt: skip
    return workspace.version()


def test_texts_of_every_origin_the_latest_first(version: Version) -> None:
    frame = version.texts()
    assert len(frame) == 3 + 5 + 4 + 1
    assert frame["said_at"].is_monotonic_decreasing
    counts = version.text_counts()
    assert counts.set_index("kind")["texts"].to_dict() == {"ticket": 5, "interview": 4, "nps": 3, "churn": 1}
    assert counts.set_index("kind")["english"].to_dict() == {"ticket": 5, "interview": 4, "nps": 3, "churn": 0}


def test_a_language_that_is_not_judged_has_no_tone_and_no_theme(version: Version) -> None:
    german = version.texts(origins="churn").iloc[0]
    assert (german["english"], german["label"], list(german["themes"])) == (False, None, [])


@pytest.mark.parametrize(
    ("asked", "many"),
    [
        ({"origins": "contact"}, 4), ({"origins": ["interview", "nps"]}, 7), ({"theme": "export"}, 4),
        ({"contains": "export -slides"}, 3), ({"tone": "negative", "origins": "contact"}, 4),
        ({"where": {"region": "AMER"}}, 5), ({"where": {"tickets.priority": "high"}}, 4),
        ({"since": "2025-03-01"}, 1), ({"until": "2025-02-03"}, 1), ({"limit": 2}, 2), ({"limit": 5, "offset": 10}, 3),
        ({"origins": "fax"}, 0),
    ],
)  # fmt: skip
def test_texts_can_be_filtered_and_paged(version: Version, asked: dict, many: int) -> None:
    frame = version.texts(**asked)
    assert len(frame) == many
    if "limit" not in asked:
        assert version.text_counts(**asked)["texts"].sum() == many


def test_a_row_says_its_score_its_themes_and_the_file_and_row_it_came_from(version: Version) -> None:
    row = version.texts(contains="fails").iloc[0]
    assert (row["origin"], row["kind"], row["customer_id"], row["score"]) == ("survey", "nps", "A", 3)
    assert list(row["themes"]) == ["export"]
    assert (row["_source"], row["_row"]) == ("survey_responses.csv", 3)


def test_themes_with_their_size_money_and_score(version: Version) -> None:
    themes = version.themes().set_index("theme")
    assert set(themes.index) == {"export", "invoice", "zebra pricing"}
    export = themes.loc["export"]
    assert (export["texts"], export["share"], export["customers"]) == (4, pytest.approx(4 / 13), 3)
    assert (export["mrr"], export["mrr_share"]) == (pytest.approx(100), pytest.approx(1))
    # of A the last answer counts, a detractor; B is a promoter: 100 * (1 - 1) / 2
    assert (export["answers"], export["score"]) == (2, 0)
    assert export["score_low"] < 0 < export["score_high"]
    zebra = themes.loc["zebra pricing"]
    assert (zebra["mrr"], zebra["mrr_share"]) == (pytest.approx(60), pytest.approx(0.6))
    assert (zebra["toned"], zebra["negative"], zebra["tone"], zebra["answers"]) == (4, 4, -1, 0)
    assert "zebra" in zebra["words"]


def test_the_latest_stretch_is_held_against_the_one_before(version: Version) -> None:
    themes = version.themes(since="2025-02-19", until="2025-03-02").set_index("theme")
    assert (themes.loc["export", "now"], themes.loc["export", "earlier"]) == (3, 0)
    assert themes["p"].isna().all()  # nothing was written in the 11 days before
    last = version.themes(days=15).set_index("theme")
    assert (last.loc["export", "texts"], last.loc["export", "now"], last.loc["export", "earlier"]) == (4, 3, 1)
    assert not last[["is_new", "is_growing", "is_falling"]].to_numpy().any()
    with pytest.raises(QueryError, match="one day or more"):
        version.themes(days=0)


def test_the_trend_adds_up_to_the_themes(version: Version) -> None:
    trend = version.theme_trend("month")
    assert trend.groupby("theme")["texts"].sum().to_dict() == version.themes().set_index("theme")["texts"].to_dict()
    export = trend[trend["theme"] == "export"].set_index("period")
    february = export.loc[datetime(2025, 2, 1)]
    assert (february["texts"], february["share"], february["complete"]) == (4, pytest.approx(4 / 12), True)
    assert set(version.theme_trend("month", theme="export")["theme"]) == {"export"}


def test_quotations_differ_and_are_the_same_each_time(version: Version) -> None:
    quoted = version.quotations("export")
    assert len(quoted) == 3
    assert quoted["text"].is_unique
    assert set(quoted["text"]) <= {*SLOW, f"Help\n{SLOW[3]}"}
    assert version.quotations("export").equals(quoted)
    assert version.quotations("nobody says this").empty
    with pytest.raises(QueryError, match="1 to"):
        version.quotations("export", n=0)


def test_a_pinned_theme_counts_its_phrases_and_takes_in_found_ones(version: Version) -> None:
    pins = {"Paper": ["typo", "two offices"], "Prices": {"phrases": ["fails"], "found": ["zebra pricing"]}}
    themes = version.themes(pins=pins).set_index("theme")["texts"].to_dict()
    assert themes == {"export": 4, "invoice": 4, "Paper": 2, "Prices": 5}
    assert list(version.texts(contains="typo", pins=pins).iloc[0]["themes"]) == ["Paper", "invoice"]
    assert set(version.quotations("Prices", n=9, pins=pins)["kind"]) == {"interview", "nps"}
    # a name of ours that a person pinned means what the person said
    assert version.themes(pins={"export": ["slides"]}).set_index("theme")["texts"]["export"] == 1


def test_texts_of_a_hidden_column_and_the_themes_that_only_they_name_do_not_exist(version: Version) -> None:
    for hidden in ("notes", "touchpoints.notes"):
        view = version.view(hidden=[hidden])
        assert set(view.themes()["theme"]) == {"export", "invoice"}
        assert "contact" not in set(view.text_counts()["origin"])
        assert view.quotations("zebra pricing").empty
        assert view.theme_trend(theme="zebra pricing").empty
        assert not view.texts(contains="zebra").shape[0]
        assert not any("zebra pricing" in told for told in view.texts()["themes"])
        # words may stand in hidden texts alone
        assert all(words == [] for words in view.themes()["words"])
        assert view.themes(pins={"Striped": ["zebra"]})["theme"].tolist() == ["export", "invoice"]
    counts = version.view(hidden=["tickets.description"]).themes().set_index("theme")["texts"].to_dict()
    assert counts == {"export": 3, "zebra pricing": 4}


def test_a_hidden_score_kind_sentiment_or_customer_does_not_show(version: Version) -> None:
    hidden = ["survey_responses.score", "touchpoints.kind", "touchpoints.sentiment", "customer_id"]
    view = version.view(hidden=hidden)
    frame = view.texts()
    assert frame["score"].isna().all()
    assert "customer_id" not in frame
    assert set(frame.loc[frame["origin"] == "contact", "kind"]) == {"contact"}
    assert frame.loc[frame["origin"] == "contact", "label"].isna().all()
    assert not len(view.texts(origins="interview"))
    assert view.themes()["score"].isna().all()


def test_under_a_locked_filter_only_the_themes_of_what_it_leaves_exist(version: Version) -> None:
    view = version.view(where={"region": "AMER"})
    assert view.themes().set_index("theme")["texts"].to_dict() == {"invoice": 4, "export": 1}
    assert view.themes()["mrr_share"].tolist() == [1, 1]


def test_nothing_written_has_no_themes(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "silent")
    put(workspace, customers=[{"customer_id": "A"}],
        subscriptions=[subscription("A", date(2025, 1, 1), None, 30, "Pro")])  # fmt: skip
    version = workspace.version()
    for frame in (version.texts(), version.text_counts(), version.themes(), version.theme_trend()):
        assert frame.empty
