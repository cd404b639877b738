"""What the blocks of a Markdown text are: see ``block_scanner``, which finds them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

_PIPE = re.compile(r"(?<!\\)\|")


class Kind(Enum):
    """What a block is."""

    TEXT = auto()
    HEADING = auto()
    FENCE = auto()
    CODE = auto()  # by its indentation
    TABLE = auto()
    CELL = auto()  # of a table
    RULE = auto()
    NOTHING = auto()  # an item without text, or with text below it


@dataclass(eq=False, slots=True)
class Container:
    """A quote or an item of a list."""

    marker: str  # with the item's true number
    line: int  # at which it begins
    group: int = 0  # the same for all items of a list; each quote has its own
    number: int = 0
    indent: int = 0  # columns that an item's lines are indented by; 0: a quote
    is_empty: bool = False  # an item that has no text yet
    task: str = ""  # its checkbox

    @property
    def is_quote(self) -> bool:
        return not self.indent


class Line(NamedTuple):
    """A line of a block, without the markers of its containers: its offsets in the source."""

    start: int
    stop: int
    indent: int = 0  # columns before it; -1 if it is outside its containers


@dataclass(frozen=True, slots=True)
class Scope:
    """Text within which an inline element begins and ends."""

    start: int
    stop: int
    kind: Kind


@dataclass(eq=False, slots=True)
class Block:
    """A block with text of its own. The first line of a fenced one opens it, none closes it."""

    kind: Kind
    path: tuple[Container, ...]
    opened: int  # the innermost containers that begin with it
    line: int  # of the source, at which it begins
    lines: list[Line]
    start: int  # of its first line, with the markers of its containers
    stop: int  # the end of its last line
    markup: str = ""  # of a fence
    is_closed: bool = False  # a fence

    def scopes(self, text: str) -> Iterator[Scope]:
        """Yield the parts of *text* in which inline elements may stand."""
        match self.kind:
            case Kind.TEXT:
                yield Scope(self.lines[0].start, self.lines[-1].stop, self.kind)
            case Kind.HEADING:
                last = max(len(self.lines) - 2, 0)  # the line under it is no text
                yield Scope(self.lines[0].start, self.lines[last].stop, self.kind)
            case Kind.TABLE:
                for line in (self.lines[0], *self.lines[2:]):
                    for start, stop in cells(text, line.start, line.stop):
                        yield Scope(start, stop, Kind.CELL)


@dataclass(slots=True)
class Structure:
    """The blocks of a text; `flat` is the text without the markers of quotes and lists."""

    flat: str
    blocks: list[Block]
    open_fence: Block | None  # at the end
    too_deep: bool
    scopes: list[Scope] = field(init=False)

    def __post_init__(self) -> None:
        self.scopes = [scope for block in self.blocks for scope in block.scopes(self.flat)]


def cells(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Return where the cells of a table's row are."""
    while stop > start and text[stop - 1] in " \t":
        stop -= 1
    pipes = [match.start() for match in _PIPE.finditer(text, start, stop)]
    if pipes and pipes[0] == start:
        start, pipes = start + 1, pipes[1:]
    if pipes and pipes[-1] == stop - 1:
        stop = pipes.pop()
    return list(zip([start, *(pipe + 1 for pipe in pipes)], [*pipes, stop], strict=True))
