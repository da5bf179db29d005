"""Which cells of a table are not shown: those of fewer than so many (primary suppression), and as many others as it
takes that none of those follows from the rest (complementary suppression).

A table has rows and columns with their sums beside them. A hidden cell of it can be worked out exactly where it is a
bridge of the graph that has a node for each sum and an edge for each hidden cell, between the two sums that the cell
is in (Gusfield, A graph theoretic approach to statistical data security, SIAM J. Comput. 17, 1988). So cells are
hidden, the smallest first, until no edge is a bridge, and until those hidden in each sum that is shown are together as
many as a cell must be. What the bounds of several sums say beyond that (a cell is between 2 and 7) is not looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping

Cell = tuple[Hashable, Hashable]
Ends = tuple[Hashable, Hashable]
SUM = "sum of all"
"""The name of the row, and of the column, that sums the others."""
_FREE = ("", "")


def hidden(cells: Mapping[Cell, float], small: Iterable[Cell], least: float, fixed: Iterable[Cell] = ()) -> set[Cell]:
    """Return the cells that are not shown. `cells`: how many each has, by (row, column); `small`: those that must not
    be seen; `fixed`: those that are shown or not as said, and never hidden for the sake of others."""
    gone = set(small)
    held = set(fixed)
    lines = _lines(cells)
    while (more := _another(cells, gone, held, lines, least)) is not None:
        gone.add(more)
    return gone


def _lines(cells: Mapping[Cell, float]) -> dict[Cell, Ends]:
    """Return the two sums that each cell is in; `_FREE` where there is no sum of its row, or of its column."""
    rows = {row for row, column in cells if column == SUM}
    columns = {column for row, column in cells if row == SUM}
    several_columns = len({column for _, column in cells}) > 1
    several_rows = len({row for row, _ in cells}) > 1
    return {
        (row, column): (
            ("row", row) if several_columns and row in rows else _FREE,
            ("column", column) if several_rows and column in columns else _FREE,
        )
        for row, column in cells
    }


def _another(
    cells: Mapping[Cell, float], gone: set[Cell], held: set[Cell], lines: Mapping[Cell, Ends], least: float
) -> Cell | None:
    """Return the smallest cell whose hiding keeps another from being worked out; None where none can be, or none is
    left to hide."""
    shown = [cell for cell in cells if cell not in gone and cell not in held]
    few = _few(cells, gone, lines, least)
    found = [cell for cell in shown if not few.isdisjoint(lines[cell])]
    if not found:
        edges = {cell: lines[cell] for cell in gone}
        bridges = _bridges(edges)
        if bridges:
            pieces = _pieces(edges.items())
            knots = _pieces((cell, ends) for cell, ends in edges.items() if cell not in bridges)
            loose = {pieces[end] for cell in bridges for end in lines[cell]}
            # what closes a cycle over a bridge; else what leads on from it
            one = [(cell, [pieces.get(end, end) for end in lines[cell]]) for cell in shown]
            found = [c for c, (a, b) in one if a == b and a in loose and _apart(knots, lines[c])]
            found = found or [c for c, (a, b) in one if a != b and not loose.isdisjoint((a, b))]
    # a part before a sum, which is what most look at; and nobody is hidden by an empty cell
    return min(found, key=lambda cell: (SUM in cell, cells[cell] == 0, cells[cell], str(cell)), default=None)


def _few(cells: Mapping[Cell, float], gone: set[Cell], lines: Mapping[Cell, Ends], least: float) -> set[Hashable]:
    """Return the sums that are shown and whose hidden parts are together fewer than a cell must be."""
    parts: dict[Hashable, float] = defaultdict(float)
    told = set()
    for cell, (row, column) in lines.items():
        for line, place in ((row, cell[1]), (column, cell[0])):
            if line == _FREE:
                continue
            if place == SUM and cell not in gone:
                told.add(line)
            elif place != SUM and cell in gone:
                parts[line] += cells[cell]
    return {line for line in told if line in parts and parts[line] < least}


def _pieces(edges: Iterable[tuple[Cell, Ends]]) -> dict[Hashable, Hashable]:
    """Return the connected piece of each node of a graph."""
    above: dict[Hashable, Hashable] = {}

    def top(node: Hashable) -> Hashable:
        while above.setdefault(node, node) != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for _, (one, other) in edges:
        above[top(one)] = top(other)
    return {node: top(node) for node in list(above)}


def _apart(knots: Mapping[Hashable, Hashable], ends: Ends) -> bool:
    one, other = (knots.get(end, end) for end in ends)
    return one != other


def _bridges(edges: Mapping[Cell, Ends]) -> set[Cell]:
    """Return the edges without which the graph falls into more pieces (Tarjan): those in no cycle."""
    around: dict[Hashable, list[tuple[Hashable, Cell]]] = defaultdict(list)
    for cell, (one, other) in edges.items():
        if one != other:
            around[one].append((other, cell))
            around[other].append((one, cell))
    seen: dict[Hashable, int] = {}
    low: dict[Hashable, int] = {}
    found = set()
    for root in list(around):
        if root in seen:
            continue
        seen[root] = low[root] = len(seen)
        path: list[tuple[Hashable, Cell | None, int]] = [(root, None, 0)]
        while path:
            node, came, number = path.pop()
            if number < len(around[node]):
                path.append((node, came, number + 1))
                other, cell = around[node][number]
                if other not in seen:
                    seen[other] = low[other] = len(seen)
                    path.append((other, cell, 0))
                elif cell != came:
                    low[node] = min(low[node], seen[other])
            elif path:
                parent = path[-1][0]
                low[parent] = min(low[parent], low[node])
                if low[node] > seen[parent] and came is not None:
                    found.add(came)
    return found
