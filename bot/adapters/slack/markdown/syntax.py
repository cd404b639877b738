"""The positions of blocks and of code in a Markdown source."""

from collections.abc import Sequence
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.adapters.slack.markdown.block_structure import Fence, Structure, structure
from bot.adapters.slack.markdown.inline_parts import Element, code_and_emphasis

# The pattern of quote and list markers before the text of a line.
MARKERS = r"(?:[ \t]|>|(?:[-*+]|\d{1,9}[.)])[ \t])*"

_TICK = "`"
_FENCE = "```"


def outline(source: str) -> tuple[list[Token], list[tuple[int, int]]]:
    """Return the block tokens of a text, and where its code spans are."""
    return _PARSER.parse(source), _spans(structure(source))


def code(source: str, blocks: Structure | None = None) -> list[tuple[int, int]]:
    """Return the spans that are code to every Markdown parser; none if parsers might differ.

    CommonMark and simpler parsers differ on tildes, on long, nested or open fences, and on
    backticks that are not paired in one line; then they differ on the rest of the text as well.
    """
    if _TICK not in source:
        return []
    blocks = blocks or structure(source)
    fences = [(fence.start, fence.stop) for fence in blocks.fences]
    if blocks.too_deep or not all(_is_ordinary(fence, source) for fence in blocks.fences):
        return []
    spans = _spans(blocks)
    inside = sum(source.count(_TICK, *fence) for fence in fences)
    if source.count(_TICK) - inside != 2 * len(spans):
        return []
    if any("\n" in source[start:stop] for start, stop in spans):
        return []
    return sorted(fences + spans)


def line_starts(lines: Sequence[str]) -> list[int]:
    """Return the offset of each line, and that of a line after the last."""
    return list(accumulate((len(line) + 1 for line in lines), initial=0))


def _spans(blocks: Structure) -> list[tuple[int, int]]:
    elements = code_and_emphasis(blocks)
    return [(part.start, part.stop) for part in elements if part.element is Element.CODE]


def _is_ordinary(fence: Fence, source: str) -> bool:
    if fence.markup != _FENCE or not fence.closed:
        return False
    first_line = source[fence.start : source.find("\n", fence.start)]
    return source.count(_FENCE, fence.start, fence.stop) == 2 and "|" not in first_line


def _parser() -> MarkdownIt:
    """Return a parser of blocks only; HTML is text, since Slack shows it so."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser.disable("html_block")


_PARSER = _parser()
