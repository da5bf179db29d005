"""What a link from a page shows: the page itself, or, from one that only changes things, the page that shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from cs_metrics.workspace.kept import link_pages
from pages._ui import door, routes, state

MEMBERS_ONLY = "'{}' is for members of the workspace: a link opens no page on which something is loaded or changed."


@dataclass(frozen=True)
class Subject:
    """The page that a link opens first, why it is another than the one that is shown ('': it is the same), and what
    its address has beside what all pages carry."""

    page: str
    why: str = ""
    params: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return title(self.page)

    @property
    def whole(self) -> bool:
        """Is it a page that no link shows in part?"""
        return self.page in link_pages.WHOLE


def of(page: str) -> Subject:
    """Return what a link from a page shows."""
    if page in (*link_pages.ANALYSIS, *link_pages.BY_ITSELF):
        return Subject(page)
    if page == "scorecard":
        card = state.get("card")
        why = "Readers see a scorecard where it is used: on the Overview."
        return Subject("overview", why, {"card": card} if card else {})
    if page == "own":
        kpi = state.get("kpi")
        if kpi in door.own():
            return Subject(
                "kpi", "Readers see a KPI of your own on its page: value, formula, SQL and rows.", {"id": kpi}
            )
        return Subject("library", "A KPI is shared from its page, once it is saved.")
    return Subject("overview", MEMBERS_ONLY.format(title(page)))


def title(page: str) -> str:
    """Return a page's title."""
    return next((each for name, each, *_ in (*routes.PAGES, *routes.MENU, *routes.HIDDEN) if name == page), page)
