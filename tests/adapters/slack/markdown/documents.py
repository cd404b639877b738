"""Generated Markdown in which each word is found only once, and what a parser makes of it."""

import itertools
import random
import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 60}).enable("table")
WORD = re.compile(r"w\d+x")
BLOCKS = ["text", "bullets", "lazy", "steps", "tasks", "quote", "fence", "table", "code"]
FENCES = ["```", "~~~", "````", "```py", "~~~~~"]

Facts = dict[str, tuple[tuple[str, ...], str]]


class Generator:
    """Writes documents; the same seed writes the same."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable, no secret
        self._numbers = itertools.count()

    def document(self, blocks: int) -> str:
        """Return a document of so many blocks at the top."""
        return "\n\n".join(self._top() for _ in range(self._random.randint(1, blocks)))

    def _top(self) -> str:
        kind = self._random.choice([*BLOCKS, "heading", "rule"])
        if kind == "heading":
            return f"{'#' * self._random.randint(1, 4)} {self._words(3)}"
        return "***" if kind == "rule" else self._block(kind, 4)

    def _block(self, kind: str, depth: int) -> str:
        count = self._random.randint(1, 6)
        match kind:
            case "bullets" | "lazy" | "steps" | "tasks":
                first = self._random.choice([1, 1, 1, 4, 98])
                return "\n".join(self._item(kind, first, n, depth) for n in range(count))
            case "quote":
                inner = self._inner(depth)
                return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
            case "fence":
                fence = self._random.choice(FENCES)
                code = "\n".join(self._words(3) for _ in range(count * 2))
                return f"{fence}\n{code}\n{fence.rstrip('py')}"
            case "table":
                columns = self._random.randint(1, 4)
                rows = [self._row(columns) for _ in range(count + 1)]
                return "\n".join([rows[0], "|" + "---|" * columns, *rows[1:]])
            case "code":
                return "\n".join(f"    {self._words(2)}" for _ in range(count))
        sentences = (f"{self._words(8)}." for _ in range(count))
        return self._random.choice([" ", "\n"]).join(sentences)

    def _item(self, kind: str, first: int, number: int, depth: int) -> str:
        marker = {"lazy": f"{first}.", "steps": f"{first + number}."}.get(kind, "-")
        lead = f"{marker} " + ("[x] " if kind == "tasks" else "")
        rest = f"\n\n{self._inner(depth)}" if depth and self._random.random() < 0.3 else ""
        body = f"{self._words(6)}{rest}"
        indent = " " * (len(marker) + 1)
        return lead + "\n".join(
            f"{indent}{line}" if n and line else line for n, line in enumerate(body.split("\n"))
        )

    def _inner(self, depth: int) -> str:
        kinds = BLOCKS if depth else ["text"]
        count = self._random.randint(1, 3)
        return "\n\n".join(
            self._block(self._random.choice(kinds), max(depth - 1, 0)) for _ in range(count)
        )

    def _row(self, columns: int) -> str:
        return f"| {' | '.join(self._cell() for _ in range(columns))} |"

    def _cell(self) -> str:
        return self._words(self._random.randint(1, 3))

    def _words(self, most: int) -> str:
        count = self._random.randint(1, most)
        return " ".join(f"w{next(self._numbers)}x" for _ in range(count))


def facts(text: str) -> Facts:
    """Return for each word in which items and quotes it stands, and in what kind of block."""
    path: list[str] = []
    numbers: list[int] = []
    leaf, found = "", {}
    for token in PARSER.parse(text):
        match token.type:
            case "ordered_list_open" | "bullet_list_open":
                numbers.append(int(token.attrs.get("start", 1)))
            case "ordered_list_close" | "bullet_list_close":
                numbers.pop()
            case "list_item_open":
                path.append(f"{numbers[-1]}{token.markup}" if token.info else token.markup)
                numbers[-1] += 1
            case "blockquote_open":
                path.append(">")
            case "list_item_close" | "blockquote_close":
                path.pop()
            case "heading_open" | "paragraph_open" | "th_open" | "td_open":
                leaf = token.type
            case "inline" | "fence" | "code_block":
                kind = leaf if token.type == "inline" else token.type
                for word in WORD.findall(token.content):
                    found[word] = (tuple(path), kind)
    return found


def tables(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the rows, columns and characters of the cells of each table."""
    rows = columns = characters = 0
    in_table = False
    for token in PARSER.parse(text):
        if token.type == "table_open":
            rows = columns = characters = 0
            in_table = True
        elif token.type == "tr_open":
            rows += 1
        elif token.type == "th_open":
            columns += 1
        elif token.type == "inline" and in_table:
            characters += len(token.content)
        elif token.type == "table_close":
            in_table = False
            yield rows, columns, characters


def parts(text: str) -> int:
    """Return how many blocks are at the top."""
    return sum(t.level == 0 and t.nesting >= 0 for t in PARSER.parse(text))
