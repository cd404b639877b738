"""Leaves as Markdown again, from any place to any other.

Where a message begins in the middle of something, it says so: an item goes on under its own
number with "…", a quote as a quote, code as code, a table with its header.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.adapters.slack.markdown.leaves import Leaf
from bot.adapters.slack.markdown.limits import Use, size
from bot.panel.texts.blocks import Container, Kind

GOES_ON = "…"
HEADER = 2  # lines of a table: its header and the line under it
_MAX_INFO = 100  # characters after a fence that are repeated


class Place(NamedTuple):
    """A place in a leaf: in front of one of its characters."""

    line: int = 0
    column: int = 0
    before: int = 0  # UTF-16 units in that line before it
    ticks: str = ""  # of a code span that goes on here


START = Place()


@dataclass(frozen=True, slots=True)
class Opening:
    """What a message begins with, for a leaf that began before it, or stands in such a thing."""

    lines: Sequence[str] = ()
    left_out: frozenset[Container] = frozenset()  # containers for which there is no room
    is_joined: bool = False  # the text goes on in the last line

    @property
    def characters(self) -> int:
        return sum(len(line) + 1 for line in self.lines)


def opening(leaf: Leaf, place: Place, room: int) -> Opening:
    """Return the opening of a message that begins with *leaf* at *place*."""
    old = leaf.path if place != START else leaf.path[: len(leaf.path) - leaf.opened]
    if not leaf.path:
        return Opening()
    lines = list(_items(old))
    is_text = leaf.kind in {Kind.TEXT, Kind.HEADING} and place != START
    is_joined = is_text and bool(lines) and not old[-1].is_quote
    if lines and not is_text and not _may_follow(leaf, place):
        lines.append(prefix(old).rstrip())
    began = Opening(lines, is_joined=is_joined)
    if began.characters + 2 * len(prefix(leaf.path)) > room:
        return Opening(left_out=frozenset(leaf.path))
    return began


def _items(path: Sequence[Container]) -> Iterator[str]:
    for depth, item in enumerate(path):
        if item.is_quote:
            continue
        indent = prefix(path[:depth])
        if depth and not path[depth - 1].is_quote and not _interrupts_text(item):
            yield indent.rstrip()
        yield f"{indent}{item.marker}{item.task}{GOES_ON}"


def _interrupts_text(container: Container) -> bool:
    return container.is_quote or container.marker[:2] in {"- ", "+ ", "* ", "1.", "1)"}


def _may_follow(leaf: Leaf, place: Place) -> bool:
    """Whether the leaf may stand in the line after a text, and not become a part of it."""
    if leaf.kind is Kind.FENCE:
        return True
    if place != START or not leaf.opened or leaf.kind is Kind.NOTHING:
        return False
    return _interrupts_text(leaf.path[-leaf.opened])


def prefix(path: Sequence[Container], opened: int = 0, left_out: Collection[Container] = ()) -> str:
    """Return the beginning of a line in *path*, in which the last containers are *opened*."""
    return "".join(
        container.marker
        if container.is_quote or depth >= len(path) - opened
        else " " * len(container.marker)
        for depth, container in enumerate(path)
        if container not in left_out
    )


def margin(leaf: Leaf, began: Opening) -> int:
    """Return the characters that each line takes besides what it says."""
    return len(prefix(leaf.path, left_out=began.left_out)) + len(leaf.indent) + 1


def use(leaf: Leaf, place: Place, began: Opening, before: Leaf | None) -> Use:
    """Return how much of a message *leaf* takes from *place* on, after the leaf *before*."""
    each = margin(leaf, began)
    added = [*_before(leaf, place), *_after(leaf)]
    count = len(leaf.lines) - place.line
    characters = leaf.widths[-1] - leaf.widths[place.line] - place.before + len(place.ticks)
    characters += sum(map(size, added)) + each * (count + len(added) + leaf.after_blank)
    rows = cells = 0
    if leaf.kind is Kind.TABLE:
        rows = count - 1 if place == START else count + 1
        cells = characters
    return Use(characters, rows, cells, _parts(leaf, before))


def _parts(leaf: Leaf, before: Leaf | None) -> int:
    """Return how many blocks Slack may make of *leaf* besides those that there are."""
    is_new = not (
        before and leaf.path and before.path and leaf.path[0].group == before.path[0].group
    )
    is_inner = leaf.path and leaf.kind in {Kind.TABLE, Kind.HEADING, Kind.RULE}
    return is_new + (2 if is_inner else 0)  # what it stands in goes on after it


def rendered(leaves: Sequence[Leaf], start: Place, stop: Place | None, began: Opening) -> str:
    """Return *leaves* from a place in the first to a place in the last; None: to its end."""
    lines = list(began.lines)
    for number, leaf in enumerate(leaves):
        since = START if number else start
        until = stop if number == len(leaves) - 1 else None
        shown = [*_before(leaf, since), *_bodies(leaf, since, until), *_after(leaf)]
        margins = _margins(leaf, since, began.left_out)
        if number and leaf.after_blank:
            shared = [c for c in leaf.path if c in leaves[number - 1].path]
            lines.append(prefix(shared, left_out=began.left_out).rstrip())
        if not number and began.is_joined:
            lines[-1] += f" {shown.pop(0)}"
            next(margins)
        lines += [f"{next(margins)}{line}" if line else next(margins).rstrip() for line in shown]
    return "\n".join(lines)


def _margins(leaf: Leaf, place: Place, left_out: Collection[Container]) -> Iterator[str]:
    if place == START:
        yield prefix(leaf.path, leaf.opened, left_out) + leaf.indent
    margin = prefix(leaf.path, left_out=left_out) + leaf.indent
    while True:
        yield margin


def _before(leaf: Leaf, place: Place) -> Sequence[str]:
    """Return the lines that open *leaf*, at its beginning or once more."""
    if leaf.kind is Kind.FENCE:
        info = leaf.info if place == START or len(leaf.info) <= _MAX_INFO else ""
        return [leaf.markup + info]
    if leaf.kind is Kind.TABLE and place != START:
        return leaf.lines[:HEADER]
    return ()


def _after(leaf: Leaf) -> Sequence[str]:
    return [leaf.markup] if leaf.kind is Kind.FENCE else ()


def _bodies(leaf: Leaf, start: Place, stop: Place | None) -> Iterator[str]:
    end = stop or Place(len(leaf.lines))
    keeps = leaf.kind in (Kind.FENCE, Kind.CODE)
    last = end.line + (1 if end.column else 0)
    for number in range(start.line, last):
        line = leaf.lines[number]
        if number == end.line:
            line = line[: end.column] if keeps else line[: end.column].rstrip()
            line += end.ticks
        if number == start.line and start.column:
            done = start.column
            line = line[done:] if keeps else line[done:].lstrip(" \t")
            line = start.ticks + line
        yield line
