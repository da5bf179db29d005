"""By what a customer is known: what stands for it alone is looked for everywhere, what may be anything is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs_metrics.settings import resolve
from cs_metrics.workspace.erasing.database_rows import mended
from cs_metrics.workspace.erasing.identity import Identity, identify, keys_of
from cs_metrics.workspace.publish import publishing
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from tests.workspace.loads import load
from tests.workspace.test_publishing import no_facts

CUSTOMERS = [
    {
        "customer_id": "1001",
        "name": "Enterprise",
        "plan": "Pro",
        "contact": "lea@nord.example",
        "csm": "us@ours.example",
    },
    {"customer_id": "1002", "name": "Nordwind Bio GmbH", "plan": "Enterprise", "contact": "max@nord.example"},
    {"customer_id": "1003", "name": "Nordwind Bio GmbH", "plan": "Enterprise", "contact": "max@nord.example"},
    {"customer_id": "ACC-0004", "name": "Target", "plan": "Pro", "contact": "member@ours.example"},
]
USERS = [
    {"user_id": "U-1001", "customer_id": "1001", "email": "a.lang@nord.example", "full_name": "Anna Lang"},
    {"user_id": "U-1002", "customer_id": "1001", "email": "both@nord.example", "full_name": "Max"},
    {"user_id": "U-1002", "customer_id": "1002", "email": "both@nord.example", "full_name": "Max"},
]


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Folder(tmp_path_factory.mktemp("home") / "acme")
    given = [load("customers", CUSTOMERS), load("users", USERS)]
    publishing.publish(folder, given, publishing.Request("replace", resolve(), no_facts), Progress())
    return folder.version(1)


def test_what_others_have_too_is_no_word(version):
    who = identify([version], ["1001"], {})
    assert who.customers == {"1001"}
    assert who.users == {"U-1001"}  # U-1002 is a user of another customer, too
    assert who.words == {"U-1001", "a.lang@nord.example", "lea@nord.example", "Anna Lang"}
    assert who.unsure == 4  # 1001, Enterprise (a plan), Max's id and address; the csm's is none of it


def test_two_of_one_name_are_told_apart_by_their_ids(version):
    assert "Nordwind Bio" not in identify([version], ["1002"], {}).words


def test_all_ids_of_one_customer_go_together(version):
    assert identify([version], ["1002"], {"1003": "1002", "x": "y"}).customers == {"1002", "1003"}
    both = identify([version], ["1003"], {"1003": "1002"})
    assert both.customers == {"1002", "1003"}
    assert {"Nordwind Bio", "Nordwind Bio GmbH"} <= both.words  # now nobody else has that name


def test_people_of_the_workspace_are_not_the_customers(version):
    assert identify([version], ["ACC-0004"], {}, ["member@ours.example"]).words == {"ACC-0004", "Target"}


def test_a_name_that_is_a_word_is_found_as_a_name(version):
    who = identify([version], ["ACC-0004"], {})
    assert who.without("We asked Target; the target is 40.") == "We asked (erased); the target is 40."


def test_what_it_was_is_known_again_from_a_file(version):
    who = identify([version], ["1001"], {})
    assert Identity.from_json(who.to_json()) == who


def test_a_key_tells_nobody_and_is_known_again():
    first, second = "00" * 32, "11" * 32
    assert keys_of(["1001"], first) == keys_of(["1001"], first) != keys_of(["1001"], second)
    assert "1001" not in keys_of(["1001"], first)[0]


WHO = Identity(
    frozenset({"17"}), frozenset({"U-0017"}), frozenset({"ACC-0017", "Nordwind Bio", "p@n.example", "U-0017"})
)


@given(
    st.lists(st.sampled_from(["ACC-0017", "nordwind bio", "P@N.example", "x", "17", " ", ",", "(", "é"]), max_size=12)
)
def test_no_word_is_left_in_a_text(parts):
    left = WHO.without(" ".join(parts)).lower()
    assert not [word for word in WHO.folded if f" {word} " in f" {left} "]
    assert left.count("x") == parts.count("x")


@pytest.mark.parametrize(
    ("held", "left"),
    [
        ({"customer_id": ["17", "18"]}, {"customer_id": ["18"]}),
        ({"customer_id": ["17"]}, {"customer_id": ["(erased)"]}),
        ({"not": {"customer_id": {"in": ["17"]}}}, {"not": {"customer_id": {"in": ["(erased)"]}}}),
        ({"tickets.customer_id": "17", "seats": 17}, {"tickets.customer_id": "(erased)", "seats": 17}),
        ({"where": '{"customer_id": [17]}'}, {"where": '{"customer_id": ["(erased)"]}'}),
        ({"name": ["Nordwind Bio", "B"], "said": "of Nordwind Bio"}, {"name": ["B"], "said": "of (erased)"}),
        ({"ACC-0017": 1, "seats": [17, 18], "none": []}, {"(erased)": 1, "seats": [17, 18], "none": []}),
        (None, None),
    ],
)
def test_a_filter_never_gets_wider(held, left):
    assert mended(held, WHO, {}) == left
