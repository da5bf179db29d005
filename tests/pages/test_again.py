"""The Data page, the next month: what changed in the file is said, and what publishing would change is shown first."""

from __future__ import annotations

import cs_metrics as cs
from tests.pages.test_data import Open, button, dropped, name, said, waited

__all__ = ["name"]
MAY = "\n".join(
    ["Client ID,Name,Since,Tier", *(f"C{i},Firm {i},2025-01-{i + 10},{'Gold' if i % 2 else 'Basic'}" for i in range(9))]
)


def published(open_page: Open, name: str) -> None:
    app = dropped(open_page, name, ("clients_may.csv", MAY.encode()))
    button(app, "Publish 9 rows").click().run()
    waited(app, "Tables")


def test_what_changed_in_the_file_is_said_and_a_rename_can_be_refused(open_page: Open, name: str) -> None:
    published(open_page, name)
    june = MAY.replace("Tier", "Tier_2025").replace("Firm 3,2025-01-13,Gold", "Firm 3,2025-01-13,*Platinum*")
    app = dropped(open_page, name, ("clients_june.csv", june.encode()))
    (rename,) = [box for box in app.checkbox if (box.key or "").startswith("rename_")]
    assert "`Tier` is now `Tier_2025`" in rename.label
    assert rename.value
    assert "`Tier_2025` has a new value: \\*Platinum\\*" in said(app)
    rename.uncheck().run()
    (draft,) = cs.Workspace(cs.home() / name).drafts()
    (sheet,) = draft["content"]["choices"]["sheets"]
    assert sheet["refused"] == ["Tier"]
