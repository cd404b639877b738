"""A Markdown text as the row of its leaves: what stands in it, each with what it stands in.

A single parse tells everything that splitting needs. markdown-it knows the lines of a block, but
not where in them its own text begins, after the markers of quotes and lists; its rules are wrapped
here to record that.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import accumulate
from operator import sub
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, code, fence, heading, hr, lheading, paragraph, table
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

from bot.adapters.slack.markdown.limits import size
from bot.panel.texts.code import spans

_Rule = Callable[[StateBlock, int, int, bool], bool]
_DEEPEST = 100  # levels of quotes and lists; what is deeper counts as text
_LARGEST_NUMBER = 999_999_999
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


class Kind(Enum):
    """What a leaf is."""

    TEXT = auto()
    HEADING = auto()
    FENCE = auto()
    CODE = auto()  # by its indentation
    TABLE = auto()
    RULE = auto()
    NOTHING = auto()  # an item without text, or with text below it


@dataclass(eq=False, slots=True)
class Container:
    """A quote or an item of a list."""

    marker: str
    group: int  # the same for all items of a list
    is_quote: bool = False
    task: str = ""  # its checkbox


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
        """Measure the lines."""
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
    walk = _Walk(source)
    for token in _PARSER.parse(source):
        walk.take(token)
    return walk.finished()


def _spans(lines: Sequence[str]) -> Sequence[Span]:
    text = "\n".join(lines)
    if "`" not in text:
        return ()
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

    def place(offset: int) -> tuple[int, int]:
        line = bisect_right(starts, offset) - 1
        return line, offset - starts[line]

    found = []
    for start, stop in spans(text):
        code = text[start:stop]
        ticks = code[: len(code) - len(code.lstrip("`"))]
        found.append(Span(place(start), place(stop), ticks, size(code)))
    return found


class _Walk:
    """Goes through the tokens of a text and knows what is open."""

    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")
        self._path: list[Container] = []
        self._numbers: list[int] = []  # of the next item of each list that is open
        self._groups: list[int] = []
        self._begun: list[tuple[Container, int]] = []  # containers that have no leaf yet
        self._covered = 0  # lines
        self._leaves: list[Leaf] = []

    def take(self, token: Token) -> None:
        """Note what *token* opens, closes or is."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._numbers.append(int(token.attrs.get("start", 1)))
                self._groups.append(id(token))
            case "bullet_list_close" | "ordered_list_close":
                self._numbers.pop()
                self._groups.pop()
            case "blockquote_open":
                self._begin(Container("> ", id(token), is_quote=True), token)
            case "list_item_open":
                marker = _marker(token, min(self._numbers[-1], _LARGEST_NUMBER))
                self._numbers[-1] += 1
                self._begin(Container(marker, self._groups[-1]), token)
            case "blockquote_close" | "list_item_close":
                self._flush()
                self._path.pop()
            case _ if "bodies" in token.meta:
                first, last = token.map or (0, 0)
                self._flush(first)
                self._cover(first)
                self._add(_leaf(token), first)
                self._covered = last

    def finished(self) -> list[Leaf]:
        """Return all leaves."""
        self._cover(len(self._lines))
        return self._leaves

    def _begin(self, container: Container, token: Token) -> None:
        self._path.append(container)
        self._begun.append((container, token.map[0] if token.map else 0))

    def _flush(self, before: int | None = None) -> None:
        """Make leaves of the lines *before* the next leaf that only open items."""
        while any(not c.is_quote for c, line in self._begun if before is None or line < before):
            line = self._begun[0][1]
            opened = [container for container, first in self._begun if first == line]
            depth = self._path.index(opened[-1]) + 1
            path = tuple(self._path[:depth])
            self._begun = self._begun[len(opened) :]
            if any(not container.is_quote for container in opened):
                after_blank = self._is_after_blank(line)
                leaf = Leaf(Kind.NOTHING, [""], path, len(opened), line, after_blank)
                self._leaves.append(leaf)
                self._covered = max(self._covered, line + 1)
        if before is None:
            self._begun = []

    def _add(self, leaf: Leaf, line: int) -> None:
        leaf.path, leaf.opened, leaf.line = tuple(self._path), len(self._begun), line
        leaf.after_blank = self._is_after_blank(line)
        task = _TASK.match(leaf.lines[0]) if leaf.opened and leaf.lines else None
        if task and not leaf.path[-1].is_quote:
            leaf.path[-1].task = task[0]
        self._begun = []
        self._leaves.append(leaf)

    def _cover(self, until: int) -> None:
        """Make texts of the lines that the parser passed over: they are too deep."""
        for number in range(self._covered, until):
            if any(character.isalnum() for character in self._lines[number]):
                text = self._lines[number].strip()
                self._leaves.append(Leaf(Kind.TEXT, [text], line=number, after_blank=True))
        self._covered = max(self._covered, until)

    def _is_after_blank(self, line: int) -> bool:
        return line > 0 and not self._lines[line - 1].strip("> \t")


