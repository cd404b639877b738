"""Turning over in the app's home: which part of each long list it shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TypeVar

from bot.adapters.slack.blocks.elements import (
    MOST_OPTIONS,
    option,
    section,
    select,
)
from bot.json_types import Json
from bot.language import number

T = TypeVar("T")
PAGE = "home_page"  # the action_id
ON_A_PAGE = 50  # entries: a view may have a hundred blocks
MOST = ON_A_PAGE * MOST_OPTIONS  # entries of a list that are shown


class Listing(IntEnum):
    """A list that may be long."""

    EXPERTS = 0
    CHANNELS = 1
    FIGURES = 2


@dataclass(frozen=True, slots=True)
class Place:
    """The month whose usage is shown, and the page of each list."""

    month: str = ""
    pages: tuple[int, ...] = (0,) * len(Listing)

    @property
    def value(self) -> str:
        return " ".join((self.month, *map(str, self.pages)))

    def turned(self, listing: Listing, page: int) -> "Place":
        return replace(self, pages=(*self.pages[:listing], page, *self.pages[listing + 1 :]))


def read(value: str) -> Place:
    """Return the place that an option stands for. Raises ValueError if it is none."""
    month, *pages = value.split(" ")
    if len(pages) != len(Listing):
        raise ValueError("no place in the home")
    return Place(month, tuple(map(int, pages)))


def part(entries: Sequence[T], listing: Listing, place: Place) -> Sequence[T]:
    first = _page(len(entries), listing, place) * ON_A_PAGE
    return entries[first : first + ON_A_PAGE]


def menu(count: int, listing: Listing, place: Place, heading: str) -> list[Json]:
    """Return what tells which of *count* entries are shown, and turns over; if there are more."""
    if count <= ON_A_PAGE:
        return []
    chosen = _page(count, listing, place)
    options = {
        page: option(_label(page, count), place.turned(listing, page).value)
        for page in range(_pages(count))
    }
    by_value = {one["value"]: one for one in options.values()}
    turner = select(PAGE, by_value, options[chosen]["value"], heading)
    return [section(_label(chosen, count)) | {"accessory": turner}]


def _label(page: int, count: int) -> str:
    first, last = page * ON_A_PAGE + 1, min((page + 1) * ON_A_PAGE, count)
    return f"{number(first)}–{number(last)} / {number(count)}"  # noqa: RUF001 - a range


def _page(count: int, listing: Listing, place: Place) -> int:
    return max(0, min(place.pages[listing], _pages(count) - 1))


def _pages(count: int) -> int:
    return min(-(-count // ON_A_PAGE), MOST_OPTIONS)
