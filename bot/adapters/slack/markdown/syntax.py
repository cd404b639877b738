"""What is code in a Markdown source, whoever reads it."""

from bot.panel.texts.block_scanner import structure
from bot.panel.texts.blocks import Block, Kind, Structure
from bot.panel.texts.code import code_spans

# The pattern of quote and list markers before the text of a line.
MARKERS = r"(?:[ \t]|>|(?:[-*+]|\d{1,9}[.)])[ \t])*"

_TICK = "`"
_FENCE = "```"


def code(source: str, blocks: Structure | None = None) -> list[tuple[int, int]]:
    """Return the spans that are code to every Markdown parser; none if parsers might differ.

    CommonMark and simpler parsers differ on tildes, on long, nested or open fences, and on
    backticks that are not paired in one line; then they differ on the rest of the text as well.
    """
    if _TICK not in source:
        return []
    blocks = blocks or structure(source)
    fences = [block for block in blocks.blocks if block.kind is Kind.FENCE]
    if blocks.too_deep or not all(_is_ordinary(fence, source) for fence in fences):
        return []
    spans = [*code_spans(blocks)]
    inside = sum(source.count(_TICK, fence.start, fence.stop) for fence in fences)
    if source.count(_TICK) - inside != 2 * len(spans):
        return []
    if any("\n" in source[start:stop] for start, stop in spans):
        return []
    return sorted([*((fence.start, fence.stop) for fence in fences), *spans])


def _is_ordinary(fence: Block, source: str) -> bool:
    if fence.markup != _FENCE or not fence.is_closed:
        return False
    first_line = source[fence.start : fence.lines[0].stop]
    return source.count(_FENCE, fence.start, fence.stop) == 2 and "|" not in first_line
