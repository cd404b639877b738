"""Where a leaf of a Markdown text may be cut, and which cuts are better than others."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto

from bot.adapters.slack.markdown.leaves import Leaf
from bot.adapters.slack.markdown.limits import size
from bot.adapters.slack.markdown.rendering import HEADER, START, Place
from bot.panel.texts.blocks import Kind

# Not followed by what would open a block at the beginning of a line.
_NO_BLOCK = r"(?![-+*#>=_|\s]|\d{1,9}[.)]|```|~~~)"
SENTENCE = re.compile(rf"(?:[.!?…][\"')\]*_]*[ \t]+|[。！？]){_NO_BLOCK}")  # noqa: RUF001 - CJK
_WORD = re.compile(rf"[ \t]+{_NO_BLOCK}")
_LINE = re.compile(_NO_BLOCK)
_BOLD = re.compile(r"\*\*[^*]+\*\*:?")
_COLONS = (":", ":**", "：", "：**")  # noqa: RUF001 - CJK
_ENTITY = re.compile(r"&#?\w{1,31};")
_LONGEST_CLUSTER = 1_000  # characters that belong together; longer ones are torn
_JOINER = "\u200d"
_JAMO = range(0x1160, 0x1200)  # vowels and final consonants, which belong to what precedes them
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


class CutPoint(IntEnum):
    """Kinds of places for a cut, best first."""

    HEADING = auto()
    BLOCK = auto()
    ITEM = auto()
    LINE = auto()
    UNDER_HEADING = auto()
    SENTENCE = auto()
    WORD = auto()
    CHARACTER = auto()


@dataclass(frozen=True, slots=True)
class Cut:
    """A place for a cut, in front of or in the leaf of this index."""

    kind: CutPoint
    depth: int  # the lists that it is in
    at: int  # the length of the message before it
    leaf: int
    place: Place = START


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a message is left for a leaf, and what each of its lines takes besides."""

    characters: int
    rows: int
    cells: int
    margin: int
    longest: int  # of a whole message


def before(leaves: Sequence[Leaf], index: int, at: int) -> Cut:
    """Return the cut in front of a leaf."""
    leaf, last = leaves[index], leaves[index - 1]
    outer = leaf.path[: len(leaf.path) - leaf.opened]
    if last.path == outer and _announces(last):
        kind = CutPoint.UNDER_HEADING
    elif leaf.kind is Kind.HEADING and not leaf.path:
        kind = CutPoint.HEADING
    elif not (leaf.path and last.path and leaf.path[0].group == last.path[0].group):
        kind = CutPoint.BLOCK
    else:
        kind = CutPoint.ITEM if leaf.opened else CutPoint.LINE
    return Cut(kind, len(outer), at, index)


def _announces(leaf: Leaf) -> bool:
    """Whether *leaf* is about what follows: a heading, a line in bold, or one with a colon."""
    last_line = leaf.lines[-1].rstrip() if leaf.lines else ""  # an empty code block
    is_label = len(leaf.lines) == 1 and _BOLD.fullmatch(last_line)
    is_text = leaf.kind is Kind.TEXT
    return leaf.kind is Kind.HEADING or bool(is_text and (is_label or last_line.endswith(_COLONS)))


def inside(leaf: Leaf, index: int, start: Place, at: int, room: Room) -> Iterator[Cut]:
    """Yield the cuts in a leaf that begins at *start*, for a message of *at* characters so far."""
    if leaf.kind in (Kind.FENCE, Kind.CODE):
        found = _in_code(leaf, start, room)
    elif leaf.kind is Kind.TABLE:
        found = _in_table(leaf, start, room)
    else:
        found = _in_text(leaf, start, room)
    for kind, characters, place in found:
        yield Cut(kind, len(leaf.path), at + characters, index, place)


_Found = Iterator[tuple[CutPoint, int, Place]]


def _in_code(leaf: Leaf, start: Place, room: Room) -> _Found:
    line = start.line + 1
    while line < len(leaf.lines) and (taken := _taken(leaf, start, line, room)) <= room.characters:
        yield CutPoint.LINE, taken, Place(line)
        line += 1
    if line == start.line + 1:  # not even the first line fits
        yield from _in_line(leaf, start, start.line, room)


def _in_table(leaf: Leaf, start: Place, room: Room) -> _Found:
    header = 0 if start == START else leaf.widths[HEADER] + HEADER * room.margin
    first = max(start.line, HEADER)
    for line in range(first + 1, len(leaf.lines)):
        taken = header + _taken(leaf, start, line, room)
        if taken > min(room.characters, room.cells) or line - first + 1 > room.rows:
            return
        yield CutPoint.LINE, taken, Place(line)


