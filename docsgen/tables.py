"""Tables in Markdown."""

import re
from collections.abc import Iterable, Sequence


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def from_docstring(text: str) -> str:
    """Return a docstring's reStructuredText as Markdown: literals and emphasis."""
    return re.sub(r"``(.+?)``", r"`\1`", " ".join(text.split()))


def first_sentence(text: str | None) -> str:
    """Return the first line of a docstring."""
    return from_docstring((text or "").strip().split("\n", 1)[0])
