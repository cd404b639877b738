"""What a reader sees of a message, and what Slack counts in it: told by markdown-it alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.corpus.documents import Place

CORE = re.compile(r"q\d{5}z")
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_ACTIVE = frozenset({"html_block", "html_inline", "link_open", "image"})


@dataclass(slots=True)
class Page:
    """One message: its words with their places, what acts in it, and what Slack counts."""

    words: list[tuple[str, Place]] = field(default_factory=list)
    active: set[str] = field(default_factory=set)
    open_fences: int = 0
    blocks: int = 0
    rows: int = 0  # of all tables, with their headers
    most_columns: int = 0
    cell_characters: int = 0
    plain: str = ""  # all text outside code


class _Reader:
    def __init__(self, message: str) -> None:
        self.page = Page()
        self._lines = message.split("\n")
        self._place = Place()
        self._number: int | None = None  # of the list's next item
        self._outer: list[tuple[Place, int | None]] = []
        self._heads: list[str] | None = None  # of the table that is being read
        self._rows = self._cells = 0

    def take(self, token: Token) -> None:
        self.page.blocks += token.level == 0 and token.nesting >= 0
        self._note_active(token)
        if method := getattr(self, f"_{token.type}", None):
            method(token)

    def _note_active(self, token: Token) -> None:
        if token.type in _ACTIVE:
            self.page.active.add(token.type)

    def _blockquote_open(self, _: Token) -> None:
        self._enter(replace(self._place, quotes=self._place.quotes + 1))

    def _bullet_list_open(self, _: Token) -> None:
        self._enter(replace(self._place, depth=self._place.depth + 1))

    def _ordered_list_open(self, token: Token) -> None:
        start = int(token.attrs.get("start", 1))
        self._enter(replace(self._place, depth=self._place.depth + 1), start)

    def _enter(self, place: Place, number: int | None = None) -> None:
        self._outer.append((self._place, self._number))
        self._place, self._number = place, number

    def _leave(self, _: Token) -> None:
        self._place, self._number = self._outer.pop()

    _blockquote_close = _bullet_list_close = _ordered_list_close = _leave

    def _list_item_open(self, _: Token) -> None:
        self._place = replace(self._place, number=self._number)
        self._number = None if self._number is None else self._number + 1

    def _heading_open(self, _: Token) -> None:
        self._place = replace(self._place, heading=True)

    def _heading_close(self, _: Token) -> None:
        self._place = replace(self._place, heading=False)

    def _code_block(self, token: Token) -> None:
        place = replace(self._place, code=True)
        self.page.words += [(core, place) for core in CORE.findall(token.content)]

    def _fence(self, token: Token) -> None:
        self._code_block(token)
        self.page.open_fences += not self._is_closed(token)

    def _is_closed(self, fence: Token) -> bool:
        first, last = fence.map
        closing = self._lines[last - 1].lstrip(" >\t").rstrip()
        return last - first > 1 and closing.startswith(fence.markup) and len({*closing}) == 1

    def _table_open(self, _: Token) -> None:
        self._heads, self._rows = [], 0

    def _tr_open(self, _: Token) -> None:
        self._rows, self._cells = self._rows + 1, 0

    def _table_close(self, _: Token) -> None:
        self.page.rows += self._rows
        self.page.most_columns = max(self.page.most_columns, len(self._heads))
        self._heads = None

    def _inline(self, token: Token) -> None:
        place = self._place if self._heads is None else self._cell(token)
        for child in _flat(token.children):
            self._note_active(child)
            is_span = child.type == "code_inline"
            at = replace(place, span=is_span)
            self.page.words += [(core, at) for core in CORE.findall(child.content)]
            self.page.plain += "\n" if is_span else child.content + "\n"

    def _cell(self, token: Token) -> Place:
        text = "".join(child.content for child in token.children)
        self.page.cell_characters += len(text)
        self._cells += 1
        if self._rows > 1:
            return replace(self._place, column=self._heads[self._cells - 1])
        self._heads.append(next(iter(CORE.findall(text)), ""))
        return self._place


def read(message: str) -> Page:
    """Return what there is in *message*."""
    reader = _Reader(message)
    for token in _MARKDOWN.parse(message):
        reader.take(token)
    return reader.page


def _flat(tokens: Sequence[Token] | None) -> Iterator[Token]:
    for token in tokens or ():
        yield token
        yield from _flat(token.children)
