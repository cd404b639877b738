"""How much of an unfinished text can be streamed.

1. Text once streamed never changes: a construct whose meaning depends on the rest is held back.
2. No URL is streamed: Slack would fetch and preview it, and a stream cannot turn that off.
3. A text is not read from its beginning whenever it grows: see ``StreamedText``.

A violation of the first rule is noticed when the text is complete: see ``last_chunk``.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from bot.adapters.slack.markdown.limits import LONGEST_PIECE, Use
from bot.adapters.slack.markdown.link_domains import LinkDomains
from bot.adapters.slack.markdown.sanitize import markdown as sanitized
from bot.adapters.slack.markdown.sanitize import visible
from bot.adapters.slack.markdown.split_points import SENTENCE
from bot.adapters.slack.markdown.splitting import fits, taken
from bot.adapters.slack.markdown.syntax import code
from bot.panel.texts.block_scanner import structure
from bot.panel.texts.blocks import Block, Kind

_LONGEST_LOOK = LONGEST_PIECE + 500  # what is further is for another message
_INNER = (" ", "\t")  # begins a nested list item, at which a message cannot begin
# What Slack may take for a URL; an entity or a backslash could hide one.
_URL = re.compile(r"[:/\\]/|\bwww\.|\w\.[^\W\d_]{2}|\w@\w|&#?\w+;|\\[.:@]")
_UNDECIDED = re.compile(r"[\[<\\|]")
_MAY_BE_FENCES = frozenset({"", "`", "``", "~", "~~"})
_PAIRED = ("`", "**", "*", "__", "_", "~~")


class StreamedText:
    """A text that grows. What is settled is read once, unless it may matter to the rest."""

    def __init__(self) -> None:
        self._is_full = False
        self._forget()

    def next_chunk(self, shown: str, text: str) -> str:
        """Return what can be added to *shown* while *text* is unfinished, in the same message."""
        text = visible(text[:_LONGEST_LOOK])
        if not (text.startswith(self._done) and shown.startswith(self._done_shown)):
            self._forget()
        if self._is_full:
            return ""
        rest = text[len(self._done) :]
        last = _last_block(rest)
        more = sanitized(rest[: last.settled])
        complete = self._done_shown + more
        self._is_full = not self._fits(more)
        if self._is_full or not complete.startswith(shown):
            return ""
        if last.start and not _matters_later(rest[: last.start]):
            self._finish(rest[: last.start], last.goes_on)
        return complete[len(shown) :]

    def _forget(self) -> None:
        self._done = self._done_shown = ""  # what is settled, as it is written and shown
        self._taken, self._goes_on = Use(), False  # of a message; with the same block
        self._is_full = False

    def _fits(self, more: str) -> bool:
        """Whether the message may show *more*: it has no URL and is not too much."""
        use = taken(more, goes_on=self._goes_on)
        is_small = use is not None and (self._taken + use).fits(LONGEST_PIECE)
        return is_small and next(_urls(more), None) is None

    def _finish(self, settled: str, goes_on: bool) -> None:
        shown = sanitized(settled)
        self._taken += taken(shown, goes_on=self._goes_on) or Use()
        self._done, self._done_shown = self._done + settled, self._done_shown + shown
        self._goes_on = goes_on


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


class _LastBlock(NamedTuple):
    """Where the last block begins, or the part of it that is not *settled*: that may change."""

    start: int
    settled: int
    goes_on: bool = False  # it began before that


def _last_block(text: str) -> _LastBlock:
    limit = next(_urls(text), len(text))
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    started = [block for block in structure(text).blocks if starts[_first_line(block)] <= limit]
    if not started:
        return _LastBlock(0, 0)
    last = started[-1]
    if not last.path:
        start = starts[last.line]
        clear = _last_sentence(text[start:limit]) if last.kind is Kind.TEXT else 0
        return _LastBlock(start + clear, start + clear, clear > 0)
    alike = [b for b in started if b.path and b.path[0].group == last.path[0].group]
    items = {item.line for b in alike for item in b.path if not item.is_quote}
    flush = [starts[line] for line in items if starts[line] <= limit]
    at_margin = [start for start in flush if not text.startswith(_INNER, start)]
    begun = starts[_first_line(alike[0])]
    start = max(at_margin, default=begun)
    return _LastBlock(start, start, start > begun)


def _matters_later(text: str) -> bool:
    """Whether *text* may change what follows it means: it defines a link, or has odd code."""
    return "]:" in text or "~~~" in text or ("`" in text and not code(text))


def _first_line(block: Block) -> int:
    return block.path[0].line if block.path else block.line


def _last_sentence(paragraph: str) -> int:
    undecided = _UNDECIDED.search(paragraph)
    clear = paragraph[: undecided.start()] if undecided else paragraph
    settled = start = 0
    unpaired = frozenset[str]()
    for match in SENTENCE.finditer(clear):
        sentence, start = clear[start : match.end()], match.end()
        unpaired ^= {mark for mark in _PAIRED if sentence.count(mark) % 2}
        after = clear[start : start + 3]
        is_clear = after not in _MAY_BE_FENCES and not (after[0].isdigit() or after.isspace())
        if is_clear and not unpaired:
            settled = start
    return settled
