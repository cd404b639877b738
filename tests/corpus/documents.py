"""Generated Markdown documents in which every word is unique, and what must become of each word."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

SHOUTS = ("<!channel>", "<!here|here>", "<@U024BE7LH>", "<!subteam^S1|@legal>", "<#C1|general>")
WORDS = ("{}", "{}", "{}", "{}", "日{}本", "注意{}", "ש{}ם", "\u0645{}\u06cc", "é{}")
EMOJI = (
    "👩\u200d💻",
    "🇩🇪",
    "👍🏽",
    "❤️\u200d🔥",
    "🏳️\u200d🌈",
    "🏴\U000e0067\U000e0062\U000e007f",
    "1️⃣",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word stands, as Markdown has it."""

    code: bool = False
    span: bool = False
    heading: bool = False
    quotes: int = 0
    depth: int = 0  # of lists
    number: int | None = None  # of the innermost list's item, if that list is ordered
    column: str = ""  # the first word of the column's header


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a document, in the order in which people read it."""

    core: str
    place: Place
    repeated: bool = False  # a table's header may be shown again
    moved: bool = False  # too wide a table may be shown in another form
    run: bool = False  # part of an unbroken run, which may be cut anywhere


@dataclass(slots=True)
class Document:
    """A text with its words, the citations for its footnotes, and its kinds of blocks."""

    seed: int
    text: str = ""
    words: list[Word] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


class Writer:
    """Writes one document."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same documents every time
        self.document = Document(seed)
        self._count = 0

    def write(self) -> Document:
        """Return the document: one of few blocks, or a long one."""
        is_long = self.random.random() < 0.05
        length = self.random.randrange(8_000, 20_000) if is_long else self.random.randrange(1_200)
        blocks: list[str] = []
        while not blocks or sum(map(len, blocks)) < length:
            kind = self.random.choices(list(_KINDS), _WEIGHTS)[0]
            if kind in _LISTS and self.document.kinds[-1:] == [kind]:  # or they are one list
                blocks.append(self.word(Place()))
            self.document.kinds.append(kind)
            blocks.append(_KINDS[kind](self))
        if self.random.random() < 0.1:
            self.document.kinds.append("open fence")
            blocks.append(open_fence(self))
        self.document.text = "\n\n".join(blocks)
        return self.document

    def word(self, place: Place, **more: bool) -> str:
        """Return a new word that is expected at *place*."""
        self._count += 1
        core = f"q{self._count:05d}z"
        self.document.words.append(Word(core, place, **more))
        return core

    def words(self, place: Place, most: int = 6, **more: bool) -> str:
        """Return some words."""
        count = self.random.randint(1, most)
        return " ".join(
            self.random.choice(WORDS).format(self.word(place, **more)) for _ in range(count)
        )

    def prose(self, place: Place, most: int = 8) -> str:
        """Return a few sentences with all that may stand in a line."""
        pieces = [self._piece(place) for _ in range(self.random.randint(1, most))]
        return " ".join(pieces)

    def _piece(self, place: Place) -> str:
        in_span = replace(place, span=True)
        kinds: Sequence[Callable[[], str]] = (
            lambda: self.words(place) + ".",
            lambda: self.words(place) + ", " + self.words(place) + self.random.choice(".?!"),
            lambda: f"**{self.words(place, 3)}**",
            lambda: f"*{self.words(place, 2)}*",
            lambda: f"`{self.word(in_span)}`",
            lambda: f"`{self.word(in_span)} <!channel> [{self.word(in_span)}](https://e.co)`",
            lambda: f"[{self.words(place, 2)}](https://e.example/{self.word(place)})",
            lambda: f"[https://good.example](https://evil.example/{self.word(place)})",
            lambda: f"![{self.words(place, 2)}](https://e.example/{self.word(place)}.png)",
            lambda: f"<https://e.example/{self.word(place)}>",
            lambda: self.random.choice(SHOUTS) + f" {self.word(place)}",
            lambda: f"{self.word(place)} @channel, @here!",
            lambda: f"<b>{self.words(place, 2)}</b> <i>{self.word(place)}</i>",
            lambda: (
                f'<span style="color: red">{self.word(place)}</span><sub>{self.word(place)}</sub>'
            ),
            lambda: f"{self.word(place)}<br>{self.word(place)}",
            lambda: f"{self.word(place)}<!-- not shown -->",
            lambda: f"List&lt;{self.word(place)}&gt; < {self.word(place)} -> {self.word(place)}",
            lambda: self.random.choice(EMOJI) + self.word(place) + self.random.choice(EMOJI),
            lambda: f"**注意{self.word(place)}：**次{self.word(place)}。",  # noqa: RUF001 - CJK
            lambda: f"次**「{self.word(place)}」**は{self.word(place)}。",
            lambda: (
                f"{self.word(place)} & {self.word(place)} ~ {self.word(place)}_x"
                f" 2*{self.word(place)}"
            ),
        )
        return self.random.choice(kinds)()


