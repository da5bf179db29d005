"""Erasing one customer from a workspace: out of the uploads, out of every version, out of the database; with a proof.

What is to be done is written down before it begins, and each step after it is done: whoever is killed on the way leaves
an erasure that the next one to open the workspace finishes. Only then is it forgotten whose data they were.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import sqlalchemy as sa

from cs_metrics import lockdown
from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.erasing import database_rows, identity, originals, version_files
from cs_metrics.workspace.erasing.compacting import compact
from cs_metrics.workspace.erasing.cut import WHOLE, Cut
from cs_metrics.workspace.erasing.identity import Identity
from cs_metrics.workspace.erasing.leaving import Going
from cs_metrics.workspace.publish import describe
from cs_metrics.workspace.publish.publishing import Build
from cs_metrics.workspace.store import database
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import ERASURES, LINKS, Records, now

IN_COLUMNS = "too short, or others' too: erased where a column says whose a row is, and not looked for in texts"
Tell = Callable[[float, str], None]
ORIGINALS, VERSIONS, ROWS, COMPACT = "originals", "versions", "rows", "compact"
ADVICE = (
    "Backups and exported archives that were made before still hold the data: delete them, or erase the customer again "
    "after each is put back.",
    "Files that people downloaded, and the systems that the data came from, are out of reach here: see to them.",
    "The disk, its snapshots, and the log of a database server may keep what was overwritten until they write there.",
)


@dataclass
class Erased:
    """What went, as a proof that names nobody. `went`: where (version 3, upload accounts.csv, saved segments, ...),
    what, count. `look_at`: what a person should look at, in the same form. `keys` stand for the customer's ids.
    `versions`: those written anew; `links`: frozen links that show one of them. `finished_at` None: not done (yet)."""

    erasure: str = ""
    happened_at: datetime | None = None
    finished_at: datetime | None = None
    who: str = ""
    reason: str = ""
    keys: list[str] = field(default_factory=list)
    went: list[dict[str, Any]] = field(default_factory=list)
    look_at: list[dict[str, Any]] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    advice: tuple[str, ...] = ADVICE

    @property
    def whole(self) -> list[dict[str, Any]]:
        """Those rows of `went` that are files which go whole, with what others have in them."""
        return [row for row in self.went if row["what"].startswith(WHOLE)]

    def to_json(self) -> dict[str, Any]:
        """Return the proof as plain JSON values, times in ISO 8601 (UTC)."""
        times = {name: None if (at := getattr(self, name)) is None else at.isoformat() for name in _TIMES}
        return {**asdict(self), **times, "advice": list(self.advice)}


_TIMES = ("happened_at", "finished_at")


def plan(folder: Folder, records: Records, customers: Iterable[str], same: Mapping[str, str]) -> Erased:
    """Return what `erase` would do; nothing is changed. Raises WorkspaceError where the customer is unknown."""
    with _told():
        return _planned(folder, records, _who(folder, records, customers, same), sure=True)[0]


def erase(
    folder: Folder, records: Records, customers: Iterable[str], same: Mapping[str, str], build: Build, who: str = "",
    reason: str = "", tell: Tell = lambda share, said: None,
) -> Erased:  # fmt: skip
    """Erase a customer that has these ids, everywhere; return the proof. Raises WorkspaceError."""
    customers = list(customers)
    with folder.lock(), _told():
        folder.sweep()
        for row in _pending(records):
            _work(folder, records, row, build, tell)
        found = _who(folder, records, customers, same)
        looked, *seen = _planned(folder, records, found)
        key = secrets.token_hex(32)
        row = {
            "workspace": records.workspace,
            "erasure": secrets.token_hex(4),
            "happened_at": now(),
            "finished_at": None,
            "who": who,
            "reason": found.without(reason.strip()),
            "key": key,
            "keys": identity.keys_of(found.customers, key),
            "versions": [],
            "proof": {},
            "intent": {"stage": ORIGINALS, "who": found.to_json(), "renamed": {}, "gone": [], "uploads": [],
                       "versions": [], "shapes": [], "look_at": looked.look_at},
        }  # fmt: skip
        with records.whole() as con:
            con.execute(sa.insert(ERASURES).values(**row))
        _work(folder, records, row, build, tell, seen)
    return next(one for one in listing(records) if one.erasure == row["erasure"])


def finish(folder: Folder, records: Records, build: Build) -> None:
    """Finish the erasures that were killed on the way; whoever is at it now is left to it."""
    if not _pending(records):
        return
    try:
        with folder.lock(timeout=0), _told():
            for row in _pending(records):
                _work(folder, records, row, build)
    except WorkspaceError:
        return  # the next one to open the workspace tries again; `erasures` tells that it is not done


def listing(records: Records) -> list[Erased]:
    """Return the erasures, the latest first."""
    rows = records.rows(records.mine(ERASURES).order_by(ERASURES.c.happened_at.desc(), ERASURES.c.erasure))
    told = ("erasure", "happened_at", "finished_at", "who", "reason", "keys", "versions")
    return [
        Erased(**{n: r[n] for n in told}, **{n: r["proof"].get(n, []) for n in ("went", "look_at", "links")})
        for r in rows
    ]


def returned(records: Records, customers: Iterable[str]) -> list[datetime]:
    """Return when data were erased of customers that are among these ids."""
    rows = records.rows(records.mine(ERASURES).order_by(ERASURES.c.happened_at))
    ids = set(customers) if rows else set()
    return [r["happened_at"] for r in rows if not set(r["keys"]).isdisjoint(identity.keys_of(ids, r["key"]))]


def changed(records: Records, version: int, since: datetime) -> datetime | None:
    """Return when data were last erased from a version, after an instant; None: never since."""
    rows = records.rows(records.mine(ERASURES).where(ERASURES.c.happened_at >= since))
    return max((r["happened_at"] for r in rows if version in r["versions"]), default=None)


def frozen(records: Records, versions: Iterable[int]) -> list[str]:
    """Return the ids of the frozen links that show one of these versions."""
    shown = LINKS.c.frozen.is_(True) & LINKS.c.version.in_(list(versions))
    return sorted(row["link"] for row in records.rows(records.mine(LINKS).where(shown)))


def _who(folder: Folder, records: Records, customers: Iterable[str], same: Mapping[str, str]) -> Identity:
    paths = [folder.version(number) for number in folder.numbers()]
    found = identity.identify(paths, customers, same, database_rows.members(records))
    if not found.customers:
        raise WorkspaceError("Say whose data are to be erased: a customer's id.")
    return found


def _planned(
    folder: Folder, records: Records, who: Identity, sure: bool = False
) -> tuple[Erased, dict[int, Going], list[Cut]]:
    """Return what goes; `sure`: with the uploads that turn out to go whole only when they are written anew."""
    goings, cuts, unread = _look(folder, who)
    if sure:
        originals.rehearse(folder, cuts, who)
    shapes = _shapes(goings)
    went = [*_went(goings, cuts, folder), *_rows_went(database_rows.going(records, who, shapes))]
    if not went:
        raise WorkspaceError(
            "Nothing is known of this customer: no version, upload or note names it. Check the id, letter by letter."
        )
    versions = sorted(number for number, going in goings.items() if going)
    done = Erased(went=went, look_at=_look_at(who, unread), versions=versions)
    done.links = frozen(records, versions)
    return done, goings, cuts


def _look(folder: Folder, who: Identity) -> tuple[dict[int, Going], list[Cut], int]:
    goings = {number: version_files.going(folder.version(number), who) for number in folder.numbers()}
    cuts, unread = originals.cuts(folder, who, goings)
    return goings, cuts, unread


def _shapes(goings: Mapping[int, Going]) -> list[str]:
    return sorted({shape for going in goings.values() for shape in going.shapes})


def _pending(records: Records) -> list[dict[str, Any]]:
    return records.rows(records.mine(ERASURES).where(ERASURES.c.finished_at.is_(None)).order_by(ERASURES.c.happened_at))


@contextmanager
def _told() -> Iterator[None]:
    """Say in a sentence that memory, disk or database did not do."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise WorkspaceError(f"A version takes more than is allowed to write. {lockdown.more_memory()}") from error
    except (duckdb.Error, sa.exc.SQLAlchemyError, OSError) as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise WorkspaceError(f"Data are not all erased yet ({why}): mend that and open the workspace again.") from error


