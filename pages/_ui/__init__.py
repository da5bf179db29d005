"""What the pages share. How a page is written (pages/overview.py is the shortest one):

1. One file in pages/, listed in `routes.PAGES`; it reads top to bottom and has no arithmetic.
2. `shell.guard()` is its first statement after the imports: without it the page could be opened past `app.py`.
3. `shell.head("Title")` shows the title, 'Sample data' and 'Data to ...'.
4. `if door.version_or_none() is None: empty.no_data()` stops a page whose workspace is still empty.
5. `asked = filter_bar.show()` shows the filter bar; `asked.question` has since, until, grain and where.
6. Data come through `door` only (`door.view()` is the public API's View; `door.ask(name, ...)` calls and caches any of
   its methods). Caches live in `_ui`, never in a page.
7. The URL holds what widgets choose: `st.selectbox("Split by", names, **state.bind("by", value=chosen))`. A click that
   drills down has a callback that calls `state.update(cell=...)`. Links: `shell.link("kpi", "NPS", id=...)`.
8. Show with `tile`, `chart.show(drawing, key=, name=)`, `download.table(frame, key=, name=)` and `opens.show(...)`;
   numbers and dates through `formats`.
9. Wrap a part that may fail in `with errors.shown():`, so that the others still show.
10. Test it with AppTest in tests/pages/ (`open_page` in its conftest), its looks at 1440 and 390 px, light and dark.
"""