def paragraph(writer: Writer) -> str:
    """A paragraph of one line or more."""
    count = writer.random.randint(1, 3)
    return "\n".join(f"{writer.word(Place())} {writer.prose(Place(), 4)}" for _ in range(count))


def long_paragraph(writer: Writer) -> str:
    """A paragraph without any sentence, longer than a piece is sometimes."""
    count = writer.random.choice((20, 20, 100, 1600))
    return " ".join(writer.word(Place()) for _ in range(count))


def heading(writer: Writer) -> str:
    """A heading, perhaps with a rule after it."""
    rule = writer.random.choice(("", "", "\n\n---"))
    level = "#" * writer.random.randint(1, 4)
    return f"{level} {writer.words(Place(heading=True), 5)}{rule}"


def headings(writer: Writer) -> str:
    """Many headings with rules, as a long report has them."""
    count = writer.random.randint(20, 60)
    sections = [
        f"## {writer.word(Place(heading=True))}\n\n{writer.prose(Place(), 2)}" for _ in range(count)
    ]
    return "\n\n---\n\n".join(sections)


def bullets(writer: Writer) -> str:
    """A list, perhaps of lists."""
    return "\n".join(
        _items(writer, Place(), "", writer.random.choice((3, 3, 6, 6, 6, 90)), lazily=False)
    )


def numbered(writer: Writer) -> str:
    """A numbered list, whose source may have the same number throughout."""
    count = writer.random.choice((3, 3, 8, 8, 8, 90))
    lazily = writer.random.random() < 0.5
    return "\n".join(_items(writer, Place(), "", count, lazily=lazily, ordered=True))


def _items(
    writer: Writer, place: Place, indent: str, count: int, *, lazily: bool, ordered: bool = False
) -> Iterator[str]:
    start = writer.random.choice((1, 1, 1, 4)) if not indent else 1  # what interrupts a paragraph
    loose = writer.random.random() < 0.2
    for index in range(count):
        number = start + index if ordered else None
        at = replace(place, depth=place.depth + 1, number=number)
        marker = f"{start if lazily else number}." if ordered else "-"
        yield f"{indent}{marker} {writer.word(at)} {writer.prose(at, 3)}"
        inner = indent + " " * (len(marker) + 1)
        if writer.random.random() < 0.1:
            yield f"\n{inner}```\n{inner}{writer.word(replace(at, code=True))}\n{inner}```"
        if at.depth < 3 and writer.random.random() < 0.2:
            yield from _items(
                writer,
                at,
                inner,
                writer.random.randint(1, 4),
                lazily=lazily,
                ordered=writer.random.random() < 0.4,
            )
        if loose and index < count - 1:
            yield ""


def quote(writer: Writer) -> str:
    """A quote, perhaps of a quote."""
    lines = [
        f"> {writer.prose(Place(quotes=1))}" for _ in range(writer.random.choice((1, 2, 2, 2, 20)))
    ]
    if writer.random.random() < 0.3:
        lines += [">", f"> > {writer.prose(Place(quotes=2), 2)}"]
    if writer.random.random() < 0.3:
        at = Place(quotes=1, depth=1)
        lines += [">", *(f"> - {writer.prose(at, 2)}" for _ in range(3))]
    return "\n".join(lines)


def fence(writer: Writer) -> str:
    """A code block of any length."""
    marks = writer.random.choice(("```", "```", "```", "~~~", "````"))
    info = writer.random.choice(("", "python", "json title=x"))
    inner = "```\n" if marks == "````" else ""
    return f"{marks}{info}\n{inner}{_code(writer)}\n{inner}{marks}"


def open_fence(writer: Writer) -> str:
    """A code block that is never closed: the last block of its document."""
    marks = writer.random.choice(("```", "~~~", "`````"))
    return f"{marks}\n{_code(writer)}"


