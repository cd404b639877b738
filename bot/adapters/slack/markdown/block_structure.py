"""The block structure of a Markdown text: which lines are code, and which text belongs together.

A single pass over the lines, as CommonMark describes it, with GitHub's tables and without HTML.
It does the same work for each line, whatever the text.
"""

import re
from dataclasses import dataclass, field
from enum import Enum, auto

_DEEPEST = 40  # levels of quotes and lists; what is deeper is text
_CODE_INDENT = 4

_FENCE = re.compile(r"(`{3,})[^`\n]*$|(~{3,})")
_HEADING = re.compile(r"#{1,6}(?=[ \t]|$)")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
_RULE = re.compile(r"([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_ITEM = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)")
_DELIMITERS = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_PIPE = re.compile(r"(?<!\\)\|")


class Kind(Enum):
    """What kind of text a scope is."""

    PARAGRAPH = auto()
    HEADING = auto()
    CELL = auto()


@dataclass(frozen=True, slots=True)
class Scope:
    """Text within which an inline element begins and ends."""

    start: int
    stop: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced code block, from the beginning of its first line to the end of its last."""

    start: int
    stop: int
    markup: str
    closed: bool
    nested: bool  # in a quote or a list


@dataclass(slots=True)
class Structure:
    """A text's scopes and code; `flat` is the text without the markers of quotes and lists."""

    flat: str = ""
    scopes: list[Scope] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)
    too_deep: bool = False


@dataclass(slots=True)
class _Container:
    indent: int = 0  # columns that an item's lines are indented by; 0: a quote
    empty: bool = False  # an item that has no text yet


@dataclass(slots=True)
class _OpenFence:
    start: int
    markup: str
    stop: int


