"""The inline elements of a Markdown text: links, images, autolinks, code spans, tags, emphasis.

A single pass over each scope, with a stack of open brackets as CommonMark describes it. Addresses
and labels of more than a few thousand characters are text, so that no text takes long.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from markdown_it.common.utils import unescapeAll

from bot.panel.texts.blocks import Kind, Scope, Structure

_LONGEST_URL = 2_000
_MOST_PARENTHESES = 8  # open at a time in an address

_SPECIAL = re.compile(r"\\.|`+|!?\[|\]|<|\*+|~+", re.DOTALL)
_CODE_OR_EMPHASIS = re.compile(r"\\.|`+|\*+|~+", re.DOTALL)
_TICKS = re.compile("`+")
_SPACES = re.compile(r"[ \t\n]*")
_POINTED_URL = re.compile(rf"<((?:[^<>\n\\]|\\.){{0,{_LONGEST_URL}}})>")
_URL_PIECE = re.compile(r"\\.|[()]|[^()\\\s\x00-\x1f\x7f]+|\\")
_TITLE = re.compile(
    r"""
    "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | \((?:[^()\\]|\\.)*\)
    """,
    re.DOTALL | re.VERBOSE,
)
_REFERENCE = re.compile(r"\[((?:[^\[\]\\]|\\.){0,999})\]", re.DOTALL)
_DEFINITION = re.compile(r"\[((?:[^\[\]\\]|\\.){1,999})\]:", re.DOTALL)
_LINE_END = re.compile(r"[ \t]*(?:\n|$)")
_AUTOLINK = re.compile(
    rf"<([a-z][a-z0-9+.\-]{{1,31}}:[^<>|\s\x00-\x1f]{{0,{_LONGEST_URL}}}(?:\|[^<>\n]{{0,200}})?"
    r"|[\w.!#$%&'*+/=?^`{|}~\-]{1,200}@[a-z0-9.\-]{1,200})>",
    re.ASCII | re.IGNORECASE,
)
_TAG = re.compile(
    r"<(/?[a-z][a-z0-9]{0,12})"
    r"(?:\s+[\w:-]{1,40}\s*=\s*(?:\"[^\"<>]{0,500}\"|'[^'<>]{0,500}'|[^\s\"'=<>`]{1,500}))*"
    r"(?:\s+(?:open|hidden|checked|disabled|selected|reversed))*\s*/?>",
    re.ASCII | re.IGNORECASE,
)


class Element(Enum):
    """A kind of inline element."""

    LINK = auto()
    IMAGE = auto()
    AUTOLINK = auto()
    CODE = auto()
    ESCAPE = auto()  # of an angle bracket
    TAG = auto()
    COMMENT = auto()
    DELIMITERS = auto()  # of emphasis


@dataclass(frozen=True, slots=True)
class Part:
    """An inline element.

    `label` is where the label of a link is; `content` the address of a link, or a tag's name,
    with a slash if the tag closes.
    """

    element: Element
    start: int
    stop: int
    scope: Scope
    label: tuple[int, int] = (0, 0)
    content: str = ""


@dataclass(frozen=True, slots=True)
class _Bracket:
    start: int
    label: int
    element: Element


class _Scanner:
    """Finds the parts of one scope of *text*, the flat one of a structure."""

    def __init__(self, text: str, scope: Scope, urls: Mapping[str, str]) -> None:
        self._text = text
        self._scope = scope
        self._urls = urls
        self._brackets: list[_Bracket] = []
        self._linked = -1  # a link that begins before this would hold another: it is text
        self._ticks: Mapping[int, Sequence[int]] | None = None
        self._has_comments = True

    def scan(self, start: int, special: re.Pattern[str] = _SPECIAL) -> Iterator[Part]:
        while match := special.search(self._text, start, self._scope.stop):
            part = self._part(match)
            if part:
                yield part
            start = part.stop if part else match.end()

    def _part(self, match: re.Match[str]) -> Part | None:
        start, stop, mark = match.start(), match.end(), match[0]
        match mark[0]:
            case "\\":
                return self._new(Element.ESCAPE, start, stop) if mark[1] in "<>" else None
            case "`":
                return self._code(start, stop)
            case "[" | "!":
                kind = Element.IMAGE if mark[0] == "!" else Element.LINK
                self._brackets.append(_Bracket(start, stop, kind))
                return None
            case "]":
                return self._link(start)
            case "<":
                return self._angle_bracket(start)
            case _:
                return self._new(Element.DELIMITERS, start, stop)

    def _code(self, start: int, stop: int) -> Part | None:
        if self._ticks is None:
            self._ticks = _runs(self._text, self._scope)
        closings = self._ticks[stop - start]
        index = bisect_left(closings, stop)
        if index == len(closings):
            return None
        return self._new(Element.CODE, start, closings[index] + stop - start)

    def _link(self, at: int) -> Part | None:
        if not self._brackets:
            return None
        bracket = self._brackets.pop()
        if bracket.element is Element.LINK and bracket.start < self._linked:
            return None
        target = self._inline_target(at + 1) or self._reference(bracket.label, at)
        if target is None:
            return None
        if bracket.element is Element.LINK:
            self._linked = bracket.start
        url, stop = target
        return Part(
            bracket.element, bracket.start, stop, self._scope, (bracket.label, at), unescapeAll(url)
        )

    def _inline_target(self, at: int) -> tuple[str, int] | None:
        if not self._text.startswith("(", at, self._scope.stop):
            return None
        url, after = _url(self._text, self._space(at + 1), self._scope.stop)
        at = self._space(after)
        title = _TITLE.match(self._text, at, self._scope.stop) if at > after else None
        at = self._space(title.end()) if title else at
        closed = self._text.startswith(")", at, self._scope.stop)
        return (url, at + 1) if closed and url is not None else None

    def _reference(self, label: int, at: int) -> tuple[str, int] | None:
        if not self._urls:
            return None
        reference = _REFERENCE.match(self._text, at + 1, self._scope.stop)
        stop = reference.end() if reference else at + 1
        named = reference[1].strip() if reference else ""
        url = self._urls.get(_normalized(named or self._text[label : min(at, label + 1_000)]))
        return None if url is None else (url, stop)

    def _angle_bracket(self, start: int) -> Part | None:
        stop = self._scope.stop
        if self._text.startswith("<!--", start, stop):
            end = self._text.find("-->", start + 2, stop) if self._has_comments else -1
            self._has_comments = end >= 0
            return self._new(Element.COMMENT, start, end + 3) if end >= 0 else None
        for pattern, element in ((_AUTOLINK, Element.AUTOLINK), (_TAG, Element.TAG)):
            if match := pattern.match(self._text, start, stop):
                return Part(element, start, match.end(), self._scope, content=match[1])
        return None

    def _space(self, at: int) -> int:
        match = _SPACES.match(self._text, at, self._scope.stop)
        return match.end() if match else at

    def _new(self, element: Element, start: int, stop: int) -> Part:
        return Part(element, start, stop, self._scope)


def parts(structure: Structure) -> Iterator[Part]:
    """Yield the inline elements of a text; what stands in a label comes before its link."""
    urls: dict[str, str] = {}
    starts = [_defined(structure.flat, scope, urls) for scope in structure.scopes]
    for scope, start in zip(structure.scopes, starts, strict=True):
        yield from _Scanner(structure.flat, scope, urls).scan(start)


def code_and_emphasis(structure: Structure) -> Iterator[Part]:
    """Yield the code spans and the delimiters of emphasis in a text that has no links or tags."""
    for scope in structure.scopes:
        scanner = _Scanner(structure.flat, scope, {})
        yield from scanner.scan(scope.start, _CODE_OR_EMPHASIS)


def _runs(text: str, scope: Scope) -> Mapping[int, Sequence[int]]:
    runs: defaultdict[int, list[int]] = defaultdict(list)
    for run in _TICKS.finditer(text, scope.start, scope.stop):
        runs[len(run[0])].append(run.start())
    return runs


def _defined(text: str, scope: Scope, urls: dict[str, str]) -> int:
    """Add the addresses that a paragraph defines at its beginning; return where they end."""
    start = scope.start
    while scope.kind is Kind.TEXT and start < scope.stop:
        label = _DEFINITION.match(text, start, scope.stop)
        if label is None:
            break
        space = _SPACES.match(text, label.end(), scope.stop)
        url, after = _url(text, space.end() if space else label.end(), scope.stop)
        end = _definition_end(text, after, scope.stop)
        if not url or end is None:
            break
        urls.setdefault(_normalized(label[1]), url)
        space = _SPACES.match(text, end, scope.stop)
        start = space.end() if space else end
    return start


def _definition_end(text: str, after: int, stop: int) -> int | None:
    space = _SPACES.match(text, after, stop)
    at = space.end() if space else after
    title = _TITLE.match(text, at, stop) if at > after else None
    for end in (title.end() if title else after, after):
        if line_end := _LINE_END.match(text, end, stop):
            return line_end.end()
    return None


def _url(text: str, start: int, stop: int) -> tuple[str | None, int]:
    if text.startswith("<", start, stop):
        pointed = _POINTED_URL.match(text, start, stop)
        return (pointed[1], pointed.end()) if pointed else (None, start)
    at, depth = start, 0
    while at - start < _LONGEST_URL and (piece := _URL_PIECE.match(text, at, stop)):
        depth += {"(": 1, ")": -1}.get(piece[0], 0)
        if depth < 0 or depth > _MOST_PARENTHESES:
            break
        at = piece.end()
    return (text[start:at], at) if depth <= 0 and at - start <= _LONGEST_URL else (None, start)


def _normalized(label: str) -> str:
    return " ".join(label.split()).casefold()
