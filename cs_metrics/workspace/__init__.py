"""What is kept: uploads, versions, and the small things that change. Nothing here knows a KPI.

`store` is where it lies, `publish` makes versions of uploads, `contradictions` says where they are at odds, `kept` has
the small things, `moving` takes all of it elsewhere, `erasing` takes out what must go.
"""
