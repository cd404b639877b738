"""A Markdown text as the row of its leaves: what stands in it, each with what it stands in."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import sub
from typing import NamedTuple

from bot.adapters.slack.markdown.limits import size
from bot.panel.texts import blocks
from bot.panel.texts.block_scanner import structure
from bot.panel.texts.blocks import Block, Container, Kind, Line
from bot.panel.texts.code import spans

_CODE_INDENT = 4
# What may open a block at the beginning of a line.
_OPENER = re.compile(r"[-+*#>=_|:~`\d]")
_TASK = re.compile(r"\[[ xX]\][ \t]")


class Span(NamedTuple):
    """A code span in a text: its places as line and column."""

    start: tuple[int, int]
    stop: tuple[int, int]
    ticks: str
    size: int  # UTF-16 units


@dataclass(eq=False, slots=True)
class Leaf:
    """A block with text of its own, without the markers of the containers in `path`."""

    kind: Kind
    lines: Sequence[str]
    path: tuple[Container, ...] = ()
    opened: int = 0  # the innermost containers that begin with it
    line: int = 0  # of the source, at which it begins
    after_blank: bool = False
    offsets: Sequence[int] = ()  # in the source, of each line of a text; else of the first
    columns: int = 0  # of a table
    markup: str = ""  # of a fence
    info: str = ""
    indent: str = ""
    widths: Sequence[int] = field(init=False)  # of all lines before each line, in UTF-16 units
    longest: int = field(init=False)  # of them, in UTF-16 units
    _spans: Sequence[Span] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.widths = list(accumulate(map(size, self.lines), initial=0))
        self.longest = max(map(sub, self.widths[1:], self.widths), default=0)

    @property
    def spans(self) -> Sequence[Span]:
        """The code spans in a text."""
        if self._spans is None:
            self._spans = _spans(self.lines)
        return self._spans


def leaves(source: str) -> list[Leaf]:
    """Return the leaves of *source* in their order."""
    lines = source.split("\n")
    found = []
    for block in structure(source).blocks:
        leaf = _leaf(source, block)
        leaf.path, leaf.opened, leaf.line = block.path, block.opened, block.line
        leaf.after_blank = block.line > 0 and not lines[block.line - 1].strip("> \t")
        task = _TASK.match(leaf.lines[0]) if leaf.opened and leaf.lines else None
        if task and not leaf.path[-1].is_quote:
            leaf.path[-1].task = task[0]
        found.append(leaf)
    return found


def cells(row: str) -> list[str]:
    """Return the cells of a row of a table."""
    row = row.strip()
    return [row[a:b].strip().replace(r"\|", "|") for a, b in blocks.cells(row, 0, len(row))]


def _spans(lines: Sequence[str]) -> Sequence[Span]:
    text = "\n".join(lines)
    if "`" not in text:
        return ()
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

    def place(offset: int) -> tuple[int, int]:
        line = bisect_right(starts, offset) - 1
        return line, offset - starts[line]

    found = []
    for start, stop in spans(text, 0, len(text)):
        code = text[start:stop]
        ticks = code[: len(code) - len(code.lstrip("`"))]
        found.append(Span(place(start), place(stop), ticks, size(code)))
    return found


def _leaf(source: str, block: Block) -> Leaf:
    first, offsets = block.lines[0], [line.start for line in block.lines]
    bodies = [source[line.start : line.stop] for line in block.lines]
    match block.kind:
        case Kind.FENCE:
            info, indent = bodies[0][len(block.markup) :].rstrip(), " " * max(first.indent, 0)
            lines = [_code(*pair) for pair in zip(block.lines[1:], bodies[1:], strict=True)]
            leaf = Leaf(block.kind, lines, offsets=offsets[:1])
            leaf.markup, leaf.info, leaf.indent = block.markup, info, indent
            return leaf
        case Kind.CODE:
            bodies = [_code(*pair) for pair in zip(block.lines, bodies, strict=True)]
            bodies = [body and f"    {body}" for body in bodies]
        case Kind.TABLE:
            return Leaf(block.kind, bodies, offsets=offsets, columns=len(cells(bodies[0])))
        case Kind.TEXT:
            bodies = list(_text_lines(block.lines, bodies))
        case Kind.NOTHING:
            bodies = [""]
    return Leaf(block.kind, bodies, offsets=offsets)


def _code(line: Line, body: str) -> str:
    return " " * line.indent + body


def _text_lines(lines: Sequence[Line], bodies: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a text; what must not open a block in it stays indented."""
    for number, (line, body) in enumerate(zip(lines, bodies, strict=True)):
        was_text = number > 0 and not 0 <= line.indent < _CODE_INDENT
        yield f"    {body}" if was_text and _OPENER.match(body) else body
