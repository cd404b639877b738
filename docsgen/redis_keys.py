"""The keys in Redis, from the table that ``bot.adapters.redis.keys`` has as its docstring."""

import re
from collections.abc import Iterator, Sequence

from bot.adapters.redis import keys
from docsgen.tables import from_docstring, table

_BORDER = re.compile(r"(=+ +)+=+")
_TYPES = {"hash", "list", "set", "stream", "string", "zset"}


def page() -> str:
    """Return the page of all keys."""
    before, rows, after = _parts()
    heading, *entries = rows
    return "\n\n".join(
        (
            "# Keys in Redis",
            _prose(before),
            table(heading, ([f"`{name}`", *cells] for name, *cells in entries)),
            _prose(after),
        )
    )


def rows() -> list[list[str]]:
    """Return the rows of the table: a name, or form of names, first."""
    return _parts()[1][1:]


def _parts() -> tuple[list[str], list[list[str]], list[str]]:
    """Return what stands before the table, its rows, and what comes after."""
    lines = (keys.__doc__ or "").splitlines()
    first, second, last = (n for n, line in enumerate(lines) if _BORDER.fullmatch(line))
    columns = [match.span() for match in re.finditer(r"=+", lines[first])]
    rows = [*_rows(lines[first + 1 : second], columns), *_rows(lines[second + 1 : last], columns)]
    return lines[:first], rows, lines[last + 1 :]


def _rows(lines: Sequence[str], columns: Sequence[tuple[int, int]]) -> Iterator[list[str]]:
    """Yield the table's rows; a line without a type goes on with the one before."""
    row: list[str] = []
    for line in lines:
        cells = _cells(line, columns)
        if row and cells[1] not in _TYPES:
            row[0] += cells[0]
            row[1:] = [f"{a} {b}".strip() for a, b in zip(row[1:], cells[1:], strict=True)]
            continue
        if row:
            yield [row[0], *map(from_docstring, row[1:])]
        row = cells
    if row:
        yield [row[0], *map(from_docstring, row[1:])]


def _cells(line: str, columns: Sequence[tuple[int, int]]) -> list[str]:
    starts = [start for start, _ in columns]
    ends = [*starts[1:], len(line)]
    return [line[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _prose(lines: Sequence[str]) -> str:
    paragraphs = "\n".join(lines).strip().split("\n\n")
    return "\n\n".join(map(from_docstring, paragraphs))
