"""Code in Markdown texts: where it is, and closing what is still open at the end.

Whatever the bot appends to a text goes through ``with_note``, so that it is never swallowed by a
code block that a model left open.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

from bot.panel.texts.block_scanner import structure
from bot.panel.texts.blocks import Kind, Structure

_RUN = re.compile(r"(?<!\\)(\\*)(`+)")


def with_note(text: str, note: str) -> str:
    """Return *text* and, in a paragraph of its own, *note*."""
    return f"{closed(text)}\n\n{note}" if text.strip() else note


def closed(text: str) -> str:
    """Return *text* with a closing line for the code block that is open at its end, if one is."""
    if "```" not in text and "~~~" not in text:
        return text
    fence = structure(text.rstrip()).open_fence
    if fence is None:
        return text
    as_continuation = re.sub(r"[^>\s]", " ", text[fence.start : fence.lines[0].start])
    return f"{text.rstrip()}\n{as_continuation}{fence.markup}"


def ranges(text: str) -> list[tuple[int, int]]:
    """Return where *text* is code: the offsets of its code blocks and code spans, in order."""
    blocks = structure(text)
    code = (block for block in blocks.blocks if block.kind in {Kind.FENCE, Kind.CODE})
    return sorted([*((block.start, block.stop + 1) for block in code), *code_spans(blocks)])


def code_spans(blocks: Structure) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the code spans in a text."""
    for scope in blocks.scopes:
        yield from spans(blocks.flat, scope.start, scope.stop)


def spans(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Return the offsets of the code spans in a paragraph that begins and ends at these offsets."""
    runs = list(_RUN.finditer(text, start, stop))
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for number, run in enumerate(runs):
        by_length[len(run[2])].append(number)
    found, number = [], 0
    while number < len(runs):
        first = runs[number].start(2) + len(runs[number][1]) % 2  # the first may be escaped
        alike = by_length.get(runs[number].end() - first, [])
        closing = bisect_right(alike, number)
        if closing == len(alike):
            number += 1
            continue
        found.append((first, runs[alike[closing]].end()))
        number = alike[closing] + 1
    return found