def _in_text(leaf: Leaf, start: Place, room: Room) -> _Found:
    line = start.line
    while line < len(leaf.lines) and _taken(leaf, start, line, room) < room.characters:
        if line > start.line and (ticks := _ticks(leaf, Place(line), room)) is not None:
            taken = _taken(leaf, start, line, room) + len(ticks)
            kind = CutPoint.LINE if _LINE.match(leaf.lines[line]) else CutPoint.CHARACTER
            yield kind, taken, Place(line, ticks=ticks)
        yield from _in_line(leaf, start, line, room)
        line += 1


def _in_line(leaf: Leaf, start: Place, line: int, room: Room) -> _Found:
    """Yield the cuts in one line, as far as it fits."""
    text, first = leaf.lines[line], start.column if line == start.line else 0
    base = _taken(leaf, start, line, room) + room.margin if line > start.line else room.margin
    base += len(start.ticks) if line == start.line else 0
    reach = first + _reach(text[first : first + room.characters], room.characters - base)
    skipped = start.before if line == start.line else 0
    for kind, pattern in ((CutPoint.SENTENCE, SENTENCE), (CutPoint.WORD, _WORD)):
        if kind is CutPoint.SENTENCE and leaf.kind in (Kind.FENCE, Kind.CODE):
            continue
        done, units = first, 0
        for match in pattern.finditer(text, first, min(reach + 1, len(text))):
            column = match.end()
            if not first < column <= reach or column >= len(text):
                continue
            units, done = units + size(text[done:column]), column
            place = Place(line, column, skipped + units)
            if (ticks := _ticks(leaf, place, room)) is not None:
                taken = base + units + len(ticks)
                if taken <= room.characters:
                    yield kind, taken, place._replace(ticks=ticks)
    if first < reach < len(text):
        torn = _torn(leaf, line, first, reach, room)
        units = size(text[first : torn.column])
        if torn.column:
            yield CutPoint.CHARACTER, base + units, torn._replace(before=skipped + units)


def _torn(leaf: Leaf, line: int, first: int, reach: int, room: Room) -> Place:
    """Return the last place within a word that keeps characters whole, if there is one."""
    text, fallback = leaf.lines[line], Place()
    for column in range(reach, max(first, reach - _LONGEST_CLUSTER), -1):
        ticks = _ticks(leaf, Place(line, column), room)
        if ticks is None or column + len(ticks) > reach:
            continue
        place = Place(line, column, ticks=ticks)
        if keeps_characters(text, column) and (ticks or _LINE.match(text, column)):
            return place
        fallback = place if fallback == START else fallback
    return fallback


def _taken(leaf: Leaf, start: Place, line: int, room: Room) -> int:
    if line == start.line:
        return 0
    taken = leaf.widths[line] - leaf.widths[start.line] - start.before + len(start.ticks)
    return taken + (line - start.line) * room.margin


def _ticks(leaf: Leaf, place: Place, room: Room) -> str | None:
    """Return the backticks that close a code span at *place*; None if it must not be cut."""
    if leaf.kind not in (Kind.TEXT, Kind.HEADING):
        return ""
    spans_ = leaf.spans
    number = bisect_right(spans_, (place.line, place.column), key=lambda span: span.start) - 1
    if number < 0 or (place.line, place.column) >= spans_[number].stop:
        return ""
    span = spans_[number]
    if (place.line, place.column) == span.start:
        return ""
    inner = span.start[1] + len(span.ticks)
    is_inside = place.line > span.start[0] or place.column > inner
    if span.size <= room.longest or len(span.ticks) > room.longest // 8 or not is_inside:
        return None
    return span.ticks


def keeps_characters(text: str, place: int) -> bool:
    """Whether a cut here divides neither a grapheme nor an entity."""
    before, after = text[place - 1], text[place : place + 1]
    if not after:
        return True
    if before in "\\" + _JOINER or after == _JOINER or (before == after and before in "*_~`"):
        return False
    if unicodedata.category(after).startswith("M"):
        return False
    if any(ord(after) in following for following in (_JAMO, _SKIN_TONES, _TAGS)):
        return False
    return not (_splits_entity(text, place) or _splits_flag(text, place))


def _splits_entity(text: str, place: int) -> bool:
    start = text.rfind("&", max(place - 34, 0), place)
    entity = _ENTITY.match(text, start) if start >= 0 else None
    return entity is not None and entity.end() > place


def _splits_flag(text: str, place: int) -> bool:
    letters = place
    while letters and ord(text[letters - 1]) in _FLAG_LETTERS:
        letters -= 1
    return ord(text[place]) in _FLAG_LETTERS and (place - letters) % 2 == 1


def _reach(text: str, limit: int) -> int:
    """Return how many characters of *text* are at most *limit* UTF-16 units."""
    reach = max(limit, 0)
    while (excess := size(text[:reach]) - limit) > 0 and reach:
        reach -= (excess + 1) // 2
    return min(max(reach, 0), len(text))
