"""A workspace in the hands of one person: what the role does not allow is refused, and what is done bears the name.

Scripts that open a workspace's folder hold its files and need no leave; whoever comes through a server gets a workspace
through `Workspace.acting`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any

from cs_metrics.errors import NotAllowedError
from cs_metrics.workspace.kept.people import Role

if TYPE_CHECKING:
    from cs_metrics.api.workspace import Workspace

_VIEWER = (
    "as_of", "card", "chosen_settings", "definition_changes", "effect", "follow_up_changes",
    "follow_up_history", "keep_state", "looked_at", "match_decisions", "name", "notes", "numbers", "own_kpis", "owners",
    "pinned_themes", "same_customers", "scorecards", "segment", "segments", "settings", "source_history",
    "state", "undecided", "unseen", "version", "versions", "targets", "reports", "report_history",
    "rules", "rule", "playbooks", "playbook", "todos", "todo_count", "todo_history", "todo_rows", "digest",
)  # fmt: skip
_EDITOR = (
    "accept_match", "apply_matches", "delete_draft", "delete_note", "delete_own_kpi", "delete_scorecard",
    "delete_segment", "draft", "drafts", "keep_upload", "link_opens", "links", "merge_themes", "pin_theme",
    "preview", "publish", "read", "refuse_match", "restore", "restore_note", "restore_own_kpi",
    "restore_scorecard", "restore_segment", "restore_theme", "revoke_link", "save_draft", "save_note",
    "save_own_kpi", "save_scorecard", "save_segment", "set_as_of", "set_card", "set_follow_ups", "set_settings",
    "share", "sign_off", "swap_match", "undo_follow_ups", "undo_match", "unmerge_theme", "unpin_theme",
    "upload", "uploads", "save_target", "delete_target", "restore_target", "save_report", "restore_report",
    "arriving", "keep_arrived", "path", "save_rule", "delete_rule", "restore_rule", "backtest_rule", "see_rule",
    "switch_rule", "evaluate_rules", "save_playbook", "delete_playbook", "restore_playbook", "change_todos",
    "undo_todos",
)  # fmt: skip
_OWNER = (
    "audit", "change_role", "delete", "deletion", "erase_customer", "erasure", "erasures", "export", "invite", "people",
    "remove_person",
)  # fmt: skip
RIGHTS: Mapping[str, Role] = {
    **dict.fromkeys(_VIEWER, Role.VIEWER),
    **dict.fromkeys(_EDITOR, Role.EDITOR),
    **dict.fromkeys(_OWNER, Role.OWNER),
}
"""The least role that each part of a `Workspace` asks for. What does not stand here is nobody's through a server."""


class Acting:
    """A workspace as one person may use it: `workspace.acting("ana@acme.com", Role.EDITOR)`.

    It has the parts of the `Workspace` that `RIGHTS` names; the audit log says who acted, whatever the caller says.
    `role` may be a function, asked at each use: then what was kept of a role that is gone (a button, a job, a token)
    does nothing.
    """

    def __init__(self, workspace: Workspace, who: str, role: Role | Callable[[], Role | None]) -> None:
        self._workspace, self.who, self._role = workspace, who, role

    def __repr__(self) -> str:
        return f"<{self._workspace!r} in the hands of {self.who}, {self.role}>"

    @property
    def role(self) -> Role | None:
        """What the person may do by now; None where they are no member any more."""
        return self._role() if callable(self._role) else self._role

    def may(self, part: str) -> bool:
        """Return whether the role allows a part of the workspace ('publish'), so that a page need not offer it."""
        role = self.role
        return role is not None and part in RIGHTS and role.may(RIGHTS[part])

    def __getattr__(self, part: str) -> Any:
        if part.startswith("_") or part not in RIGHTS:
            raise AttributeError(f"A workspace in a person's hands has no part '{part}'.")
        if not self.may(part):
            yours = f"yours is {self.role}" if self.role else "you have none any more"
            raise NotAllowedError(
                f"That asks for the role of {RIGHTS[part]} in '{self._workspace.name}', and {yours}. "
                "Ask an owner of the workspace."
            )
        found = getattr(self._workspace, part)
        return self._named(found) if callable(found) else found

    def _named(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method that logs under the person's name."""
        asked = inspect.signature(method)
        if "who" not in asked.parameters or not self.who:
            return method

        @wraps(method)
        def named(*args: Any, **kwargs: Any) -> Any:
            given = asked.bind_partial(*args, **kwargs)
            given.arguments["who"] = self.who
            return method(*given.args, **given.kwargs)

        return named
