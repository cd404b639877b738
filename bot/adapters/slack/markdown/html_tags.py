"""HTML in Markdown: breaks become breaks, what has a Markdown form gets it, other tags go."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby

from bot.adapters.slack.markdown.edits import Edit
from bot.adapters.slack.markdown.emphasis import is_foreign, is_seen, neighbours
from bot.adapters.slack.markdown.inline_parts import Element, Part
from bot.panel.texts.blocks import Kind

_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~", "del": "~~", "strike": "~~"}
_MARKS |= dict.fromkeys(("code", "kbd", "samp", "tt"), "`")
_WORDS = _MARKS.keys() | {
    *("abbr", "big", "cite", "dfn", "font", "ins", "mark", "q", "small", "span", "sub", "sup"),
    *("time", "u", "var", "wbr"),
}
_CELLS = frozenset({"td", "th"})
_LINES = frozenset({"br", "dd", "dt", "li", "tr"})
_BLOCKS = frozenset(
    {
        *("article", "aside", "blockquote", "caption", "center", "details", "div", "dl"),
        *("figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        *("main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot"),
        *("thead", "ul"),
    }
)
_HARMLESS = _WORDS | _CELLS | _LINES | _BLOCKS

_SCRIPTS = {
    "sup": str.maketrans("0123456789+-=()nix", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˣ"),
    "sub": str.maketrans("0123456789+-=()inx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢₙₓ"),
}
_LONGEST = 500  # characters between tags that become marks
_SCRIPT = re.compile(r"[0-9+\-=()nix]{1,12}")
_EXPONENT = re.compile(r"(?=.*[\d+\-*/=])[\w+\-*/=., ()]{1,40}")
_CODE = re.compile(r"[^`<>\[\]\\\n]{1,300}")
_OPENS_BLOCK = re.compile(
    r"(?P<number>\d{1,9})(?=[.)](?:\s|$))|(?P<quote>>)|(?=[-+#=|]|\*[\s*]|~~~|```|__)"
)
_ENDS_WORD = re.compile(r"[^\W_][*_~`)\]]*$")
_BEGINS_WORD = re.compile(r"[*_~`]*[^\W_]")
_SPACE = re.compile(r"[ \t]*")


def tag_edits(source: str, flat: str, parts: Iterable[Part]) -> Iterator[Edit]:
    """Yield what becomes of the harmless tags and the comments among *parts*."""
    page = _Page(source, flat)
    harmless = (
        part
        for part in parts
        if part.element is Element.COMMENT
        or (part.element is Element.TAG and _name(part).removeprefix("/") in _HARMLESS)
    )
    for _, tags in groupby(harmless, lambda part: part.scope):
        yield from page.edits([*tags])


class _Page:
    def __init__(self, source: str, flat: str) -> None:
        self._source = source
        self._flat = flat
        self._lines = [0, *accumulate(len(line) + 1 for line in source.split("\n"))]

    def edits(self, tags: Sequence[Part]) -> Iterator[Edit]:
        yield from self._word_edits([tag for tag in tags if _is_word(tag)])
        breaks: list[Part] = []
        for tag in tags:
            if breaks and (_is_word(tag) or self._flat[breaks[-1].stop : tag.start].strip()):
                yield self._break(breaks)
                breaks = []
            if not _is_word(tag):
                breaks.append(tag)
        if breaks:
            yield self._break(breaks)

    def _break(self, tags: Sequence[Part]) -> Edit:
        scope, names = tags[0].scope, {_name(tag).removeprefix("/") for tag in tags}
        start = self._before_space(tags[0])
        stop = self._after_space(tags[-1])
        leads, ends = self._leads(tags[0]), stop == scope.stop or self._flat[stop] == "\n"
        is_large = len(tags) - len(names & _CELLS) > 1 or bool(names & _BLOCKS)
        prefix = self._prefix(start)
        if leads or stop == scope.stop:
            start, text = tags[0].start if leads else start, ""
        elif ends:
            text = f"\n{prefix.rstrip()}" if is_large else "  "
        elif names <= _CELLS:
            text = " · "
        elif scope.kind is Kind.CELL:
            text = self._in_cell(start, stop)
        elif scope.kind is Kind.HEADING:
            text = " "
        else:
            text = f"\n{prefix.rstrip()}\n{prefix}" if is_large else f"  \n{prefix}"
        if ends or not (leads or "\n" in text) or scope.kind is not Kind.TEXT:
            return Edit(start, stop, text)
        return self._opening_nothing(start, stop, text)

    def _in_cell(self, start: int, stop: int) -> str:
        before, after = self._flat[max(start - 20, 0) : start], self._flat[stop : stop + 20]
        return " / " if _ENDS_WORD.search(before) and _BEGINS_WORD.match(after) else " "

    def _opening_nothing(self, start: int, stop: int, text: str) -> Edit:
        """Return the edit to *text* at a line's beginning, where what follows opens no block."""
        opens = _OPENS_BLOCK.match(self._flat, stop)
        if opens is None:
            return Edit(start, stop, text)
        escaped = "&gt;" if opens["quote"] else f"{opens['number'] or ''}\\"
        return Edit(start, opens.end(), text + escaped)

    def _word_edits(self, tags: Sequence[Part]) -> Iterator[Edit]:
        paired = set[Part]()
        for opening, closing in _pairs(tags):
            paired |= {opening, closing}
            yield from self._pair(opening, closing)
        for tag in tags:
            if tag not in paired and not self._is_type(tag):
                yield self._gone(tag)

    def _pair(self, opening: Part, closing: Part) -> Iterator[Edit]:
        name = _name(opening)
        is_short = closing.start - opening.stop <= _LONGEST
        content = self._flat[opening.stop : closing.start] if is_short else ""
        before, after = neighbours(self._flat, opening.scope, opening.start, closing.stop)
        if name in _SCRIPTS and _SCRIPT.fullmatch(content):
            yield Edit(opening.start, closing.stop, content.translate(_SCRIPTS[name]))
        elif name == "sup" and (before.isalnum() or before == ")") and _EXPONENT.fullmatch(content):
            yield Edit(opening.start, opening.stop, "^(")
            yield Edit(closing.start, closing.stop, ")")
        elif name in _MARKS and _is_markable(_MARKS[name], before, content, after):
            lead = len(content) - len(content.lstrip())
            trail = len(content) - len(content.rstrip())
            mark = _MARKS[name]
            yield Edit(opening.start, opening.stop + lead, " " * lead + mark)
            yield Edit(closing.start - trail, closing.stop, mark + " " * trail)
        else:
            yield self._gone(opening)
            yield self._gone(closing)

    def _gone(self, tag: Part) -> Edit:
        if tag.scope.kind is Kind.TEXT and self._leads(tag):
            return self._opening_nothing(tag.start, self._after_space(tag), "")
        return Edit(tag.start, tag.stop, "")

    def _is_type(self, tag: Part) -> bool:
        """Whether the tag is rather a type, as in List<i> and <S>."""
        if tag.element is Element.COMMENT or tag.content.startswith("/"):
            return False
        before, _ = neighbours(self._flat, tag.scope, tag.start, tag.stop)
        return tag.content.isupper() or before.isalnum() or before == "_"

    def _leads(self, tag: Part) -> bool:
        start = self._before_space(tag)
        return start == tag.scope.start or self._flat[start - 1] == "\n"

    def _before_space(self, tag: Part) -> int:
        start = tag.start
        while start > tag.scope.start and self._flat[start - 1] in " \t":
            start -= 1
        return start

    def _after_space(self, tag: Part) -> int:
        space = _SPACE.match(self._flat, tag.stop, tag.scope.stop)
        return space.end() if space else tag.stop

    def _prefix(self, place: int) -> str:
        """Return how the next line begins to stay in the containers of the line at *place*."""
        start = self._lines[bisect_right(self._lines, place) - 1]
        space = _SPACE.match(self._flat, start)
        return re.sub(r"[^>\s]", " ", self._source[start : space.end() if space else start])