def _code(writer: Writer) -> str:
    at = Place(code=True)
    endings = (
        "",
        "",
        " <!channel>",
        " [x](https://e.co)",
        " # **x**",
        " | a |",
        "  <b>x</b>",
        " -> ",
    )
    return "\n".join(
        " " * writer.random.choice((0, 0, 4, 8)) + writer.word(at) + writer.random.choice(endings)
        for _ in range(writer.random.choice((0, 1, 5, 5, 5, 20, 20, 20, 900)))
    )


def table(writer: Writer) -> str:
    """A table that Slack takes as a whole."""
    return _table(writer, writer.random.randint(1, 6), writer.random.randint(1, 12))


def long_table(writer: Writer) -> str:
    """A table of more than a hundred rows, or of much text."""
    if writer.random.random() < 0.5:
        return _table(writer, writer.random.randint(1, 3), writer.random.randint(101, 160))
    return _table(writer, 4, 40, words=6)


def small_tables(writer: Writer) -> str:
    """Many small tables."""
    return "\n\n".join(
        f"{writer.word(Place())}\n\n{_table(writer, 2, 1)}"
        for _ in range(writer.random.randint(20, 55))
    )


def wide_table(writer: Writer) -> str:
    """A table of more columns than Slack shows."""
    return _table(writer, writer.random.randint(21, 30), writer.random.randint(1, 12))


def _table(writer: Writer, columns: int, rows: int, words: int = 2) -> str:
    wide = columns > 20
    heads = [writer.word(Place(), repeated=True, moved=True) for _ in range(columns)]
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * columns]
    for _ in range(rows):
        cells = [_cell(writer, Place(column=head), words, wide=wide) for head in heads]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(writer: Writer, place: Place, words: int, *, wide: bool) -> str:
    kinds: Sequence[Callable[[], str]] = (
        lambda: writer.words(place, words, moved=wide),
        lambda: writer.words(place, words, moved=wide),
        lambda: f"**{writer.word(place, moved=wide)}**",
        lambda: f"`{writer.word(replace(place, span=True), moved=wide)}`",
        lambda: f"{writer.word(place, moved=wide)}<br>{writer.word(place, moved=wide)}",
        lambda: f"{writer.word(place, moved=wide)} \\| {writer.word(place, moved=wide)}",
        lambda: f"<!channel> {writer.word(place, moved=wide)}",
    )
    return writer.random.choice(kinds)()


def html(writer: Writer) -> str:
    """What models write where Markdown does not suffice."""
    at = Place()
    kinds: Sequence[Callable[[], str]] = (
        lambda: (
            f"<details>\n<summary>{writer.word(at)}</summary>\n\n{paragraph(writer)}\n\n</details>"
        ),
        lambda: f'<div align="center">\n\n{paragraph(writer)}\n\n</div>',
        lambda: f"<p>{writer.words(at)}</p>\n<p>{writer.words(at)}</p>",
        lambda: f"<table><tr><td>{writer.word(at)}</td><td>{writer.word(at)}</td></tr></table>",
        lambda: f"<!-- not shown -->\n{paragraph(writer)}",
        lambda: f'<a href="https://evil.example">{writer.word(at)}</a> <script>{writer.word(at)}',
    )
    return writer.random.choice(kinds)()


def unbroken(writer: Writer) -> str:
    """A run without any space."""
    count = writer.random.choice((5, 5, 30, 1700))
    return "".join(writer.word(Place(), run=True) for _ in range(count))


def definitions(writer: Writer) -> str:
    """Links by reference, and footnotes as GitHub has them."""
    at = Place()
    label, target = writer.word(at), writer.word(at)
    note, words = writer.word(at), writer.words(at)
    return f"[{label}]: //e.example/{target}\n\n[^{note}]: {words}"


_KINDS: dict[str, Callable[[Writer], str]] = {
    function.__name__: function
    for function in (
        *(paragraph, heading, bullets, numbered, quote, fence, table, html, definitions),
        *(long_paragraph, unbroken, headings, long_table, small_tables, wide_table),
    )
}
_LISTS = ("bullets", "numbered")
_WEIGHTS = [6] * 9 + [2] * 3 + [1] * (len(_KINDS) - 12)


def document(seed: int) -> Document:
    """Return the document of *seed*."""
    return Writer(seed).write()
