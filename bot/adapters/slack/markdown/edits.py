"""Changing a text in several places at once."""

from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """What stands in place of a range of the text."""

    start: int
    stop: int
    text: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return *text* with all *edits* made; those within the range of another are left out."""
    pieces, done = [], 0
    for edit in sorted(edits):
        if edit.start >= done:
            pieces += [text[done : edit.start], edit.text]
            done = edit.stop
    return "".join([*pieces, text[done:]])
