"""To do: what rules opened on accounts, worked through; the rules, the playbooks, and the digest of a publish."""

from pages._ui import door, empty, errors, shell
from pages._ui.todo import changes, digest_parts, playbook_parts, rule_list, todo_list, todo_parts

shell.guard()

shell.head("To do", about="Rules look at every account when data are published, and open a to-do where one holds.")
if door.version_or_none() is None:
    empty.no_data()
section = todo_parts.section()
changes.bar()
with errors.shown():
    {
        "list": todo_list.show,
        "rules": rule_list.show,
        "playbooks": playbook_parts.show,
        "digest": digest_parts.show,
    }[section]()
