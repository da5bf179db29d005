"""The sample company and the workbook template: what the app ships beside its code."""
