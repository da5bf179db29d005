"""Files become sheets of text, and sheets become tables.

`reading` a file's cells, finding the table's `layout` in them, telling `types`, proposing `mappings` and `repair`; the
modules here hold a sheet and a plan together, and take them to publishing.
"""
