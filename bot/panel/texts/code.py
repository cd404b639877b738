"""Code in Markdown texts: where it is, and closing what is still open at the end.

Whatever the bot appends to a text goes through ``with_note``, so that it is never swallowed by a
code block that a model left open.
"""

import re
from bisect import bisect_right
from collections import defaultdict

from markdown_it import MarkdownIt
from markdown_it.token import Token

_DEEPEST = 100  # levels of quotes and lists; what is deeper is not looked at
_RUN = re.compile(r"(?<!\\)(\\*)(`+)")


def with_note(text: str, note: str) -> str:
    """Return *text* and, in a paragraph of its own, *note*."""
    return f"{closed(text)}\n\n{note}" if text.strip() else note


def closed(text: str) -> str:
    """Return *text* with a closing line for the code block that is open at its end, if one is."""
    if "```" not in text and "~~~" not in text:
        return text
    lines = text.split("\n")
    blocks = [token for token in _PARSER.parse(text) if token.map and token.nesting >= 0]
    last = blocks[-1] if blocks else None
    if last is None or last.type != "fence" or not is_open(last):
        return text
    first_line = lines[last.map[0] if last.map else 0]
    prefix = first_line[: first_line.index(last.markup)]
    return f"{text.rstrip()}\n{as_continuation(prefix)}{last.markup}"


def is_open(fence: Token) -> bool:
    """Whether a fenced code block has no closing line."""
    first, last = fence.map or (0, 0)
    lines = fence.content.removesuffix("\n").count("\n") + 1 if fence.content else 0
    return lines == last - first - 1


def as_continuation(prefix: str) -> str:
    """Return the beginning of a line with spaces in place of the markers of list items."""
    return re.sub(r"[^>\s]", " ", prefix)


def ranges(text: str) -> list[tuple[int, int]]:
    """Return where *text* is code: the offsets of its code blocks and code spans, in order."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found: list[tuple[int, int]] = []
    for token in _PARSER.parse(text):
        if token.map is None or token.type not in {"fence", "code_block", "inline"}:
            continue
        start, stop = starts[token.map[0]], starts[token.map[1]]
        if token.type != "inline":
            found.append((start, stop))
        elif not found or start >= found[-1][0]:  # a row of a table has many cells
            found += [(start + a, start + b) for a, b in spans(text[start:stop])]
    return sorted(set(found))


def spans(paragraph: str) -> list[tuple[int, int]]:
    """Return the offsets of the code spans in a paragraph."""
    runs = list(_RUN.finditer(paragraph))
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for number, run in enumerate(runs):
        by_length[len(run[2])].append(number)
    found, number = [], 0
    while number < len(runs):
        start = runs[number].start(2) + len(runs[number][1]) % 2  # the first may be escaped
        alike = by_length.get(runs[number].end() - start, [])
        closing = bisect_right(alike, number)
        if closing == len(alike):
            number += 1
            continue
        found.append((start, runs[alike[closing]].end()))
        number = alike[closing] + 1
    return found


def _parser() -> MarkdownIt:
    """Return a parser of blocks only; HTML is text, since Slack shows it so."""
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table")
    parser.core.ruler.disable(["inline", "text_join"])
    return parser.disable(["html_block", "reference"])


_PARSER = _parser()
