"""Themes that a team names and pins in a workspace, so that every version counts them under that name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cs_metrics.workspace.kept import themes
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.records import Records


class Pinned:
    """The part of a `Workspace` that is about what customers talk of."""

    records: Records

    def pinned_themes(self, deleted: bool = False) -> list[dict[str, Any]]:
        """Return the pinned themes by name: theme (its id), name, phrases (a text that has any of them is about it),
        found (the found themes that it came from), merged (the ids of those merged into it), created_at, updated_at."""
        return themes.listing(self.records, deleted)

    @whole
    def pin_theme(
        self, name: str, phrases: Iterable[str], theme: str | None = None, *, found: Iterable[str] = (), who: str = ""
    ) -> str:
        """Pin a theme by the words and phrases that tell it (`theme`: change that one); return its id.

        A phrase is found as whole words, in any case; a star at its end stands for any ending. `found`: the names of
        the found themes that it came from. Raises WorkspaceError where the name is taken or nothing tells the theme.
        """
        kept = themes.save(self.records, name, phrases, found, theme)
        row = themes.get(self.records, kept)
        said = {"theme": kept, "name": row["name"], "phrases": row["phrases"], "found": row["found"]}
        self.records.log(who, "theme pinned" if theme is None else "theme changed", said)
        return kept

    @whole
    def unpin_theme(self, theme: str, *, who: str = "") -> None:
        """Take a theme off the list; `restore_theme` brings it back."""
        themes.unpin(self.records, theme)
        self.records.log(who, "theme unpinned", {"theme": theme})

    @whole
    def restore_theme(self, theme: str, *, who: str = "") -> None:
        """Bring an unpinned theme back."""
        themes.restore(self.records, theme)
        self.records.log(who, "theme restored", {"theme": theme})

    @whole
    def merge_themes(
        self, pinned: Sequence[str], name: str, *, phrases: Iterable[str] = (), found: Iterable[str] = (), who: str = ""
    ) -> str:
        """Make one theme of several pinned ones (their ids), known by the phrases of all; return its id. `found`: found
        themes that join them, with `phrases` of theirs. `unmerge_theme` undoes it. Found themes alone become one by
        `pin_theme`."""
        kept = themes.merge(self.records, pinned, name, phrases, found)
        row = themes.get(self.records, kept)
        self.records.log(who, "themes merged", {"theme": kept, **{n: row[n] for n in ("name", "merged", "found")}})
        return kept

    @whole
    def unmerge_theme(self, theme: str, *, who: str = "") -> list[str]:
        """Take a merged theme apart into those that it was made of; return their ids."""
        back = themes.unmerge(self.records, theme)
        self.records.log(who, "theme unmerged", {"theme": theme, "back": back})
        return back
