"""How much of a text that is still being written can be shown for good.

1. What is shown never changes: a construct that the rest may still decide about is held back.
2. No address is streamed: Slack would fetch and preview it, and in a stream nobody can forbid that.

Whatever slips through the first rule is found out when the text is whole: see ``last_chunk``.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from markdown_it.token import Token

from bot.adapters.slack.markdown.sanitize import markdown as sanitized
from bot.adapters.slack.markdown.sanitize import visible
from bot.adapters.slack.markdown.split_points import SENTENCE, size
from bot.adapters.slack.markdown.splitting import LONGEST_PIECE
from bot.adapters.slack.markdown.syntax import code, line_starts, outline

_INNER = (" ", "\t")  # how an item within another one begins: no message can
# Whatever Slack may take for an address; an entity or a backslash could hide one.
_ADDRESS = re.compile(r"[:/\\]/|\bwww\.|\w\.[^\W\d_]{2}|\w@\w|&#?\w+;|\\[.:@]")
_UNDECIDED = re.compile(r"[\[<\\|]")
_PAIRED = ("`", "**", "*", "__", "_", "~~")


def next_chunk(shown: str, text: str) -> str:
    """Return what can be added to *shown*, of *text* that goes on; nothing if nothing is sure."""
    text = visible(text)
    settled = sanitized(text[: _settled_length(text)])
    return settled[len(shown) :] if settled.startswith(shown) else ""


def last_chunk(shown: str, text: str) -> str | None:
    """Return what *text*, now whole, says after *shown*; None if it does not go on from there."""
    whole = sanitized(text)
    return whole[len(shown) :] if whole.startswith(shown) else None


def fits_one_message(shown: str, more: str) -> bool:
    """Whether a message may show both: Slack finds no address in it, and it is not too long."""
    markdown = shown + more
    return size(markdown) <= LONGEST_PIECE and next(_addresses(markdown), None) is None


def _addresses(text: str) -> Iterator[int]:
    """Yield where addresses may stand outside of code; an open stretch of code is none yet."""
    spans = code(text)
    starts = [start for start, _ in spans]
    for found in _ADDRESS.finditer(text.replace("&lt;", "____").replace("&gt;", "____")):
        index = bisect_right(starts, found.start())
        if index == 0 or found.start() >= spans[index - 1][1]:
            yield found.start()


def _settled_length(text: str) -> int:
    """Return up to where nothing that follows can change how *text* reads."""
    limit = next(_addresses(text), len(text))
    tokens, _ = outline(text)
    lines = text.split("\n")
    starts = line_starts(lines)
    begun = [token for token in tokens if token.map and starts[token.map[0]] <= limit]
    blocks = [token for token in begun if token.level == 0]
    if not blocks:
        return 0
    last = _first_line(blocks[-1])
    if blocks[-1].type == "paragraph_open":
        return starts[last] + _last_sentence(text[starts[last] : limit])
    items = [_first_line(token) for token in begun if token.type == "list_item_open"]
    flush = [line for line in items if line >= last and not lines[line].startswith(_INNER)]
    return starts[max(flush, default=last)]


def _last_sentence(paragraph: str) -> int:
    """Return where the last whole sentence ends; one that could read otherwise yet is not whole."""
    undecided = _UNDECIDED.search(paragraph)
    clear = paragraph[: undecided.start()] if undecided else paragraph
    for found in reversed(list(SENTENCE.finditer(clear))):
        before, after = clear[: found.end()], clear[found.end() :]
        balanced = all(before.count(mark) % 2 == 0 for mark in _PAIRED)
        if balanced and after and not after[0].isdigit() and not after.isspace():
            return found.end()
    return 0


def _first_line(token: Token) -> int:
    return token.map[0] if token.map else 0
