"""Where links and code stand in a Markdown source.

markdown-it tells which lines a block has, but not where inside them a link begins. Its inline
rules are wrapped here to note that down, so that a link can be changed in place while every other
character stays the author's.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_inline import StateInline, autolink, backtick, escape, image, link
from markdown_it.token import Token

# What containers put before a line's own text, as a pattern.
MARKERS = r"(?:[ \t]|>|(?:[-*+]|\d{1,9}[.)])[ \t])*"

_TICK = "`"
_FENCE = "```"
_Rule = Callable[[StateInline, bool], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """One inline element and where it stands; `label_stop` is where a link's label ends."""

    token: Token
    start: int
    stop: int
    label_stop: int
    leads_line: bool


def parts(source: str) -> Iterator[Part]:
    """Every link, image, autolink, code span and backslash escape that can be located."""
    return _located(source, _PARSER.parse(source))


def outline(source: str) -> tuple[list[Token], list[Part]]:
    """The blocks of a text, and the code spans in them."""
    tokens = _PARSER.parse(source)
    return tokens, [part for part in _located(source, tokens) if part.token.type == "code_inline"]


def code(source: str) -> list[tuple[int, int]]:
    """The stretches that are code to any reader of Markdown; none at all if readers could differ.

    Tildes, long, nested or open fences, and backticks that are not in pairs on one line, are read
    one way by CommonMark and another by simpler parsers, which shifts what all of the rest is.
    """
    tokens, spans = outline(source)
    lines = source.split("\n")
    starts = line_starts(lines)
    fences = [token for token in tokens if token.type == "fence"]
    blocks = [(starts[first], starts[last]) for first, last in (f.map or [0, 0] for f in fences)]
    inside = sum(source.count(_TICK, start, stop) for start, stop in blocks)
    if not all(_is_ordinary(fence, lines) for fence in fences):
        return []
    if source.count(_TICK) - inside != 2 * len(spans):
        return []
    if any("\n" in source[span.start : span.stop] for span in spans):
        return []
    return sorted(blocks + [(span.start, span.stop) for span in spans])


def line_starts(lines: Sequence[str]) -> list[int]:
    """The offset of each line, and after them of the line that would follow."""
    return list(accumulate((len(line) + 1 for line in lines), initial=0))


def _is_closed(fence: Token, lines: Sequence[str]) -> bool:
    first, last = fence.map or [0, 0]
    closing = lines[last - 1].lstrip(" \t>").rstrip()
    return last - first > 1 and closing.startswith(fence.markup) and not closing.strip(closing[:1])


def _is_ordinary(fence: Token, lines: Sequence[str]) -> bool:
    return fence.markup == _FENCE and _FENCE not in fence.content and _is_closed(fence, lines)


def _located(source: str, tokens: Sequence[Token]) -> Iterator[Part]:
    lines = source.split("\n")
    starts = line_starts(lines)
    columns = [0] * len(lines)
    for token in tokens:
        if token.type == "inline" and token.content:
            where = _offsets(token, lines, starts, columns)
            if where:
                yield from _noted(token.children or [], token.content, where)


def _offsets(
    token: Token, lines: Sequence[str], starts: Sequence[int], columns: list[int]
) -> list[int]:
    """The place in the source of each character of an inline token's content.

    A content line is its source line without what containers put around it; in a table cell a
    pipe lost its backslash. `columns` holds how far each line has been read: a row has many cells.
    """
    offsets: list[int] = []
    for number, content in enumerate(token.content.split("\n"), (token.map or [0])[0]):
        body = content.strip(" \t")
        found = _pattern(body).search(lines[number], columns[number])
        if found is None:
            return []
        columns[number] = found.end()
        lead = len(content) - len(content.lstrip(" \t"))
        offsets += [starts[number] + found.start()] * lead
        offsets += (starts[number] + at for at in _walk(body, lines[number], found.start()))
        end = starts[number] + found.end()
        offsets += [end] * (len(content) - lead - len(body)) + [starts[number + 1] - 1]
    return offsets


def _pattern(body: str) -> re.Pattern[str]:
    return re.compile(re.escape(body).replace(r"\|", r"\\?\|"))


def _walk(body: str, line: str, at: int) -> Iterator[int]:
    for character in body:
        at += line[at] != character
        yield at
        at += 1


def _noted(
    tokens: Sequence[Token], content: str, where: Sequence[int], shift: int = 0
) -> Iterator[Part]:
    for token in tokens:
        if "span" not in token.meta:
            continue
        start, label_stop, stop = (shift + place for place in token.meta["span"])
        leads = not content[:start].rpartition("\n")[2].strip()
        yield Part(token, where[start], where[stop - 1] + 1, where[label_stop], leads)
        # An image parses its own label, so places in it count from there.
        yield from _noted(token.children or [], content, where, start + len("!["))


def _noting(rule: _Rule, opener: str) -> _Rule:
    def noted(state: StateInline, silent: bool) -> bool:
        start, known = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        token = next((token for token in state.tokens[known:] if token.type == opener), None)
        if not silent and token is not None:
            token.meta["span"] = (start, _label_stop(state, token, start), state.pos)
        return True

    return noted


def _label_stop(state: StateInline, token: Token, start: int) -> int:
    if token.type == "image":
        return parseLinkLabel(state, start + 1, False)
    if token.type == "link_open" and token.markup != "autolink":
        return parseLinkLabel(state, start, True)
    return state.pos - 1


_RULES: Mapping[str, tuple[_Rule, str]] = {
    "link": (link, "link_open"),
    "autolink": (autolink, "link_open"),
    "image": (image, "image"),
    "backticks": (backtick, "code_inline"),
    "escape": (escape, "text_special"),
}


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    for name, (rule, opener) in _RULES.items():
        parser.inline.ruler.at(name, _noting(rule, opener))
    return parser.disable(["html_block", "html_inline", "text_join"])


_PARSER = _parser()