def _marker(item: Token, number: int) -> str:
    """Return an item's marker with its true number, no narrower: what follows must stay outside."""
    marker = f"{number if item.info else ''}{item.markup} "
    return marker.ljust(min(len(item.info) + 2, len(marker) + _CODE_INDENT - 1))


def _leaf(token: Token) -> Leaf:
    bodies, offsets, indents = (token.meta[name] for name in ("bodies", "offsets", "indents"))
    match token.type:
        case "fence":
            lines = token.content.removesuffix("\n").split("\n") if token.content else []
            indent, info = " " * max(indents[0], 0), token.info.rstrip()
            return Leaf(
                Kind.FENCE, lines, (), 0, 0, False, offsets[:1], 0, token.markup, info, indent
            )
        case "code_block":
            lines = token.content.rstrip("\n").split("\n")
            bodies, kind = [line and f"    {line}" for line in lines], Kind.CODE
        case "table":
            return Leaf(Kind.TABLE, bodies, offsets=offsets, columns=token.meta["columns"])
        case "hr":
            kind = Kind.RULE
        case "heading_open":
            kind = Kind.HEADING
        case _:
            bodies, kind = list(_text_lines(bodies, indents)), Kind.TEXT
    return Leaf(kind, bodies, offsets=offsets)


def _text_lines(bodies: Sequence[str], indents: Sequence[int]) -> Iterator[str]:
    """Yield the lines of a text; what must not open a block in it stays indented."""
    for number, (body, indent) in enumerate(zip(bodies, indents, strict=True)):
        was_text = number > 0 and not 0 <= indent < _CODE_INDENT
        yield f"    {body}" if was_text and _OPENER.match(body) else body


def _recording(rule: _Rule) -> _Rule:
    """Return *rule*, which notes of each line what it has besides the markers of containers."""

    def recording_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        known = len(state.tokens)
        if not rule(state, start, end, silent):
            return False
        if not silent:
            token = state.tokens[known]
            lines = range(*(token.map or (0, 0)))
            token.meta["offsets"] = [state.bMarks[n] + state.tShift[n] for n in lines]
            token.meta["indents"] = [state.sCount[n] - state.blkIndent for n in lines]
            stops = [state.eMarks[n] for n in lines]
            spans = zip(token.meta["offsets"], stops, strict=True)
            token.meta["bodies"] = [state.src[a:b] for a, b in spans]
        return True

    return recording_rule


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Find a table as markdown-it does, but make one token of it instead of five for a cell."""
    if not table(state, start, end, True):
        return False
    if silent:
        return True
    rules = state.md.block.ruler.getRules("blockquote")
    parent, state.parentType = state.parentType, "table"
    line = start + 2
    while line < end and not (
        state.isEmpty(line)
        or state.sCount[line] < state.blkIndent
        or state.is_code_block(line)
        or any(rule(state, line, end, True) for rule in rules)
    ):
        line += 1
    token = state.push("table", "table", 0)
    token.map = [start, line]
    header = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    token.meta["columns"] = len(cells(header))
    state.parentType, state.line = parent, line
    return True


def cells(row: str) -> list[str]:
    """Return the cells of a row of a table."""
    found = escapedSplit(row.strip())
    first, last = not found[0], len(found) > 1 and not found[-1]
    return [cell.strip() for cell in found[first : len(found) - last]]


_RULES = {
    "table": _table,
    "code": code,
    "fence": fence,
    "hr": hr,
    "heading": heading,
    "lheading": lheading,
    "paragraph": paragraph,
}


def _parser() -> MarkdownIt:
    """Return a parser of blocks only; HTML is text, since sanitized text has none."""
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table")
    for name, rule in _RULES.items():
        known = next(known for known in parser.block.ruler.__rules__ if known.name == name)
        parser.block.ruler.at(name, _recording(rule), {"alt": known.alt})
    parser.core.ruler.disable(["inline", "text_join"])
    return parser.disable(["html_block", "reference"])


_PARSER = _parser()
