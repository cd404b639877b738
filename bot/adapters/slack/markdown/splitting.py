"""Splitting a long reply into messages, each valid Markdown by itself.

A message is cut at the best place that leaves it at least half full. Code blocks and tables are not
divided unless one is too long for a message; it is then closed before the cut and opened again
after it. The rest is parsed again after each cut, as Slack will parse the next message.
"""

from collections.abc import Iterator

from bot.adapters.slack.markdown.sanitize import markdown as sanitized
from bot.adapters.slack.markdown.split_points import Page, first_page, keeps_characters, size

MIN_LIMIT = 40
LONGEST_PIECE = 11_500  # of the 12,000 characters that Slack takes at once

_CODE_INDENT = 4


def split(markdown: str, limit: int = LONGEST_PIECE) -> list[str]:
    """Cut what `sanitize.markdown` returned into pieces of at most `limit` characters.

    Slack does not say what it counts as a character. UTF-16 units are counted here, which are
    never fewer than code points.
    """
    if limit < MIN_LIMIT:
        raise ValueError(f"pieces of {limit} characters are too small: {MIN_LIMIT} is the least")
    if size(markdown) <= limit:
        return [markdown] if markdown.strip() else []
    return [piece for raw in _pieces(markdown, limit) for piece in _sanitized(raw, limit)]


def _pieces(rest: str, limit: int) -> Iterator[str]:
    while size(rest) > limit:
        head, rest = _cut(rest, first_page(rest, limit))
        yield head
    yield rest


def _sanitized(piece: str, limit: int) -> list[str]:
    """Return the piece, sanitized again: a cut in unusual code may have turned code into text."""
    safe = sanitized(piece)
    if size(safe) > limit:
        return split(safe, limit)
    return [safe] if safe.strip() else []


def _cut(rest: str, page: Page) -> tuple[str, str]:
    place = _best(page)
    head, tail = rest[:place], rest[place:]
    unit = page.divided(place)
    if unit is not None:
        return head.removesuffix("\n") + unit.closing, _outdented(unit.opening + tail)
    if not head.endswith("\n"):
        return head.rstrip(), tail.lstrip(" \t")
    return head.rstrip(), _outdented(tail.lstrip("\n"))


def _best(page: Page) -> int:
    """Return the last of the best cut points in the page's second half, else in all of it."""
    for floor in (page.reach // 2, 0):
        for cut_point, places in page.cut_points.items():
            for place in reversed(places):
                if place <= floor:
                    break
                if page.allows(place, cut_point, floor):
                    return place
    return _within_a_word(page)


def _within_a_word(page: Page) -> int:
    places = [place for place in range(page.reach, 0, -1) if page.allows(place)]
    clean = (place for place in places if keeps_characters(page.text, place))
    closings = (len(unit.closing) for unit in page.too_long)
    return next(clean, places[0] if places else page.reach - max(closings, default=0))


def _outdented(text: str) -> str:
    """Return *text* without the indentation of a nested list, which would make it code."""
    lines = text.split("\n")
    depth = _indent(lines[0])
    if depth < _CODE_INDENT:
        return text
    listed = next((n for n, line in enumerate(lines) if line.strip() and not _indent(line)), None)
    moved = [line[min(depth, _indent(line)) :] for line in lines[:listed]]
    return "\n".join(moved + (lines[listed:] if listed is not None else []))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
