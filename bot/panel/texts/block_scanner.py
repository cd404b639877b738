"""The blocks of a Markdown text: which lines are code, and which text belongs together.

A single pass over the lines, as CommonMark describes it, with GitHub's tables and without HTML.
It does the same work for each line, whatever the text.
"""

import re
from itertools import count

from bot.panel.texts.blocks import Block, Container, Kind, Line, Structure, cells

_DEEPEST = 40  # levels of quotes and lists; what is deeper is text
_CODE_INDENT = 4
_LARGEST_NUMBER = 999_999_999

_FENCE = re.compile(r"(`{3,})[^`\n]*$|(~{3,})")
_HEADING = re.compile(r"#{1,6}(?=[ \t]|$)")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
_RULE = re.compile(r"([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_ITEM = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)", re.ASCII)
_OPENERS = frozenset(">-+*0123456789")  # what a container may begin with
_DELIMITERS = re.compile(
    r"(?=..)(?!-[ \t])\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$"
)


class _Scanner:
    def __init__(self, source: str) -> None:
        self._source = source
        self._offset = self._line = 0
        self._blocks: list[Block] = []
        self._open: Block | None = None  # may go on in the next line
        self._containers: list[Container] = []
        self._begun = 0  # of them, have no block yet
        self._left: tuple[int, Container] | None = None  # the last of them, and its depth
        self._groups = count()
        self._too_deep = False

    def scan(self) -> Structure:
        flat = []
        for line in self._source.removesuffix("\n").split("\n"):
            place = self._read(line)
            flat.append(" " * place + line[place:])
            self._offset += len(line) + 1
            self._line += 1
        open_fence = self._open if self._goes_on(Kind.FENCE) else None
        self._close()
        text = "\n".join(flat) + "\n" * self._source.endswith("\n")
        return Structure(text, self._blocks, open_fence, self._too_deep)

    def _goes_on(self, kind: Kind) -> bool:
        return self._open is not None and self._open.kind is kind

    def _read(self, line: str) -> int:
        """Read a line; return where its text begins, after the markers of containers."""
        place, column, matched = self._match_containers(line)
        if self._open and self._open.kind is Kind.FENCE:
            if matched == len(self._containers):
                self._read_code(self._open, line, place, column)
                return place
            self._close()
        while True:
            at, end = _indentation(line, place, column)
            if at == len(line):
                self._read_blank(line, place, column, matched)
                return place
            if end - column >= _CODE_INDENT or line[at] not in _OPENERS:
                break
            opened = self._open_container(line, at, end, end - column, matched)
            if opened is None:
                break
            place, column = opened
            matched = len(self._containers)
        self._read_text(line, place, column, matched)
        return place

    def _match_containers(self, line: str) -> tuple[int, int, int]:
        place = column = matched = 0
        for container in self._containers:
            at, end = _indentation(line, place, column)
            if container.is_quote:
                if end - column >= _CODE_INDENT or line[at : at + 1] != ">":
                    break
                place, column = _after_marker(line, at + 1, end + 1)
            elif at == len(line) and container.is_empty:
                break
            elif at == len(line) or end - column >= container.indent:
                place, column = _advanced(line, place, column, container.indent)
            else:
                break
            matched += 1
        return place, column, matched

    def _open_container(
        self, line: str, at: int, end: int, indent: int, matched: int
    ) -> tuple[int, int] | None:
        """Open the quote or item that begins here, if one does; return where its text begins."""
        item = _ITEM.match(line, at)
        if len(self._containers) >= _DEEPEST and (line[at] == ">" or item):
            self._too_deep = True
            return None
        if line[at] == ">":
            self._leave(matched)
            self._enter(Container("> ", self._line, next(self._groups)))
            return _after_marker(line, at + 1, end + 1)
        if item is None or _RULE.match(line, at):
            return None
        after, column = item.end(), end + item.end() - at
        text, text_column = _indentation(line, after, column)
        is_blank = text == len(line)
        interrupts = self._goes_on(Kind.TEXT) and matched == len(self._containers)
        if interrupts and (is_blank or (item[1] and int(item[1]) != 1)):
            return None
        self._leave(matched)
        spaces = text_column - column
        taken = 1 if is_blank or spaces > _CODE_INDENT else spaces
        self._enter(self._item(item, indent + item.end() - at + taken, is_empty=is_blank))
        return _advanced(line, after, column, taken)

    def _item(self, found: re.Match[str], indent: int, *, is_empty: bool) -> Container:
        """Return an item; its marker is no narrower than it was: what follows must stay outside."""
        digits, mark = found[1] or "", found[0][-1]
        depth, last = self._left or (-1, None)
        if last and depth == len(self._containers) and last.marker.rstrip().endswith(mark):
            group, number = last.group, last.number + 1
        else:
            group, number = next(self._groups), int(digits or 0)
        marker = f"{min(number, _LARGEST_NUMBER) if digits else ''}{mark} "
        marker = marker.ljust(min(len(digits) + 2, len(marker) + _CODE_INDENT - 1))
        return Container(marker, self._line, group, number, indent, is_empty)

    def _enter(self, container: Container) -> None:
        if self._containers:
            self._containers[-1].is_empty = False
        self._containers.append(container)
        self._begun += 1

    def _leave(self, matched: int) -> None:
        self._close()
        if matched < len(self._containers):
            self._left = matched, self._containers[matched]
            self._begun = max(self._begun - len(self._containers) + matched, 0)
            del self._containers[matched:]

    def _read_text(self, line: str, place: int, column: int, matched: int) -> None:
        at, end = _indentation(line, place, column)
        is_inside = matched == len(self._containers)
        text = Line(self._offset + at, self._offset + len(line), end - column)
        if self._containers:
            self._containers[-1].is_empty = False
        if end - column >= _CODE_INDENT and not self._goes_on(Kind.TEXT):
            if not (self._goes_on(Kind.CODE) and is_inside):
                self._begin(Kind.CODE, matched)
            self._add(self._code(line, place, column, _CODE_INDENT))
        elif end - column >= _CODE_INDENT:
            self._add(text)
        elif fence := _FENCE.match(line, at):
            self._begin(Kind.FENCE, matched, text).markup = fence[1] or fence[2]
        elif _HEADING.match(line, at):
            self._begin(Kind.HEADING, matched, text)
        elif is_inside and self._is_part(line, at):
            self._add(text)
        elif _RULE.match(line, at):
            self._begin(Kind.RULE, matched, text)
        elif self._goes_on(Kind.TEXT):  # even if it is outside: then it continues the text lazily
            self._add(text if is_inside else text._replace(indent=-1))
        else:
            self._begin(Kind.TEXT, matched, text)

    def _is_part(self, line: str, at: int) -> bool:
        """Whether the line makes a table or a heading of what is above it, or is a row."""
        if self._open and self._open.kind is Kind.TEXT:
            if self._is_under_header(self._open.lines[-1], line, at):
                self._make_table(self._open)
                return True
            if _UNDERLINE.match(line, at):
                self._open.kind = Kind.HEADING
                return True
        return self._goes_on(Kind.TABLE) and not _RULE.match(line, at)

    def _is_under_header(self, header: Line, line: str, at: int) -> bool:
        if not (_DELIMITERS.match(line, at) and 0 <= header.indent < _CODE_INDENT):
            return False
        columns = cells(self._source, header.start, header.stop)
        has_pipe = "|" in self._source[header.start : header.stop]
        return has_pipe and len(columns) == len(cells(line, at, len(line)))

    def _make_table(self, text: Block) -> None:
        if len(text.lines) == 1:
            text.kind = Kind.TABLE
            return
        header = text.lines.pop()
        text.stop = text.lines[-1].stop
        table = self._begin(Kind.TABLE, len(self._containers), header)
        table.line, table.start = self._line - 1, self._source.rfind("\n", 0, header.start) + 1

    def _read_code(self, fence: Block, line: str, place: int, column: int) -> None:
        at, end = _indentation(line, place, column)
        markup, rest = fence.markup, line[at:].rstrip(" \t")
        if end - column < _CODE_INDENT and rest.startswith(markup) and not rest.strip(markup[0]):
            fence.stop, fence.is_closed = self._offset + len(line), True
            self._close()
        else:
            self._add(self._code(line, place, column, fence.lines[0].indent))

    def _code(self, line: str, place: int, column: int, indent: int) -> Line:
        place, column = _advanced(line, place, column, indent)
        rest = -column % 4 if line[place : place + 1] == "\t" else 0  # of a tab
        return Line(self._offset + place + (rest > 0), self._offset + len(line), rest)

    def _read_blank(self, line: str, place: int, column: int, matched: int) -> None:
        begun = self._containers[len(self._containers) - self._begun :]
        if any(not container.is_quote and container.line == self._line for container in begun):
            self._begin(Kind.NOTHING, matched, Line(self._offset + place, self._offset + len(line)))
        if self._goes_on(Kind.CODE) and matched == len(self._containers):
            self._add(self._code(line, place, column, _CODE_INDENT))
        else:
            self._leave(matched)

    def _begin(self, kind: Kind, matched: int, *lines: Line) -> Block:
        self._leave(matched)
        path = tuple(self._containers)
        start = self._offset
        self._open = Block(kind, path, self._begun, self._line, [*lines], start, start)
        self._blocks.append(self._open)
        self._begun, self._left = 0, None
        if lines:
            self._open.stop = lines[-1].stop
        return self._open

    def _add(self, line: Line) -> None:
        if self._open:
            self._open.lines.append(line)
            self._open.stop = line.stop

    def _close(self) -> None:
        if self._open and self._open.kind is Kind.CODE:
            lines = self._open.lines
            while not self._source[lines[-1].start : lines[-1].stop].strip():
                lines.pop()
            self._open.stop = lines[-1].stop
        self._open = None


def structure(source: str) -> Structure:
    """Return the block structure of *source*."""
    if "\r" in source:
        source = source.replace("\r\n", " \n").replace("\r", "\n")
    return _Scanner(source).scan()


def _indentation(line: str, place: int, column: int) -> tuple[int, int]:
    """Return where the first character that is not a space is, and its column."""
    while place < len(line) and line[place] in " \t":
        column += 4 - column % 4 if line[place] == "\t" else 1
        place += 1
    return place, column


def _advanced(line: str, place: int, column: int, columns: int) -> tuple[int, int]:
    """Return the place after at most *columns* columns of space; it may be within a tab."""
    target = column + columns
    while place < len(line) and column < target and line[place] in " \t":
        width = 4 - column % 4 if line[place] == "\t" else 1
        if column + width > target:
            return place, target
        place, column = place + 1, column + width
    return place, column


def _after_marker(line: str, place: int, column: int) -> tuple[int, int]:
    if place < len(line) and line[place] in " \t":
        return _advanced(line, place, column, 1)
    return place, column