class _Scanner:
    def __init__(self, source: str) -> None:
        self.structure = Structure()
        self._source = source
        self._offset = 0  # of the line
        self._containers: list[_Container] = []
        self._fence: _OpenFence | None = None
        self._paragraph: list[tuple[int, int]] = []  # the lines of the open one
        self._columns = 0  # of the open table; 0: there is none

    def scan(self) -> Structure:
        flat = []
        for line in self._source.split("\n"):
            place = self._read(line)
            flat.append(" " * place + line[place:])
            self._offset += len(line) + 1
        self._close_paragraph()
        self._close_fence(closed=False)
        self.structure.flat = "\n".join(flat)
        return self.structure

    def _read(self, line: str) -> int:
        """Read a line; return where its text begins, after the markers of containers."""
        place, column, matched = self._match_containers(line)
        if self._fence:
            if matched == len(self._containers):
                self._read_code(self._fence, line, place, column)
                return place
            self._close_fence(closed=False)
        while True:
            at, end = _indentation(line, place, column)
            if at == len(line):
                self._read_blank(matched)
                return place
            if end - column >= _CODE_INDENT:
                break
            opened = self._open_container(line, at, end, end - column, matched)
            if opened is None:
                break
            place, column = opened
            matched = len(self._containers)
        self._read_text(line, at, end - column, matched)
        return place

    def _match_containers(self, line: str) -> tuple[int, int, int]:
        place = column = matched = 0
        for container in self._containers:
            at, end = _indentation(line, place, column)
            if not container.indent:
                if end - column >= _CODE_INDENT or line[at : at + 1] != ">":
                    break
                place, column = _after_marker(line, at + 1, end + 1)
            elif at == len(line):
                if container.empty:
                    break
            elif end - column >= container.indent:
                place, column = _advanced(line, place, column, container.indent)
            else:
                break
            matched += 1
        return place, column, matched

    def _open_container(
        self, line: str, at: int, end: int, indent: int, matched: int
    ) -> tuple[int, int] | None:
        """Open the quote or item that begins here, if one does; return where its text begins."""
        if len(self._containers) >= _DEEPEST and (line[at] == ">" or _ITEM.match(line, at)):
            self.structure.too_deep = True
            return None
        if line[at] == ">":
            self._leave(matched)
            self._containers.append(_Container())
            return _after_marker(line, at + 1, end + 1)
        item = _ITEM.match(line, at)
        if item is None or _RULE.match(line, at):
            return None
        after, column = item.end(), end + item.end() - at
        text, text_column = _indentation(line, after, column)
        is_blank = text == len(line)
        interrupts = self._paragraph and matched == len(self._containers)
        if interrupts and (is_blank or (item[1] and int(item[1]) != 1)):
            return None
        self._leave(matched)
        spaces = text_column - column
        taken = 1 if is_blank or spaces > _CODE_INDENT else spaces
        self._containers.append(_Container(indent + item.end() - at + taken, is_blank))
        return _advanced(line, after, column, taken)

    def _read_text(self, line: str, at: int, indent: int, matched: int) -> None:
        start, stop = self._offset + at, self._offset + len(line)
        for container in self._containers:
            container.empty = False
        if indent >= _CODE_INDENT:
            if self._paragraph:
                self._paragraph.append((start, stop))
            else:
                self._leave(matched)
        elif fence := _FENCE.match(line, at):
            self._leave(matched)
            self._fence = _OpenFence(self._offset, fence[1] or fence[2], stop)
        elif _HEADING.match(line, at):
            self._leave(matched)
            self._add(start, stop, Kind.HEADING)
        elif matched == len(self._containers) and self._goes_on(line, at):
            pass
        elif _RULE.match(line, at):
            self._leave(matched)
        elif self._paragraph:  # even if it is outside: then it continues the paragraph lazily
            self._paragraph.append((start, stop))
        else:
            self._leave(matched)
            self._paragraph = [(start, stop)]

    def _goes_on(self, line: str, at: int) -> bool:
        """Take a line that makes a table or a heading of what is above it, or a row of a table."""
        if self._paragraph and self._is_under_header(line, at):
            self._open_table()
        elif self._paragraph and _UNDERLINE.match(line, at):
            self._close_paragraph(Kind.HEADING)
        elif self._columns and not _RULE.match(line, at):
            self._add_cells(self._offset + at, self._offset + len(line))
        else:
            return False
        return True

    def _read_code(self, fence: _OpenFence, line: str, place: int, column: int) -> None:
        at, end = _indentation(line, place, column)
        markup, fence.stop = fence.markup, self._offset + len(line)
        rest = line[at:].rstrip(" \t")
        if end - column < _CODE_INDENT and rest.startswith(markup) and not rest.strip(markup[0]):
            self._close_fence(closed=True)

    def _read_blank(self, matched: int) -> None:
        self._close_paragraph()
        del self._containers[matched:]

    def _is_under_header(self, line: str, at: int) -> bool:
        start, stop = self._paragraph[-1]
        if not _DELIMITERS.match(line, at) or "|" not in self._source[start:stop]:
            return False
        columns = len(_cells(line, at, len(line)))
        return columns == len(_cells(self._source, start, stop))

    def _open_table(self) -> None:
        header = self._paragraph.pop()
        self._close_paragraph()
        self._columns = self._add_cells(*header)

    def _add_cells(self, start: int, stop: int) -> int:
        cells = _cells(self._source, start, stop)
        for cell in cells:
            self._add(*cell, Kind.CELL)
        return len(cells)

    def _add(self, start: int, stop: int, kind: Kind) -> None:
        self.structure.scopes.append(Scope(start, stop, kind))

    def _leave(self, matched: int) -> None:
        self._close_paragraph()
        del self._containers[matched:]

    def _close_paragraph(self, kind: Kind = Kind.PARAGRAPH) -> None:
        if self._paragraph:
            self._add(self._paragraph[0][0], self._paragraph[-1][1], kind)
        self._paragraph, self._columns = [], 0

    def _close_fence(self, *, closed: bool) -> None:
        if self._fence:
            fence, nested = self._fence, bool(self._containers)
            self.structure.fences.append(
                Fence(fence.start, fence.stop, fence.markup, closed, nested)
            )
        self._fence = None


def structure(source: str) -> Structure:
    """Return the block structure of *source*."""
    return _Scanner(source).scan()


def _cells(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Return where the cells of a table's row are."""
    while stop > start and text[stop - 1] in " \t":
        stop -= 1
    pipes = [match.start() for match in _PIPE.finditer(text, start, stop)]
    if pipes and pipes[0] == start:
        start, pipes = start + 1, pipes[1:]
    if pipes and pipes[-1] == stop - 1:
        stop = pipes.pop()
    return list(zip([start, *(pipe + 1 for pipe in pipes)], [*pipes, stop], strict=True))


def _indentation(line: str, place: int, column: int) -> tuple[int, int]:
    """Return where the first character that is not a space is, and its column."""
    while place < len(line) and line[place] in " \t":
        column += 4 - column % 4 if line[place] == "\t" else 1
        place += 1
    return place, column


def _advanced(line: str, place: int, column: int, columns: int) -> tuple[int, int]:
    """Return the place after *columns* columns of space; it may be within a tab."""
    target = column + columns
    while place < len(line) and column < target:
        width = 4 - column % 4 if line[place] == "\t" else 1
        if column + width > target:
            return place, target
        place, column = place + 1, column + width
    return place, column


def _after_marker(line: str, place: int, column: int) -> tuple[int, int]:
    """Return the place after a quote's marker and the space that may follow it."""
    if place < len(line) and line[place] in " \t":
        return _advanced(line, place, column, 1)
    return place, column
