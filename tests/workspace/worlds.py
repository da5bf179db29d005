"""Workspaces made up at random around one customer, each with and without it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import openpyxl
from hypothesis import strategies as st

import cs_metrics as cs
from cs_metrics.workspace.kept import follow_ups, links, own_kpis, playbooks, report_texts, rules, todos

OWNED = "zqownzq"  # stands in texts of the customer's own rows, which nobody else has
ERASED = "(erased)"
NAMES = (
    ('Nordwind "Bio", Inc', 'Nordwind "Bio"'),
    ("Müller & Söhne Kältetechnik GmbH", "Müller & Söhne Kältetechnik"),
    ("O'Brien <Labs>; West", "O'Brien <Labs>; West"),
    ("Łódź Żeglarz", "Łódź Żeglarz"),
    ("東京電力エナジー", "東京電力エナジー"),
    ("Zebraquist", "Zebraquist"),
)
"""Names as files write them, and the shorter way in which people do."""
IDS = ("ACC-0003", "7700412233", "nordw-ä3", "0012x00000AbCdE", "NW/17 b", "1003")
PLAIN = "1003"  # looks like any number: no text is looked through for it
MADE = datetime(2026, 1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Step:
    """One publishing: how, the kind of file of each table, which of the customer's ids and names it has."""

    mode: str
    kinds: dict[str, str]
    known_as: int
    mentions: int


@dataclass(frozen=True)
class World:
    ids: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    address: str
    user: str
    others: int
    steps: tuple[Step, ...]

    @property
    def words(self) -> list[str]:
        """What may stand nowhere afterwards."""
        names = {short for one in self.steps for short in [self.names[one.known_as % len(self.names)][1]]}
        return [*(one for one in self.ids if one != PLAIN), *sorted(names), self.address, self.user, OWNED]


KINDS = ("utf-8", "utf-16", "cp1252", "xlsx", "gz", "zip", "quoted")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True))
    steps = []
    for place in range(draw(st.integers(1, 3))):
        tables = draw(st.sets(st.sampled_from(("users", "tickets", "answers", "steps")), max_size=3)) | {"accounts"}
        kinds = {table: draw(st.sampled_from(KINDS)) for table in sorted(tables)}
        mode = draw(st.sampled_from(("append", "replace", "upsert"))) if place else "append"
        steps.append(Step(mode, kinds, draw(st.integers(0, 5)), draw(st.integers(0, 3))))
    address = draw(st.sampled_from(("petra.lang@nordwind.example", "PETRA+nps@Nordwind-Bio.example")))
    return World(tuple(ids), tuple(names), address, "USR-3001", draw(st.integers(2, 6)), tuple(steps))


def mention(world: World, step: Step, n: int) -> str:
    """A way in which another customer's text speaks of this one."""
    name, short = world.names[step.known_as % len(world.names)]
    certain = [name, short, world.address, world.address.lower(), *(one for one in world.ids if one != PLAIN)]
    if any({"users", "answers"} & set(one.kinds) for one in world.steps):
        certain.append(world.user)
    return certain[n % len(certain)]


def rows(world: World, place: int, table: str, gone: bool) -> list[list[str]]:
    """The rows of one file; `gone`: with the customer."""
    step = world.steps[place]
    mine = world.ids[step.known_as % len(world.ids)]
    said = [
        f"see {mention(world, step, i + step.known_as) if gone else ERASED}, please {place}"
        for i in range(step.mentions)
    ]
    others = [f"CUST-{i:04d}" for i in range(world.others)]
    texts = {one: said[i] if i < len(said) else f"all well {i} {place}" for i, one in enumerate(others)}
    texts[mine] = f"{OWNED} {place}"
    parents = {others[-1]: mine if gone else "", others[1]: others[0]} if len(others) > 2 else {others[-1]: others[0]}
    found: list[list[str]] = []
    for i, one in enumerate([others[0], mine, *others[1:]]):
        if one != mine or gone:
            about = _About(world, step, one, one == mine, texts[one], parents.get(one, ""))
            found += about.rows(table, i, place)
    return found


