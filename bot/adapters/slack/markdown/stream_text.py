"""How much of an unfinished text can be streamed.

1. Text once streamed never changes: a construct whose meaning depends on the rest is held back.
2. No URL is streamed: Slack would fetch and preview it, and a stream cannot turn that off.

A violation of the first rule is noticed when the text is complete: see ``last_chunk``.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from bot.adapters.slack.markdown.limits import LONGEST_PIECE
from bot.adapters.slack.markdown.link_domains import LinkDomains
from bot.adapters.slack.markdown.sanitize import markdown as sanitized
from bot.adapters.slack.markdown.sanitize import visible
from bot.adapters.slack.markdown.split_points import SENTENCE
from bot.adapters.slack.markdown.splitting import fits
from bot.adapters.slack.markdown.syntax import code
from bot.panel.texts.block_scanner import structure
from bot.panel.texts.blocks import Block, Kind

_LONGEST_LOOK = LONGEST_PIECE + 500  # what is further is for another message
_INNER = (" ", "\t")  # begins a nested list item, at which a message cannot begin
# What Slack may take for a URL; an entity or a backslash could hide one.
_URL = re.compile(r"[:/\\]/|\bwww\.|\w\.[^\W\d_]{2}|\w@\w|&#?\w+;|\\[.:@]")
_UNDECIDED = re.compile(r"[\[<\\|]")
_PAIRED = ("`", "**", "*", "__", "_", "~~")


def next_chunk(shown: str, text: str) -> str:
    """Return what can be added to *shown* while *text* is unfinished."""
    text = visible(text[:_LONGEST_LOOK])
    settled = sanitized(text[: _settled_length(text)])
    return settled[len(shown) :] if settled.startswith(shown) else ""


def last_chunk(shown: str, text: str, links: LinkDomains | None = None) -> str | None:
    """Return what the complete *text* adds to *shown*; None if it does not begin with it.

    It has only such *links*; what is shown has none.
    """
    complete = (links or LinkDomains()).restrict(sanitized(text))
    return complete[len(shown) :] if complete.startswith(shown) else None


def fits_one_message(shown: str, more: str) -> bool:
    """Whether one message may show both: it has no URL and is not too long."""
    markdown = shown + more
    return fits(markdown) and next(_urls(markdown), None) is None


def _urls(text: str) -> Iterator[int]:
    """Yield the positions of possible URLs outside code; an open code span is not code yet."""
    spans = code(text)
    starts = [start for start, _ in spans]
    for match in _URL.finditer(text.replace("&lt;", "____").replace("&gt;", "____")):
        index = bisect_right(starts, match.start())
        if index == 0 or match.start() >= spans[index - 1][1]:
            yield match.start()


def _settled_length(text: str) -> int:
    """Return the length of the part of *text* that cannot change its meaning any more."""
    limit = next(_urls(text), len(text))
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    started = [block for block in structure(text).blocks if starts[_first_line(block)] <= limit]
    if not started:
        return 0
    last = started[-1]
    if not last.path:
        start = starts[last.line]
        return start + (_last_sentence(text[start:limit]) if last.kind is Kind.TEXT else 0)
    alike = [b for b in started if b.path and b.path[0].group == last.path[0].group]
    items = {item.line for b in alike for item in b.path if not item.is_quote}
    flush = [starts[line] for line in items if starts[line] <= limit]
    at_margin = [start for start in flush if not text.startswith(_INNER, start)]
    return max(at_margin, default=starts[_first_line(alike[0])])


def _first_line(block: Block) -> int:
    return block.path[0].line if block.path else block.line


def _last_sentence(paragraph: str) -> int:
    """Return the end of the last complete sentence whose meaning is settled."""
    undecided = _UNDECIDED.search(paragraph)
    clear = paragraph[: undecided.start()] if undecided else paragraph
    for match in reversed(list(SENTENCE.finditer(clear))):
        before, after = clear[: match.end()], clear[match.end() :]
        balanced = all(before.count(mark) % 2 == 0 for mark in _PAIRED)
        if balanced and after and not after[0].isdigit() and not after.isspace():
            return match.end()
    return 0
