"""The people of a workspace and their roles."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from cs_metrics.api.keeping.acting import Acting
from cs_metrics.errors import NotAllowedError
from cs_metrics.workspace.kept import people as members
from cs_metrics.workspace.kept.people import Role
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import Records

if TYPE_CHECKING:
    from cs_metrics.api.workspace import Workspace


class Peopled:
    """The part of a `Workspace` that is about who may do what. Roles: viewer, editor, owner; each may do what those
    before it may (`api.acting.RIGHTS`). Addresses are compared in any case."""

    folder: Folder
    records: Records

    def people(self) -> list[dict[str, Any]]:
        """Return the people, owners first: email, role, invited_by, invited_at, seen_at (None: never came)."""
        return members.listing(self.records)

    def role_of(self, email: str) -> Role | None:
        """Return a person's role; None for who is no member."""
        return members.role_of(self.records, email)

    def owners(self) -> list[str]:
        """Return the addresses of the owners: whom everybody else asks."""
        return [one["email"] for one in self.people() if one["role"] == Role.OWNER]

    @whole
    def invite(self, email: str, role: str = "viewer", *, who: str = "") -> str:
        """Let a person in by e-mail address; return it as it is kept. Raises WorkspaceError for what is no address, no
        role, or a member already."""
        kept = members.invite(self.records, email, role, who)
        self.records.log(who, "person invited", {"email": kept, "role": role})
        return kept

    @whole
    def change_role(self, email: str, role: str, *, who: str = "") -> None:
        """Give a member another role. Raises WorkspaceError for a stranger, and for the last owner."""
        members.change(self.records, email, role)
        self.records.log(who, "role changed", {"email": members.address(email), "role": role})

    @whole
    def remove_person(self, email: str, *, who: str = "") -> None:
        """Take a person's role away. Raises WorkspaceError for a stranger, and for the last owner."""
        members.remove(self.records, email)
        self.records.log(who, "person removed", {"email": members.address(email)})

    def acting(self, who: str, role: Role | None = None) -> Acting:
        """Return the workspace in a person's hands. `role` None: that of the member, as it is at each use. Raises
        NotAllowedError for a stranger, in words that do not say whether there is such a workspace."""
        if role is None:
            if members.role_of(self.records, who) is None:
                raise NotAllowedError(f"There is no workspace '{self.folder.path.name}' that you are a member of.")
            members.seen(self.records, who)
        return Acting(cast("Workspace", self), who, role or partial(members.role_of, self.records, who))