@dataclass(frozen=True)
class _About:
    """What files say of one customer."""

    world: World
    step: Step
    id: str
    own: bool
    text: str
    parent: str

    def rows(self, table: str, i: int, place: int) -> list[list[str]]:
        number = "own" if self.own else self.id[-2:]
        address = self.world.address if self.own else f"p{number}@firm.example"
        user = self.world.user if self.own else f"USR-{number}9"
        if table == "accounts":
            name = self.world.names[self.step.known_as % len(self.world.names)][0] if self.own else f"Firm {number}"
            day, plan = f"2024-0{1 + i % 9}-11", ("Pro", "Basic")[i % 2]
            return [[self.id, name, self.parent, day, plan, address, self.text]]
        if table == "users":
            return [[user, self.id, address, f"2024-02-{3 + i + 9 * place:02d}"]]
        if table == "tickets":
            days = [f"2024-05-{1 + (i + 3 * k) % 28:02d}" for k in range(2)]
            return [
                [f"T-{place}-{number}-{k}", self.id, f"{day} 08:00:00", f"{day} {9 + k}:00:00", self.text, "high"]
                for k, day in enumerate(days)
            ]
        if table == "answers":
            return [[f"R-{place}-{number}", self.id, user, str((i * 7) % 11), f"2024-06-{1 + i:02d}", self.text]]
        # a table without an id of its own
        return [[self.id, "onboarding_completed", f"2024-03-{1 + i:02d}", f"2024-04-{1 + i:02d}", self.text]]


HEADS = {
    "accounts": ["account_id", "company", "parent_account_id", "signup_date", "plan", "billing_email", "remark"],
    "users": ["user_id", "account_id", "email", "created_at"],
    "tickets": ["ticket_id", "account_id", "created_at", "first_response_at", "subject", "priority"],
    "answers": ["response_id", "account_id", "user_id", "nps_score", "responded_at", "comment"],
    "steps": ["account_id", "milestone", "started_at", "reached_at", "remark"],
}


def file_of(folder: Path, name: str, kind: str, lines: list[list[str]]) -> Path:
    """Write a table as a file of a kind."""
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.properties.created = book.properties.modified = MADE
        for line in lines:
            book.active.append(line)
        book.save(folder / f"{name}.xlsx")
        return folder / f"{name}.xlsx"
    text = io.StringIO()
    told = {"utf-16": "\t", "cp1252": ";"}.get(kind, ",")
    quoting = csv.QUOTE_ALL if kind == "quoted" else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=told, quoting=quoting).writerows(lines)
    code = kind if kind in ("utf-16", "cp1252") else "utf-8"
    try:
        content = text.getvalue().encode(code)
    except UnicodeEncodeError:
        content = text.getvalue().encode("utf-8-sig")
    path = folder / f"{name}.csv"
    if kind == "gz":
        path = folder / f"{name}.csv.gz"
        content = gzip.compress(content, mtime=0)
    if kind == "zip":
        path = folder / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr(zipfile.ZipInfo(f"{name}.csv"), content)
        return path
    path.write_bytes(content)
    return path


def built(path: Path, world: World, gone: bool) -> cs.Workspace:
    """Publish the world, step by step."""
    workspace = cs.Workspace(path)
    files = path.parent / f"files of {path.name}"
    for other in world.ids[1:] if gone else ():
        workspace.accept_match(world.ids[0], other, evidence=f"both are {world.names[0][0]}", who="ana")
    for place, step in enumerate(world.steps):
        folder = files / str(place)
        folder.mkdir(parents=True)
        paths = [file_of(folder, t, kind, [HEADS[t], *rows(world, place, t, gone)]) for t, kind in step.kinds.items()]
        plan = workspace.read(paths)
        assert plan.ready, plan.questions
        workspace.publish(plan, mode=step.mode, dated=date(2025, 1 + place, 1), note=f"{place}", who="ana")
    return workspace


