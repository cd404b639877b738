"""What no message can hold as it is: tables that are too wide, fences that are too long."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.adapters.slack.markdown.leaves import Leaf, cells
from bot.adapters.slack.markdown.limits import LONGEST_CELLS, MOST_COLUMNS, size
from bot.adapters.slack.markdown.rendering import HEADER, prefix
from bot.panel.texts.blocks import Kind

_WIDEST = 120  # characters of a line of code that is not wrapped


def fitting(leaf: Leaf, limit: int) -> Leaf:
    """Return *leaf* in a form that can be cut into messages of *limit* characters."""
    if leaf.kind is Kind.TABLE and not _table_fits(leaf, limit):
        leaf = as_code(leaf)
    return _with_short_fence(leaf, limit) if leaf.kind is Kind.FENCE else leaf


def _table_fits(table: Leaf, limit: int) -> bool:
    is_short = table.widths[1] + table.longest <= LONGEST_CELLS
    return is_short and table.columns <= MOST_COLUMNS and row_with_header(table) <= limit


def row_with_header(table: Leaf) -> int:
    """Return the characters that the longest row takes with the header over it."""
    margin = 2 * len(prefix(table.path)) + 1
    return table.widths[HEADER] + table.longest + (HEADER + 1) * margin


def as_code(table: Leaf) -> Leaf:
    """Return a table as a code block; its columns are aligned if that is not too wide."""
    rows = [cells(line) for line in (table.lines[0], *table.lines[HEADER:])]
    columns = max(map(len, rows))
    widths = [max(len(row[n]) for row in rows if n < len(row)) for n in range(columns)]
    if sum(widths) + 3 * (columns - 1) <= _WIDEST:
        rows = [[cell.ljust(widths[n]) for n, cell in enumerate(row)] for row in rows]
        rows.insert(1, ["-" * width for width in widths])
    lines = [" | ".join(row).rstrip() for row in rows]
    return replace(table, kind=Kind.FENCE, lines=lines, markup=_fence("`", lines))


def _with_short_fence(fence: Leaf, limit: int) -> Leaf:
    if size(fence.info) > limit // 4:
        fence = replace(fence, info="", lines=[fence.info.strip(), *fence.lines])
    if len(fence.markup) <= limit // 8:
        return fence
    shortest = _fence(fence.markup[0], fence.lines)
    if len(shortest) <= limit // 8:
        return replace(fence, markup=shortest)
    lines = [fence.markup + fence.info, *fence.lines, fence.markup]
    return replace(fence, kind=Kind.TEXT, lines=lines, markup="", info="", indent="")


def _fence(marker: str, lines: Sequence[str]) -> str:
    """Return the shortest fence that nothing in *lines* can close."""
    runs = (len(run) for line in lines for run in re.findall(f"{marker}+", line))
    return marker * max(3, max(runs, default=0) + 1)
