"""Rules of a workspace: kept, tried on the past, switched on, evaluated; and the playbooks that they follow."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cs_metrics.analysis.rules import fired, model, ready, words
from cs_metrics.analysis.rules.backtest import Backtest
from cs_metrics.analysis.rules.look import Look
from cs_metrics.api import given
from cs_metrics.api.answering import own
from cs_metrics.api.answering.tried import look_at
from cs_metrics.errors import CSMetricsError, WorkspaceError, did_you_mean
from cs_metrics.workspace.kept import playbooks, rules, segments, todos
from cs_metrics.workspace.kept.playbooks import CSM
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.records import Records

if TYPE_CHECKING:
    from cs_metrics.api.version import Version

KEY, OWNER = 64, 200
_LOG = logging.getLogger(__name__)


class Ruled:
    """The part of a `Workspace` that is rules and playbooks. What a rule says: `cs_metrics.analysis.rules.model`."""

    records: Records

    @property
    def settings(self) -> dict[str, Any]:
        raise NotImplementedError

    def version(self, number: int | None = None) -> Version:
        raise NotImplementedError

    def numbers(self) -> list[int]:
        raise NotImplementedError

    # Rules

    def rules(self, deleted: bool = False) -> list[dict[str, Any]]:
        """Return the rules, those that are on first: rule (its id), name, said (in words), content, playbook (an id),
        enabled, seen (its past was looked at, as it stands), ready (it comes with the app, untouched), problem (why it
        cannot be evaluated any more, or ''), last (what it did last: version, accounts, said, error; None: nothing)."""
        kept = rules.listing(self.records, deleted)
        last = {line["rule"]: line for line in rules.firings(self.records)}
        found = [self._described(row, last.get(row["rule"])) for row in kept]
        if not deleted:
            touched = rules.known(self.records)
            for rule, (name, playbook, content) in ready.RULES.items():
                if rule not in touched:
                    row = {"rule": rule, "name": name, "playbook": playbook, "content": model.checked(content),
                           "enabled": False, "seen": ""}  # fmt: skip
                    found.append(self._described(row, None) | {"ready": True})
        return sorted(found, key=lambda row: (not row["enabled"], row["ready"]))

    def rule(self, rule: str) -> dict[str, Any]:
        """Return one rule by its id or name. Raises WorkspaceError with the nearest names."""
        rule, found = given.line(rule, "rule", rules.LONGEST), self.rules()
        for row in found:
            if rule in (row["rule"], row["name"]):
                return row
        names = [row["name"] for row in found]
        raise WorkspaceError(f"There is no rule '{rule:.60}'. {did_you_mean(rule, names)}".rstrip())

    @whole
    def save_rule(
        self, name: str, content: Mapping[str, Any], *, playbook: str = "", rule: str | None = None, who: str = ""
    ) -> str:
        """Keep a rule (`rule`: in place of that one); return its id. It is off until `switch_rule`; one that is on and
        now says something else is switched off. Raises QueryError for what is no rule, WorkspaceError for a name that
        is taken or a playbook that there is not."""
        name, playbook = given.line(name, "name", rules.LONGEST), given.line(playbook, "playbook", KEY)
        rule = None if rule is None else given.line(rule, "rule", KEY)
        checked = model.checked(given.plain(content, "content"), own.catalogue(self.records))
        if checked["segment"]:
            segments.get(self.records, checked["segment"])
        if playbook:
            self.playbook(playbook)
        kept = rules.save(self.records, name, checked, playbook, rule)
        said = {"rule": kept, "name": " ".join(name.split()), "content": checked, "playbook": playbook}
        self.records.log(who, "rule made" if rule is None else "rule changed", said)
        return kept

    @whole
    def delete_rule(self, rule: str, *, who: str = "") -> None:
        """Take a rule off the list, switched off; `restore_rule` brings it back. Its to-dos stay."""
        row = self._kept(rule)
        rules.delete(self.records, row["rule"])
        self.records.log(who, "rule deleted", {"rule": row["rule"], "name": row["name"]})

    @whole
    def restore_rule(self, rule: str, *, who: str = "") -> None:
        """Bring a deleted rule back, switched off."""
        rules.restore(self.records, given.line(rule, "rule", KEY))
        self.records.log(who, "rule restored", {"rule": rule, "name": self.rule(rule)["name"]})

    def backtest_rule(self, rule: str, *, who: str = "") -> Backtest:
        """Return how often a rule would have fired in the past of the latest version, and how often it was right (see
        `View.rule_backtest`); from then on it can be switched on, as it stands. Raises NotComputableError."""
        row = self.rule(rule)
        found = self.version().rule_backtest(row["content"])
        self.see_rule(row["rule"], row["content"], who=who)
        return found

    @whole
    def see_rule(self, rule: str, content: Mapping[str, Any], *, who: str = "") -> None:
        """Note that somebody looked at the past of a rule that says `content`, so that it can be switched on while it
        says that. Raises WorkspaceError where it says something else meanwhile."""
        row = self._kept(rule)
        if row["content"] != dict(content):
            raise WorkspaceError("This rule was changed meanwhile: look at its past as it is now.")
        if not row["seen"]:
            rules.see(self.records, row["rule"], model.fingerprint(row["content"]))
            self.records.log(who, "rule tried", {"rule": row["rule"], "name": row["name"]})

    @whole
    def switch_rule(self, rule: str, on: bool = True, *, who: str = "") -> None:
        """Switch a rule on or off. Raises WorkspaceError where nobody looked at its past, as it stands."""
        row = self._kept(rule)
        rules.switch(self.records, row["rule"], on, model.fingerprint(row["content"]))
        action = "rule switched on" if on else "rule switched off"
        self.records.log(who, action, {"rule": row["rule"], "name": row["name"]})

    # Playbooks

    def playbooks(self, deleted: bool = False) -> list[dict[str, Any]]:
        """Return the playbooks by name: playbook (its id), name, steps (each text, and days after the start), owner
        ("csm": the account's), days (until it is due), ready (it comes with the app, untouched)."""
        found = [{**row, "ready": False} for row in playbooks.listing(self.records, deleted)]
        if not deleted:
            touched = playbooks.known(self.records)
            found += [{"playbook": key, **values, "ready": True} for key, values in ready.PLAYBOOKS.items()
                      if key not in touched]  # fmt: skip
        return sorted(found, key=lambda row: row["name"].casefold())

    def playbook(self, playbook: str) -> dict[str, Any]:
        """Return one playbook by its id. Raises WorkspaceError."""
        for row in self.playbooks():
            if row["playbook"] == playbook:
                return row
        raise WorkspaceError("There is no such playbook (any more): choose another one.")

    @whole
    def save_playbook(
        self,
        name: str,
        steps: Sequence[str | Mapping[str, Any]],
        *,
        owner: str = CSM,
        days: int = 7,
        playbook: str | None = None,
        who: str = "",
    ) -> str:
        """Keep a playbook (`playbook`: in place of that one); return its id. A step is a text, or has `text` and `days`
        after the start; `owner` "csm" is the account's CSM, as the data have it. Raises WorkspaceError."""
        name, owner = given.line(name, "name", playbooks.LONGEST), given.line(owner, "owner", OWNER)
        playbook = None if playbook is None else given.line(playbook, "playbook", KEY)
        if isinstance(steps, list | tuple):
            steps = given.plain({"steps": steps}, "steps")["steps"]
        kept = playbooks.save(self.records, name, steps, owner, days, playbook)
        said = {"playbook": kept, "name": " ".join(name.split()), "owner": owner, "days": days}
        self.records.log(who, "playbook made" if playbook is None else "playbook changed", said)
        return kept

    @whole
    def delete_playbook(self, playbook: str, *, who: str = "") -> None:
        """Take a playbook off the list; `restore_playbook` brings it back. Rules that followed it open to-dos without
        steps until they follow another."""
        row = self.playbook(playbook)
        if row["ready"]:
            playbooks.save(self.records, row["name"], row["steps"], row["owner"], row["days"], playbook)
        playbooks.delete(self.records, playbook)
        self.records.log(who, "playbook deleted", {"playbook": playbook, "name": row["name"]})

    @whole
    def restore_playbook(self, playbook: str, *, who: str = "") -> None:
        """Bring a deleted playbook back."""
        playbooks.restore(self.records, given.line(playbook, "playbook", KEY))
        self.records.log(who, "playbook restored", {"playbook": playbook, "name": self.playbook(playbook)["name"]})

    # Evaluating

    def evaluate_rules(self, *, who: str = "") -> list[dict[str, Any]]:
        """Evaluate the rules that are on against the latest version, and open a to-do for each account that fulfils one
        and has none for it that goes on. Return by rule: rule, name, accounts, opened, still, ended, said, error.

        Publishing does this by itself. An error of one rule stops no other: it is kept beside the rule.
        """
        enabled = [row for row in self.rules() if row["enabled"]]
        if not self.numbers() or not enabled:
            return []
        version = self.version()
        look = look_at(version)
        done = [self._evaluate(row, version.number, look) for row in enabled]
        told = {row["name"]: row["error"] or row["accounts"] for row in done}
        self.records.log(who, "rules evaluated", {"version": version.number, "rules": told})
        return done

    def _evaluated(self, who: str) -> None:
        """Evaluate the rules of a version that was published just now: whatever goes wrong, it is there."""
        try:
            self.evaluate_rules(who=who)
        except Exception:
            _LOG.exception("rules were not evaluated")

    def _evaluate(self, row: Mapping[str, Any], number: int, look: Look) -> dict[str, Any]:
        counts = {"opened": 0, "still": 0, "ended": 0}
        line: dict[str, Any] = {"name": row["name"], "accounts": 0, "said": "", "error": "", "as_of": look.moment}
        try:
            found = fired.fired(look, resolved(self.records, row["content"]))
            with self.records.whole():
                counts = todos.settle(
                    self.records, row["rule"], row["name"], self._steps(row["playbook"]), number, look.moment,
                    [self._hit(hit, found, row["playbook"]) for hit in found.hits], found.unknown,
                    frozenset(look.accounts()),
                )  # fmt: skip
                line |= {"accounts": len(found.hits), "said": found.said}
                rules.note_down(self.records, number, row["rule"], line)
        except Exception as error:
            known = isinstance(error, CSMetricsError)
            if not known:
                _LOG.exception("a rule was not evaluated")
            line |= {"error": str(error) if known else "It could not be evaluated: the server's log says why."}
            rules.note_down(self.records, number, row["rule"], line)
        return {"rule": row["rule"], **line, **counts}

    def _hit(self, hit: fired.Hit, found: fired.Fired, playbook: str) -> dict[str, Any]:
        owner = self._steps(playbook)["owner"]
        return {
            "account": hit.account, "evidence": hit.evidence,
            "name": found.names.get(hit.account, hit.account) if hit.account else "",
            "owner": found.csms.get(hit.account, "") if owner == CSM else owner,
        }  # fmt: skip

    def _steps(self, playbook: str) -> dict[str, Any]:
        """Return a playbook; where a rule has none (any more), one without steps."""
        found = next((row for row in self.playbooks() if row["playbook"] == playbook), None)
        return found or {"steps": [], "owner": CSM, "days": 7}

    def _kept(self, rule: str) -> dict[str, Any]:
        """Return a rule that is kept; one that comes with the app is kept from now on."""
        row = self.rule(rule)
        if row["ready"]:
            rules.save(self.records, row["name"], row["content"], row["playbook"], row["rule"])
        return row

    def _described(self, row: Mapping[str, Any], last: Mapping[str, Any] | None) -> dict[str, Any]:
        said, problem = "", ""
        try:
            known = own.catalogue(self.records)
            content = model.checked(row["content"], known)
            said = words.rule_words(content, known, str(self.settings["currency"]))
            if content["segment"]:
                said += f" (of the segment '{segments.get(self.records, content['segment'])['name']}')"
        except CSMetricsError as error:
            problem = str(error)
        told = last and {name: last[name] for name in ("version", "accounts", "said", "error", "evaluated_at")}
        fields = ("rule", "name", "content", "playbook", "enabled")
        seen = bool(row["seen"]) and row["seen"] == model.fingerprint(row["content"])
        return {**{name: row[name] for name in fields}, "said": said, "seen": seen, "ready": False, "problem": problem,
                "last": told}  # fmt: skip


def resolved(records: Records, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule, checked, with the filter of its saved segment. Raises QueryError, WorkspaceError."""
    rule = model.checked(content, own.catalogue(records))
    return {**rule, "where": segments.get(records, rule["segment"])["where"]} if rule["segment"] else rule
