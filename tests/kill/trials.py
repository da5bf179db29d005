"""The operations of the server that are killed, each with what holds before and after it; and what a client was told.

A client remembers the state that was acknowledged last. After a kill the workspace must hold that state, or that with
the killed operation done whole; where it was acknowledged, the latter.
"""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import cs_metrics as cs
from cs_metrics.errors import CSMetricsError, NotAllowedError
from cs_metrics.workspace.store.folder import sha256_of
from tests.kill import operations, seen

State = dict[str, Any]
Asked = tuple[str, dict[str, Any]]
SERVED = {"publish": ("publish", "again"), "share": ("share", "revoke"),
          "edit": ("settings", "note", "unnote", "target", "segment", "follow", "person")}  # fmt: skip


class Client:
    """Who uses the server: asks, and writes down what was acknowledged, in a journal outside of the workspaces."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.rng, self.folder = rng, folder
        self.path = folder / "home" / "acme"
        self.count = 0
        self.tokens: dict[str, str] = {}
        self.figures: dict[str, str] = {}
        self.hashes: dict[str, str] = {}
        workspace = cs.Workspace(self.path)
        workspace.publish(workspace.read([self._file("customers"), self._file("subscriptions"), self._file("answers")]))
        workspace.invite(operations.WHO, "owner")
        self.known = seen.state(workspace)
        self.keys = workspace.version().follow_ups()["follow_up"].tolist()
        self._look(workspace)

    def next(self, operation: str) -> tuple[Asked, State]:
        """Return the next operation of a kind, and the state once it is done."""
        self.count += 1
        after = copy.deepcopy(self.known)
        given = getattr(self, f"_{operation}")(self.count, after)
        if given is None:  # nothing is there to take away: put something there
            other = {"revoke": "share", "unnote": "note"}[operation]
            return self.next(other)
        after["audit"] += 1
        return (operation, {"path": str(self.path), **given}), after

    def told(self, asked: Asked, after: State, result: Any) -> None:
        """Write down that an operation was acknowledged; of a link that was made and not acknowledged nobody knows the
        token."""
        if asked[0] == "share" and result:
            self.tokens[asked[1]["title"]] = result
        self.known = after
        with open(self.folder / "journal.jsonl", "a", encoding="utf-8") as journal:
            journal.write(json.dumps({"asked": asked, "result": result}) + "\n")

    def compare(self, asked: Asked, after: State, acknowledged: bool, result: Any) -> tuple[list[str], list[str]]:
        """Open the workspace again; return what was lost of what was acknowledged, and what is half-done."""
        workspace = cs.Workspace.open(self.path)
        now = json.loads(json.dumps(seen.state(workspace)))
        expected, before = (json.loads(json.dumps(one)) for one in (after, self.known))
        lost: list[str] = []
        halves = seen.half_done(workspace)
        if now == expected:
            self.told(asked, after, result)
        elif acknowledged:
            lost.append(f"{asked}: {_difference(expected, now)}")
        elif now != before:
            halves.append(f"{asked}: {_difference(before, now)}")
        self.known = seen.state(workspace)
        lost += self._gone(workspace)
        self._look(workspace)
        return lost, halves

    def _gone(self, workspace: cs.Workspace) -> list[str]:
        """Return what no longer is as it was seen: a version's file, the numbers of the latest, what links open."""
        found = []
        for number, digest in self.hashes.items():
            path = workspace.folder.version(int(number))
            if not path.exists() or sha256_of(path) != digest:
                found.append(f"version {number} is another file")
        for number in sorted(self.figures, key=int)[-2:]:
            if seen.figures(workspace.version(int(number))) != self.figures[number]:
                found.append(f"version {number} has other numbers")
        for title in self.rng.sample(sorted(self.tokens), min(5, len(self.tokens))):
            number, revoked = self.known["links"][title]
            try:
                shown = workspace.open_link(self.tokens[title])
                right = shown.title == title and not revoked and (number is None or shown.view.number == number)
            except NotAllowedError:
                right = revoked
            except CSMetricsError as error:
                right, title = False, f"{title} ({error})"
            if not right:
                found.append(f"link {title} opens something else")
        return found

    def all_numbers(self) -> list[str]:
        """Return what is wrong with the numbers of any version, all computed once more."""
        workspace = cs.Workspace.open(self.path)
        versions = [n for n, held in self.figures.items() if seen.figures(workspace.version(int(n))) != held]
        return [f"version {number} has other numbers" for number in versions]

    def _look(self, workspace: cs.Workspace) -> None:
        """Note the file and the numbers of versions that are new."""
        for number in workspace.numbers():
            if str(number) not in self.figures:
                self.hashes[str(number)] = sha256_of(workspace.folder.version(number))
                self.figures[str(number)] = seen.figures(workspace.version(number))

    def _file(self, kind: str) -> str:
        """Write a file of ten rows that no other has."""
        path = self.folder / f"{kind}-{self.count}.csv"
        first = self.count * 10
        head, row = {
            "customers": ("customer_id,name,region", lambda n: f"C{n},Firm {n},{('EMEA', 'AMER')[n % 2]}"),
            "subscriptions": (
                "subscription_id,customer_id,start_date,end_date,amount,billing_period",
                lambda n: f"S{n},C{n},2025-0{n % 9 + 1}-01,,{100 + n / 7:.2f},monthly",
            ),
            "answers": (
                "response_id,customer_id,survey,score,responded_at",
                lambda n: f"R{n},C{n},nps,{n % 11},2025-11-{n % 28 + 1:02d}",
            ),
        }[kind]
        path.write_text("\n".join([head, *(row(n) for n in range(first, first + 10))]) + "\n")
        return str(path)

    # What each operation is given, and what it does to the state

    def _publish(self, n: int, after: State) -> dict[str, Any]:
        after["versions"][str(len(after["versions"]) + 1)] = f"published {n}"
        return {"files": [self._file("customers"), self._file("subscriptions")], "note": f"published {n}"}

    def _again(self, n: int, after: State) -> dict[str, Any]:
        number = self.rng.randint(1, len(after["versions"]))
        after["versions"][str(len(after["versions"]) + 1)] = f"again {n}"
        return {"number": number, "note": f"again {n}"}

    def _share(self, n: int, after: State) -> dict[str, Any]:
        frozen = self.rng.random() < 0.5
        after["links"][f"link {n}"] = [len(after["versions"]) if frozen else None, False]
        return {"title": f"link {n}", "frozen": frozen}

    def _revoke(self, n: int, after: State) -> dict[str, Any] | None:
        open_ = [title for title, (_, revoked) in after["links"].items() if not revoked]
        if not open_:
            return None
        title = self.rng.choice(open_)
        after["links"][title][1] = True
        return {"title": title}

    def _settings(self, n: int, after: State) -> dict[str, Any]:
        values = dict.fromkeys(("minimum_n", "lookback_days", "trial_days", "follow_days"), n % 3000 + 1)
        after["settings"] |= values
        return {"values": values}

    def _note(self, n: int, after: State) -> dict[str, Any]:
        was = self.rng.choice([None, *after["notes"]])
        after["notes"] = sorted([*(text for text in after["notes"] if text != was), f"note {n}"])
        return {"text": f"note {n}", "was": was}

    def _unnote(self, n: int, after: State) -> dict[str, Any] | None:
        if not after["notes"]:
            return None
        text = self.rng.choice(after["notes"])
        after["notes"].remove(text)
        return {"text": text}

    def _target(self, n: int, after: State) -> dict[str, Any]:
        since = f"{2000 + n // 300}-{n // 25 % 12 + 1:02d}-{n % 25 + 1:02d}"
        after["targets"] = sorted([*after["targets"], [since, float(n)]])
        return {"low": float(n), "since": since}

    def _segment(self, n: int, after: State) -> dict[str, Any]:
        after["segments"][f"segment {n}"] = {"seats": {">=": n}}
        return {"name": f"segment {n}", "seats": n}

    def _follow(self, n: int, after: State) -> dict[str, Any]:
        keys = self.rng.sample(self.keys, 2)
        after["follow_ups"] |= {key: ["contacted", f"owner {n}"] for key in keys}
        return {"keys": keys, "owner": f"owner {n}"}

    def _person(self, n: int, after: State) -> dict[str, Any]:
        others = [email for email in after["people"] if email != operations.WHO]
        email = self.rng.choice([f"p{n}@acme.com", *others])
        role = self.rng.choice([r for r in ("viewer", "editor", "owner") if r != after["people"].get(email)])
        after["people"][email] = role
        return {"email": email, "role": role}


def _difference(one: State, other: State) -> str:
    return "; ".join(f"{name}: {one[name]} is {other[name]}" for name in one if one[name] != other[name])[:2000]
