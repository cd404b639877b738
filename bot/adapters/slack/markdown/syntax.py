"""The positions of links and code in a Markdown source.

markdown-it knows the lines of a block, but not where in them a link begins. Its inline rules are
wrapped here to record that, so that a link can be edited in place and the rest of the text stays
as it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_inline import StateInline, autolink, backtick, escape, image, link
from markdown_it.token import Token

# The pattern of quote and list markers before the text of a line.
MARKERS = r"(?:[ \t]|>|(?:[-*+]|\d{1,9}[.)])[ \t])*"

_TICK = "`"
_FENCE = "```"
_Rule = Callable[[StateInline, bool], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """An inline element and its position; `label_stop` is the end of a link's label."""

    token: Token
    start: int
    stop: int
    label_stop: int
    leads_line: bool


def parts(source: str) -> Iterator[Part]:
    """Yield the links, images, autolinks, code spans and escapes that can be located."""
    return _located(source, _PARSER.parse(source))


def outline(source: str) -> tuple[list[Token], list[Part]]:
    """Return the block tokens of a text, and the code spans in them."""
    tokens = _PARSER.parse(source)
    return tokens, [part for part in _located(source, tokens) if part.token.type == "code_inline"]


def code(source: str) -> list[tuple[int, int]]:
    """Return the spans that are code to every Markdown parser; none if parsers might differ.

    CommonMark and simpler parsers differ on tildes, on long, nested or open fences, and on
    backticks that are not paired in one line; then they differ on the rest of the text as well.
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
    """Return the offset of each line, and that of a line after the last."""
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
            offsets = _offsets(token, lines, starts, columns)
            if offsets:
                yield from _recorded_parts(token.children or [], token.content, offsets)


def _offsets(
    token: Token, lines: Sequence[str], starts: Sequence[int], columns: list[int]
) -> list[int]:
    """Return the position in the source of each character of an inline token's content.

    A content line is its source line without container markers, and in a table cell without the
    backslash before a pipe. `columns` has the position up to which each line has been read, since
    a table row has many cells.
    """
    offsets: list[int] = []
    for number, content in enumerate(token.content.split("\n"), (token.map or [0])[0]):
        body = content.strip(" \t")
        match = _pattern(body).search(lines[number], columns[number])
        if match is None:
            return []
        columns[number] = match.end()
        lead = len(content) - len(content.lstrip(" \t"))
        offsets += [starts[number] + match.start()] * lead
        offsets += (starts[number] + at for at in _walk(body, lines[number], match.start()))
        end = starts[number] + match.end()
        offsets += [end] * (len(content) - lead - len(body)) + [starts[number + 1] - 1]
    return offsets


def _pattern(body: str) -> re.Pattern[str]:
    return re.compile(re.escape(body).replace(r"\|", r"\\?\|"))


def _walk(body: str, line: str, at: int) -> Iterator[int]:
    for character in body:
        at += line[at] != character
        yield at
        at += 1


def _recorded_parts(
    tokens: Sequence[Token], content: str, offsets: Sequence[int], shift: int = 0
) -> Iterator[Part]:
    for token in tokens:
        if "span" not in token.meta:
            continue
        start, label_stop, stop = (shift + place for place in token.meta["span"])
        leads = not content[:start].rpartition("\n")[2].strip()
        yield Part(token, offsets[start], offsets[stop - 1] + 1, offsets[label_stop], leads)
        # An image parses its own label, so positions in it are relative to the label.
        yield from _recorded_parts(token.children or [], content, offsets, start + len("!["))


def _recording(rule: _Rule, opener: str) -> _Rule:
    def recording_rule(state: StateInline, silent: bool) -> bool:
        start, known = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        token = next((token for token in state.tokens[known:] if token.type == opener), None)
        if not silent and token is not None:
            token.meta["span"] = (start, _label_stop(state, token, start), state.pos)
        return True

    return recording_rule


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
        parser.inline.ruler.at(name, _recording(rule, opener))
    return parser.disable(["html_block", "html_inline", "text_join"])


_PARSER = _parser()
