"""Where a Markdown text may be cut, and what has to stay whole."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto

from markdown_it.token import Token

from bot.adapters.slack.markdown.syntax import MARKERS, Part, line_starts, outline

# What would open a block if it began a line.
_NO_BLOCK = r"(?![-+*#>=_|\s]|\d{1,9}[.)]|```|~~~)"
SENTENCE = re.compile(rf"(?:[.!?…][\"')\]*_]*[ \t]+|[。！？]){_NO_BLOCK}")  # noqa: RUF001 - CJK
_WORD = re.compile(rf"[ \t]+{_NO_BLOCK}")
_MARKERS = re.compile(MARKERS)
_ENTITY = re.compile(r"&#?\w{1,31};")
_MAX_INFO = 100
_JOINER = "\u200d"
_JAMO = range(0x1160, 0x1200)  # vowels and finals, which follow what they belong to
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


class Border(IntEnum):
    """Where a cut may be, best first."""

    HEADING = auto()
    BLOCK = auto()
    ITEM = auto()
    LINE = auto()
    UNDER_HEADING = auto()
    SENTENCE = auto()
    WORD = auto()
    CHARACTER = auto()


@dataclass(frozen=True, slots=True)
class Whole:
    """A stretch that is cut only if it does not fit a message, and then closed and opened again.

    Such a cut lies after `inner`, where its content begins.
    """

    start: int
    inner: int
    stop: int
    opening: str
    closing: str


@dataclass(frozen=True, slots=True)
class Page:
    """As much of a text as matters for its next cut, which is at `reach` at most."""

    text: str
    reach: int
    borders: Mapping[Border, Sequence[int]]
    fitting: Sequence[Whole]
    too_long: Sequence[Whole]

    def divided(self, place: int) -> Whole | None:
        """The innermost stretch that has to be closed and opened again if the cut is here."""
        return max(_across(self.too_long, place), key=lambda whole: whole.start, default=None)

    def allows(self, place: int, border: Border = Border.CHARACTER, floor: int = 0) -> bool:
        """Whether the text may be cut here; some borders serve only if no floor is set."""
        if any(_across(self.fitting, place)):
            return False
        whole = self.divided(place)
        if floor and border == Border.UNDER_HEADING:
            return False
        if whole is None:
            return place <= self.reach
        if floor and border > Border.LINE:
            return False
        return whole.inner < place and place <= self.reach - len(whole.closing)


def page(text: str, limit: int) -> Page:
    """Find the borders in the beginning of `text`."""
    # A fence that begins within the limit and reaches past this window is too long anyhow; a
    # paragraph is taken to its end, for that is where a code span may close.
    window = text.find("\n\n", 2 * limit)
    text = text if window < 0 else text[:window]
    tokens, spans = outline(text)
    lines = text.split("\n")
    reach = _reach(text, limit)
    fitting, too_long = [], []
    for whole in [*_blocks(tokens, lines), *_spans(spans)]:
        if size(text[whole.start : whole.stop]) <= limit:
            fitting.append(whole)
        elif size(whole.opening + whole.closing) <= limit // 2:
            too_long.append(whole)
    return Page(text, reach, _borders(text[:reach], tokens, line_starts(lines)), fitting, too_long)


def size(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def keeps_characters(text: str, place: int) -> bool:
    """Whether a cut here leaves whole what is one character to a reader or one entity to Slack."""
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


def _borders(
    text: str, tokens: Sequence[Token], starts: Sequence[int]
) -> dict[Border, Sequence[int]]:
    borders: dict[Border, list[int]] = {border: [] for border in Border}
    lines = set(starts)
    blocks = [token for token in tokens if token.level == 0 and token.map]
    for before, block in zip([None, *blocks], blocks, strict=False):
        border, first = _border(before, block), _first_line(block)
        borders[border].append(starts[first])
        if before and border is Border.UNDER_HEADING:
            lines.difference_update(starts[_first_line(before) + 1 : first + 1])
    items = [token for token in tokens if token.level == 1 and token.type == "list_item_open"]
    borders[Border.ITEM] = [starts[_first_line(item)] for item in items]
    borders[Border.LINE] = sorted(lines)
    borders[Border.SENTENCE] = [found.end() for found in SENTENCE.finditer(text)]
    borders[Border.WORD] = [found.end() for found in _WORD.finditer(text)]
    return {border: [at for at in places if at <= len(text)] for border, places in borders.items()}


def _border(before: Token | None, block: Token) -> Border:
    if block.type == "heading_open":
        return Border.HEADING
    if before is not None and before.type == "heading_open":
        return Border.UNDER_HEADING
    return Border.BLOCK


def _first_line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _blocks(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[Whole]:
    starts = line_starts(lines)
    for token in tokens:
        if token.type not in {"fence", "table_open"} or token.map is None:
            continue
        first, last = token.map
        start, stop, opening = starts[first], starts[last], _continued(lines[first])
        if token.type == "table_open":
            opening += f"\n{lines[first + 1]}\n"
            yield Whole(start, starts[first + 2], stop, opening, "")
        else:
            bare = opening[: opening.index(token.markup)] + token.markup
            info = opening if len(token.info) <= _MAX_INFO else bare
            yield Whole(start, starts[first + 1], stop, f"{info}\n", f"\n{bare}")


def _spans(spans: Sequence[Part]) -> Iterator[Whole]:
    for span in spans:
        ticks = span.token.markup
        yield Whole(span.start, span.start + len(ticks), span.stop, ticks, ticks)


def _continued(line: str) -> str:
    """The line as it goes on once its list item has begun: with spaces for the item's marker."""
    markers = _MARKERS.match(line)
    prefix = markers[0] if markers else ""
    return re.sub(r"[^>\s]", " ", prefix) + line[len(prefix) :]


def _across(wholes: Sequence[Whole], place: int) -> Iterator[Whole]:
    return (whole for whole in wholes if whole.start < place < whole.stop)