def _name(tag: Part) -> str:
    return tag.content.lower()


def _is_word(tag: Part) -> bool:
    return tag.element is Element.COMMENT or _name(tag).removeprefix("/") in _WORDS


def _pairs(tags: Iterable[Part]) -> Iterator[tuple[Part, Part]]:
    opened: list[Part] = []
    count = Counter[str]()
    for tag in tags:
        name = _name(tag)
        if tag.element is Element.COMMENT or not name.startswith("/"):
            opened.append(tag)
            count[name] += 1
            continue
        while count[name[1:]]:
            opening = opened.pop()
            count[_name(opening)] -= 1
            if _name(opening) == name[1:]:
                yield opening, tag
                break


def _is_markable(mark: str, before: str, content: str, after: str) -> bool:
    """Whether *content* between these characters can have *mark* around it."""
    stripped = content.strip()
    if not stripped or mark[0] in before + content + after:
        return False
    if mark == "`":
        return _CODE.fullmatch(content) is not None and content == stripped
    if "\n" in (content[0], content[-1]):
        return False
    before, after = (
        (" " if content[0].isspace() else before),
        (" " if content[-1].isspace() else after),
    )
    first, last = stripped[0], stripped[-1]
    return (is_seen(before, first) or is_foreign(before, first)) and (
        is_seen(after, last) or is_foreign(after, last)
    )