def _work(
    folder: Folder, records: Records, row: dict[str, Any], build: Build, tell: Tell = lambda share, said: None,
    seen: Sequence[Any] = (),
) -> None:  # fmt: skip
    """Do what is left of an erasure, step by step; each is written down when it is done. `seen`: what goes from the
    versions and from the uploads, where that was looked at before."""
    intent = dict(row["intent"])
    if intent["stage"] == COMPACT:
        _close(folder, records, row, tell)
        return
    who = Identity.from_json(intent["who"])

    def note(**values: Any) -> None:
        intent.update(values)
        records.put(ERASURES, {"erasure": row["erasure"]}, {"intent": intent})

    if intent["stage"] == ORIGINALS:
        tell(0.0, "Looking through the uploads")
        goings, cuts = seen or _look(folder, who)[:2]
        note(versions=_went(goings, [], folder), shapes=_shapes(goings))
        left = [cut for cut in cuts if cut.sha256 not in {*intent["renamed"], *intent["gone"]}]
        for sha, cut in originals.write_without(folder, left, who, f"{row['happened_at']:%Y-%m-%d}"):
            went = [*intent["uploads"], *cut.told(who)]
            if sha == cut.sha256:
                note(gone=[*intent["gone"], sha], uploads=went)
            else:
                note(renamed={**intent["renamed"], cut.sha256: sha}, uploads=went)
        note(stage=VERSIONS)
    numbers = folder.numbers()
    if intent["stage"] == VERSIONS:
        for place, number in enumerate(numbers):
            tell(0.1 + 0.7 * place / len(numbers), f"Writing version {number} anew")
            version_files.write_without(folder, number, who, intent["renamed"], row["erasure"], build)
        note(stage=ROWS)
    tell(0.85, "Looking through what was written")
    for sidecar in folder.sidecars():
        database.drop(sidecar)
        sidecar.unlink(missing_ok=True)
    for sha in (*intent["renamed"], *intent["gone"]):
        originals.remove(folder, sha)
    metas = {n: describe.read_meta(database.cursor(folder.version(n))) for n in numbers}
    touched = [n for n, meta in metas.items() if row["erasure"] in meta.get("erasures", [])]
    told = {went["where"] for went in intent["versions"]}
    fewer = [number for number in touched if f"version {number}" in told]  # in others only uploads have new names
    links = frozen(records, fewer)
    with records.whole() as con:
        if con.dialect.name == "sqlite":
            con.exec_driver_sql("PRAGMA secure_delete = ON")
        args = (intent["renamed"], intent["gone"], touched, intent.get("shapes", ()))
        swept = database_rows.sweep(con, records, who, *args)
        proof = {
            "went": [*intent["versions"], *intent["uploads"], *_rows_went(swept)],
            "look_at": intent["look_at"],
            "links": links,
        }
        if touched:
            anew = {"where": "facts, themes and models", "what": "versions built anew", "count": len(touched)}
            proof["went"].append(anew)
        values = {"versions": fewer, "proof": proof, "intent": {"stage": COMPACT}}
        mine = (ERASURES.c.workspace == records.workspace, ERASURES.c.erasure == row["erasure"])
        con.execute(sa.update(ERASURES).where(*mine).values(**values))
        records.log(row["who"], "customer erased", {"erasure": row["erasure"], "versions": fewer, "links": links})
    _close(folder, records, row, tell)


def _close(folder: Folder, records: Records, row: dict[str, Any], tell: Tell) -> None:
    tell(0.95, "Freeing what was overwritten")
    folder.sweep()
    compact(records)
    records.put(ERASURES, {"erasure": row["erasure"]}, {"finished_at": now(), "intent": None})
    tell(1.0, "Erased")


def _went(goings: Mapping[int, Going], cuts: Iterable[Cut], folder: Folder) -> list[dict[str, Any]]:
    found = [told for number, going in sorted(goings.items()) for told in going.listed(number)]
    for cut in cuts:
        found += cut.told()
    if any(goings.values()) and (count := len(folder.sidecars())):
        found.append({"where": "cached facts", "what": "files", "count": count})
    return found


def _rows_went(went: database_rows.Went) -> list[dict[str, Any]]:
    return [{"where": where, "what": what, "count": count} for (where, what), count in sorted(went.items())]


def _look_at(who: Identity, unread: int) -> list[dict[str, Any]]:
    said = [
        ("names, ids and addresses", IN_COLUMNS, who.unsure),
        ("uploads", "cannot be read, and were not looked through", unread),
    ]
    return [{"where": where, "what": what, "count": count} for where, what, count in said if count]
