"""A seeded company that answers surveys: what customers pay, NPS answers with some comments, tickets, contacts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics import facts
from cs_metrics.api.workspace import Workspace
from cs_metrics.workspace.publish.publishing import Request, publish
from cs_metrics.workspace.store.progress import Progress
from tests.benchmarks.generate import MINUTES, REGIONS, SIZES, Rows, days, later, moments, names, table

PER_CUSTOMER, PEOPLE, COMMENTED = 10, 3, 0.02
SCORES = (0.02, 0.02, 0.03, 0.04, 0.05, 0.08, 0.08, 0.14, 0.2, 0.18, 0.16)
_ABOUT = ("the price", "the new report", "our invoice", "the login page", "the export", "support", "the mobile app")
_TONE = ("We love {}.", "{} is great and fast.", "We do not understand {}.", "{} is slow and it keeps failing.")
SETTINGS = {"fresh_days": 3650}
DAY = 1440


def company(answers: int, seed: int = 1) -> list[Rows]:
    """`answers` surveys answered, two sent for each, by a tenth as many customers of three people each; three tickets
    and two contacts a customer. Half of the customers have a contract; a third has left."""
    rng = np.random.default_rng(seed)
    customers = max(20, answers // PER_CUSTOMER)
    numbers = np.arange(customers)
    born = rng.integers(0, int(MINUTES * 0.7), customers) // DAY * DAY
    gone = rng.random(customers) < 1 / 3
    ends = born + ((MINUTES - born) * rng.uniform(0.2, 0.95, customers)).astype(np.int64) // DAY * DAY + DAY
    due = np.where(gone, ends, MINUTES + rng.integers(1, 300, customers) * DAY) // DAY * DAY
    bound = numbers % 2 == 0
    return [
        table(
            "customers",
            {
                "customer_id": names("c", numbers),
                "region": pa.array(rng.choice(REGIONS, customers)),
                "company_size": pa.array(rng.choice(SIZES, customers)),
                "csm": names("csm ", rng.integers(0, 40, customers)),
                "signed_up_on": pa.array(days(born)),
            },
        ),
        table(
            "subscriptions",
            {
                "subscription_id": names("s", numbers),
                "customer_id": names("c", numbers),
                "start_date": pa.array(days(born)),
                "end_date": pa.array(days(ends), mask=~gone),
                "amount": pa.array(rng.integers(20, 900, customers).astype(float)),
                "contract_start": pa.array(days(born), mask=~bound),
                "contract_end": pa.array(days(due), mask=~bound),
            },
        ),
        _responses(rng, born, answers),
        _tickets(rng, born, customers * 3),
        _contacts(rng, born, customers * 2),
    ]


def _responses(rng: np.random.Generator, born: np.ndarray, answers: int) -> Rows:
    sent = answers * 2
    # a fifth of the customers is never asked
    user = rng.integers(0, len(born) * PEOPLE * 4 // 5, sent)
    asked = later(rng, born, user // PEOPLE)
    answered = np.minimum(asked + rng.integers(5, 5 * DAY, sent), MINUTES - 1)
    answered[0] = MINUTES - 1  # so that every month is over
    silent = np.arange(sent) % 2 == 1
    score = rng.choice(11, sent, p=SCORES)
    quiet = silent | (rng.random(sent) >= COMMENTED)
    said = np.char.replace(rng.choice(_TONE, sent), "{}", rng.choice(_ABOUT, sent))
    return table(
        "survey_responses",
        {
            "response_id": names("r", np.arange(sent)),
            "customer_id": names("c", user // PEOPLE),
            "user_id": names("u", user),
            "survey": pa.array(np.full(sent, "nps")),
            "sent_at": moments(asked),
            "responded_at": pc.if_else(pa.array(silent), None, moments(answered)),
            "score": pa.array(score.astype(float), mask=silent),
            "comment": pa.array(said, pa.string(), mask=quiet),
            "channel": pa.array(rng.choice(["email", "in-app"], sent)),
        },
    )


def _tickets(rng: np.random.Generator, born: np.ndarray, count: int) -> Rows:
    who = rng.integers(0, len(born), count)
    created = later(rng, born, who)
    created[0] = 0  # what happened before an answer is known of all of them
    return table(
        "tickets",
        {
            "ticket_id": names("t", np.arange(count)),
            "customer_id": names("c", who),
            "created_at": moments(created),
            "resolved_at": moments(np.minimum(created + rng.integers(30, 10 * DAY, count), MINUTES - 1)),
        },
    )


def _contacts(rng: np.random.Generator, born: np.ndarray, count: int) -> Rows:
    who = rng.integers(0, len(born), count)
    return table(
        "touchpoints",
        {
            "touchpoint_id": names("p", np.arange(count)),
            "customer_id": names("c", who),
            "occurred_at": moments(later(rng, born, who)),
            "kind": pa.array(np.full(count, "call")),
            "direction": pa.array(rng.choice(["ours", "theirs"], count)),
        },
    )


def published(folder: Path, answers: int) -> Workspace:
    """Publish the company; return its workspace."""
    workspace = Workspace(folder / "voice")
    workspace.set_settings(SETTINGS)
    request = Request(mode="append", settings=workspace.settings, build=facts.build)
    publish(workspace.folder, company(answers), request, Progress())
    return workspace
