"""Splitting a long reply into messages, each valid Markdown by itself.

A message is cut at the best place that leaves it at least half full. Code blocks and tables are not
divided unless one is too long for a message. Each message goes on where the last one ended: with
the number and depth of its list, as a quote, as code, under the header of its table.

The text is parsed once. Each message then looks only at what it can hold, so the time is
proportional to the length of the text.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.adapters.slack.markdown.leaves import Leaf, leaves
from bot.adapters.slack.markdown.limits import (
    LONGEST_CELLS,
    LONGEST_PIECE,
    MOST_COLUMNS,
    MOST_PARTS,
    MOST_ROWS,
    Use,
    size,
)
from bot.adapters.slack.markdown.rendering import (
    START,
    Opening,
    Place,
    margin,
    opening,
    rendered,
    use,
)
from bot.adapters.slack.markdown.sanitize import markdown as sanitized
from bot.adapters.slack.markdown.split_points import Cut, CutPoint, Room, before, inside
from bot.adapters.slack.markdown.unfit import fitting, row_with_header
from bot.panel.texts.blocks import Kind
from bot.panel.texts.code import closed

MIN_LIMIT = 40

_UNITS = {Kind.FENCE, Kind.CODE, Kind.TABLE, Kind.HEADING}  # are not cut if they fit


def split(markdown: str, limit: int = LONGEST_PIECE, start: int = 0) -> list[str]:
    """Cut what `sanitize.markdown` returned into pieces of at most `limit` UTF-16 units.

    Each piece is within the other limits of a message, too. With *start*, only what comes after
    so many characters is returned, as it goes on from there.
    """
    if limit < MIN_LIMIT:
        raise ValueError(f"pieces of {limit} characters are too small: {MIN_LIMIT} is the least")
    if not markdown[start:].strip():
        return []
    if not start and _is_plainly_small(markdown, limit):
        return [markdown]
    all_leaves = leaves(markdown)
    if not start and size(markdown) <= limit and _fit(all_leaves):
        whole = closed(markdown)
        if size(whole) <= limit:
            return [whole]
    all_leaves = [fitting(leaf, limit) for leaf in all_leaves]
    pieces = list(_pieces(all_leaves, *_position(all_leaves, start), limit))
    if not pieces:
        return []
    end = markdown[len(markdown.rstrip()) :]
    if size(pieces[-1].rstrip() + end) <= limit:
        pieces[-1] = pieces[-1].rstrip() + end
    return [piece for raw in pieces for piece in _sanitized(raw, limit)]


def fits(markdown: str) -> bool:
    """Whether Slack takes a text as one message."""
    if _is_plainly_small(markdown, LONGEST_PIECE):
        return True
    return size(markdown) <= LONGEST_PIECE and _fit(leaves(markdown))


def taken(markdown: str, *, goes_on: bool = False) -> Use | None:
    """Return how much of a message a text takes, which *goes_on* with a list; None: too much."""
    all_leaves = leaves(markdown)
    use = replace(_use(all_leaves), characters=size(markdown))
    if goes_on and use.parts:
        use = replace(use, parts=use.parts - 1)
    return use if use.fits(LONGEST_PIECE) and _are_narrow(all_leaves) else None


def _is_plainly_small(markdown: str, limit: int) -> bool:
    """Whether a text fits, as can be seen without parsing it."""
    is_plain = not any(mark in markdown for mark in ("|", "```", "~~~"))
    return is_plain and markdown.count("\n") < MOST_PARTS and size(markdown) <= limit


def _fit(all_leaves: Sequence[Leaf]) -> bool:
    """Whether these make a message that Slack takes, unless its text is too long."""
    return replace(_use(all_leaves), characters=0).fits(0) and _are_narrow(all_leaves)


def _use(all_leaves: Sequence[Leaf]) -> Use:
    pairs = zip([None, *all_leaves], all_leaves, strict=False)
    return sum((use(leaf, START, Opening(), last) for last, leaf in pairs), Use())


def _are_narrow(all_leaves: Sequence[Leaf]) -> bool:
    return all(leaf.columns <= MOST_COLUMNS for leaf in all_leaves)


def _position(all_leaves: Sequence[Leaf], start: int) -> tuple[int, Place]:
    """Return the leaf, and the place in it, in which the character *start* of the source is."""
    for index, leaf in enumerate(all_leaves):
        if leaf.offsets and leaf.offsets[0] >= start:
            return index, START
        if (
            leaf.kind is Kind.TEXT
            and leaf.offsets
            and leaf.offsets[-1] >= start - size(leaf.lines[-1])
        ):
            line = bisect_right(leaf.offsets, start) - 1
            column = start - leaf.offsets[line]
            text = leaf.lines[line]
            if column < len(text):
                return index, Place(line, column, size(text[:column]))
            if line + 1 < len(leaf.lines):
                return index, Place(line + 1)
    return len(all_leaves), START


def _pieces(all_leaves: Sequence[Leaf], index: int, place: Place, limit: int) -> Iterator[str]:
    while index < len(all_leaves):
        first, since = index, place
        began = _opening(all_leaves[first], since, limit)
        index, place = _end(all_leaves, first, since, began, limit)
        shown = all_leaves[first : index + (place != START)]
        yield rendered(shown, since, place if place != START else None, began)


def _opening(leaf: Leaf, place: Place, limit: int) -> Opening:
    room = limit // 4 if leaf.kind is Kind.FENCE else limit // 2
    if leaf.kind is Kind.TABLE:
        room = limit - row_with_header(leaf)
    return opening(leaf, place, room)


def _end(
    all_leaves: Sequence[Leaf], first: int, since: Place, began: Opening, limit: int
) -> tuple[int, Place]:
    """Return where the message ends that begins at *since* in the leaf *first*."""
    taken, cuts = Use(began.characters), list[Cut]()
    for index in range(first, len(all_leaves)):
        leaf, start = all_leaves[index], START if index > first else since
        if index > first:
            cuts.append(before(all_leaves, index, taken.characters))
        more = use(leaf, start, began, all_leaves[index - 1] if index > first else None)
        if (taken + more).fits(limit + 1):  # no line feed follows the last line
            taken += more
            continue
        if index == first or leaf.kind not in _UNITS or not _fits_alone(leaf, limit):
            room = _room(leaf, began, taken, limit)
            cuts += inside(leaf, index, start, taken.characters, room)
        is_full = (taken + more).characters > limit + 1
        reach = limit if is_full else max(cut.at for cut in cuts)
        cut = _best(cuts, reach, all_leaves)
        return cut.leaf, cut.place
    return len(all_leaves), START


def _fits_alone(leaf: Leaf, limit: int) -> bool:
    began = _opening(leaf, START, limit)
    return (Use(began.characters) + use(leaf, START, began, None)).fits(limit + 1)


def _room(leaf: Leaf, began: Opening, taken: Use, limit: int) -> Room:
    each = margin(leaf, began)
    fences = (2 * (len(leaf.markup) + each) + len(leaf.info)) if leaf.markup else 0
    left = limit + 1 - taken.characters - fences - leaf.after_blank * each
    return Room(left, MOST_ROWS - taken.rows, LONGEST_CELLS - taken.cells, each, limit)


def _best(cuts: Sequence[Cut], reach: int, all_leaves: Sequence[Leaf]) -> Cut:
    """Return the last of the best cuts in the message's second half, else in all of it."""

    def fills(cut: Cut) -> bool:
        is_within = cut.kind > CutPoint.LINE and all_leaves[cut.leaf].kind in _UNITS
        return cut.at > reach // 2 and cut.kind is not CutPoint.UNDER_HEADING and not is_within

    good = [cut for cut in cuts if fills(cut)] or cuts
    return min(good, key=lambda cut: (cut.kind, cut.depth, -cut.at))


def _sanitized(piece: str, limit: int) -> list[str]:
    """Return the piece, sanitized again: a cut in unusual code may have turned code into text."""
    safe = sanitized(piece)
    if size(safe) > limit:
        return split(safe, limit)
    return [safe] if safe.strip() else []