def surrounded(workspace: cs.Workspace, world: World) -> dict[str, str]:
    """Put the customer into all that people keep beside the data; return the tokens of a frozen and a live link."""
    records, gone = workspace.records, world.ids[0]
    name, short = world.names[world.steps[-1].known_as % len(world.names)]
    where = {"customer_id": [gone]}
    workspace.save_segment(f"Only {short}", {**where, "name": {"contains": short}})
    workspace.save_segment("Two", {"customer_id": [gone, "CUST-0000"]})
    workspace.save_note(f"Called {world.address} of {name}", date(2024, 5, 1))
    workspace.save_note("Price change", date(2024, 6, 1))
    workspace.keep_state(
        {"where": json.dumps({"any": [{"customers.customer_id": gone}, {"plan": ["Pro"]}]}), "account": gone}
    )
    workspace.save_target("mrr", since=date(2026, 1, 1), low=10.5, where=where, owner=f"Ana, with {short}")
    workspace.refuse_match(world.ids[-1], "CUST-0001", evidence=f"not {short}")
    answer = {"customer_id": gone, "user_id": world.user, "comment": f"{OWNED} said"}
    line = ("R-0-own", {"state": "open", "note": f"{OWNED}: call back"}, answer, None)
    follow_ups.add(records, [line, ("R-x", {"owner": "Bo"}, {"customer_id": "CUST-0000"}, None)], "ana")
    records.log(
        "ana", "follow-up", {"change": "c", "follow_ups": [{"follow_up": "R-0-own", "note": f"{OWNED}: call back"}]}
    )
    playbook = playbooks.save(records, "Calls", [{"text": f"Ask {short}", "days": 1}], "ana", 7)
    rule = rules.save(records, f"Watch {short}", {"when": {"kpi": "mrr"}, "where": where}, playbook)
    steps = {"steps": [{"text": "Call", "days": 1}], "days": 7}
    hits = [{"account": one, "name": who, "owner": "ana", "evidence": [{"text": f"{text} fell"}]}
            for one, who, text in ((gone, name, OWNED), ("CUST-0000", "Firm 00", "MRR"))]  # fmt: skip
    todos.settle(records, rule, f"Watch {short}", steps, 1, MADE, hits, (), ())
    for todo in workspace.todos():
        workspace.change_todos([{"todo": todo["todo"], "note": f"{OWNED if todo['account'] == gone else 'ok'} note"}])
    key = {"kind": "monthly", "period": date(2024, 6, 1), "where": where, "section": "summary"}
    content = {"text": f"MRR fell, mostly {short}.", "left_out": [short], "version": 1, "seen": {"names": [name]}}
    report_texts.save(records, key, content, 0, "ana")
    own_kpis.save(
        records, "own_calls", {"name": f"Calls of {short}", "formula": f"count(customer_id = '{world.address}')"}
    )
    workspace.pin_theme(f"Trouble at {short}", [f"{short} outage", "outage"], found=[short])
    workspace.pin_theme(short, [short])
    workspace.pin_theme("Export", ["slow export"])
    draft = file_of(workspace.path.parent, f"waiting {short.replace('/', ' ')}"[:40].replace('"', ""), "utf-8",
                    [["a", "b"], ["1", short], ["2", "x"], ["3", f"from {world.address} yesterday"]])  # fmt: skip
    sha = workspace.keep_upload(draft.name, draft.read_bytes())
    workspace.save_draft({"uploads": [sha], "sheets": [{"name": short, "constant": gone}], "customer_id": gone})
    shown = {"where": where, "title": name, "note": short, "filters": "locked"}
    params = {"where": json.dumps(where), "customer": gone}
    frozen = workspace.share("kpi", params, frozen=True, audience="anyone", **shown)
    live = workspace.share("kpi", params, audience=[world.address], **shown)
    links._note(records, frozen.partition(".")[0], world.address, "opened")
    newest = workspace.numbers()[-1]
    shutil.copy(workspace.folder.version(newest), workspace.folder.sidecar(newest, f"{'a' * 12}-{'b' * 12}"))
    return {"frozen": frozen, "live": live}
