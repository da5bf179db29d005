"""A report: weekly, monthly or quarterly, of any past period; its text can be changed, and taken along as a file."""

from pages._ui import door, empty, errors, filter_bar, shell
from pages._ui.reports import edit, report_parts

shell.guard()

shell.head("Reports", period=False)
if door.version_or_none() is None:
    empty.no_data()
asked = filter_bar.show(grain=False, period=False)
report = report_parts.choose(asked)
report_parts.title(report)
edit.UNDOING.bar()
for section in report.sections:
    with errors.shown():
        edit.heading(report, section)
        report_parts.words(report, section)
        report_parts.sentences(report, section)
        edit.form(report, section)
    with errors.shown():
        report_parts.inside(report, section)
with errors.shown():
    report_parts.basis(report)
