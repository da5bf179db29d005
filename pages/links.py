"""Links: what was shared of this workspace, with whom, who opened it and when; and taking it back."""

from pages._ui import errors, shell
from pages._ui.links import link_parts

shell.guard()

shell.head("Links", about="What was shared of this workspace. A link that is taken back opens nothing from then on.")
with errors.shown():
    link_parts.show()
