"""Where a Markdown text may be cut, and what must not be divided."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto

from markdown_it.token import Token

from bot.adapters.slack.markdown.syntax import MARKERS, line_starts, outline

# Not followed by what would open a block at the beginning of a line.
_NO_BLOCK = r"(?![-+*#>=_|\s]|\d{1,9}[.)]|```|~~~)"
SENTENCE = re.compile(rf"(?:[.!?…][\"')\]*_]*[ \t]+|[。！？]){_NO_BLOCK}")  # noqa: RUF001 - CJK
_WORD = re.compile(rf"[ \t]+{_NO_BLOCK}")
_MARKERS = re.compile(MARKERS)
_ENTITY = re.compile(r"&#?\w{1,31};")
_MAX_INFO = 100
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
class Unit:
    """A code block, table or code span. It is cut only if it does not fit in a message.

    It is then closed before the cut, which is after `inner`, where its content begins, and opened
    again after it.
    """

    start: int
    inner: int
    stop: int
    opening: str
    closing: str


@dataclass(frozen=True, slots=True)
class Page:
    """The part of a text that matters for its next cut, which is at `reach` at most."""

    text: str
    reach: int
    cut_points: Mapping[CutPoint, Sequence[int]]
    fitting: Sequence[Unit]
    too_long: Sequence[Unit]

    def divided(self, place: int) -> Unit | None:
        """Return the innermost unit that a cut here divides, if any."""
        return max(_across(self.too_long, place), key=lambda unit: unit.start, default=None)

    def allows(self, place: int, cut_point: CutPoint = CutPoint.CHARACTER, floor: int = 0) -> bool:
        """Whether the text may be cut here; with a floor, the worse cut points are not allowed."""
        if any(_across(self.fitting, place)):
            return False
        unit = self.divided(place)
        if floor and cut_point == CutPoint.UNDER_HEADING:
            return False
        if unit is None:
            return place <= self.reach
        if floor and cut_point > CutPoint.LINE:
            return False
        return unit.inner < place and place <= self.reach - len(unit.closing)


def first_page(text: str, limit: int) -> Page:
    """Return the beginning of `text` with its cut points."""
    # A fence that begins within the limit and ends outside this window is too long in any case.
    # The window ends with a paragraph, because a code span may close at its end.
    window = text.find("\n\n", 2 * limit)
    text = text if window < 0 else text[:window]
    tokens, spans = outline(text)
    lines = text.split("\n")
    reach = _reach(text, limit)
    fitting, too_long = [], []
    for unit in [*_blocks(tokens, lines), *_spans(text, spans)]:
        if size(text[unit.start : unit.stop]) <= limit:
            fitting.append(unit)
        elif size(unit.opening + unit.closing) <= limit // 2:
            too_long.append(unit)
    return Page(
        text, reach, _cut_points(text[:reach], tokens, line_starts(lines)), fitting, too_long
    )


def size(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


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
    reach = limit
    while (excess := size(text[:reach]) - limit) > 0:
        reach -= (excess + 1) // 2
    return min(reach, len(text))


def _cut_points(
    text: str, tokens: Sequence[Token], starts: Sequence[int]
) -> dict[CutPoint, Sequence[int]]:
    cut_points: dict[CutPoint, list[int]] = {kind: [] for kind in CutPoint}
    lines = set(starts)
    blocks = [token for token in tokens if token.level == 0 and token.map]
    for before, block in zip([None, *blocks], blocks, strict=False):
        cut_point, first = _cut_point(before, block), _first_line(block)
        cut_points[cut_point].append(starts[first])
        if before and cut_point is CutPoint.UNDER_HEADING:
            lines.difference_update(starts[_first_line(before) + 1 : first + 1])
    items = [token for token in tokens if token.level == 1 and token.type == "list_item_open"]
    cut_points[CutPoint.ITEM] = [starts[_first_line(item)] for item in items]
    cut_points[CutPoint.LINE] = sorted(lines)
    cut_points[CutPoint.SENTENCE] = [match.end() for match in SENTENCE.finditer(text)]
    cut_points[CutPoint.WORD] = [match.end() for match in _WORD.finditer(text)]
    return {
        cut_point: [at for at in places if at <= len(text)]
        for cut_point, places in cut_points.items()
    }


def _cut_point(before: Token | None, block: Token) -> CutPoint:
    if block.type == "heading_open":
        return CutPoint.HEADING
    if before is not None and before.type == "heading_open":
        return CutPoint.UNDER_HEADING
    return CutPoint.BLOCK


def _first_line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _blocks(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[Unit]:
    starts = line_starts(lines)
    for token in tokens:
        if token.type not in {"fence", "table_open"} or token.map is None:
            continue
        first, last = token.map
        start, stop, opening = starts[first], starts[last], _as_continuation(lines[first])
        if token.type == "table_open":
            opening += f"\n{lines[first + 1]}\n"
            yield Unit(start, starts[first + 2], stop, opening, "")
        else:
            bare = opening[: opening.index(token.markup)] + token.markup
            info = opening if len(token.info) <= _MAX_INFO else bare
            yield Unit(start, starts[first + 1], stop, f"{info}\n", f"\n{bare}")


def _spans(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Unit]:
    for start, stop in spans:
        span = text[start:stop]
        ticks = span[: len(span) - len(span.lstrip("`"))]
        yield Unit(start, start + len(ticks), stop, ticks, ticks)


def _as_continuation(line: str) -> str:
    """Return the line with spaces in place of the markers of its list items."""
    markers = _MARKERS.match(line)
    prefix = markers[0] if markers else ""
    return re.sub(r"[^>\s]", " ", prefix) + line[len(prefix) :]


def _across(units: Sequence[Unit], place: int) -> Iterator[Unit]:
    return (unit for unit in units if unit.start < place < unit.stop)
