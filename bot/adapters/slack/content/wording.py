"""Telling whether two texts say the same, however they are formatted."""

import re
from functools import cached_property

_SCHEME = r"[a-z][a-z0-9+.-]{0,30}:"
_MENTION = re.compile(r"<[@#!][^<>]*>")
_LABELLED = re.compile(rf"<{_SCHEME}[^<>|]*\|([^<>]*)>")
_ADDRESS = re.compile(rf"<{_SCHEME}[^<>]*>|(?:https?://|mailto:)\S+")
_MARKER = re.compile(r"\s*(?:>|#+|[-*]|\d+[.)])\s+")  # of a quote, heading or list
_LABEL = re.compile(r"\|[^<>]*>")
_TOKEN = re.compile(r"<[^<>|]*|[^\w\s*~`>#|-]")  # a mention, a bare address, or part of an emoji
_WORD = re.compile(r"[^\W_]+")


class Wording:
    """The words of a text."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _words(self) -> str:
        return f" {_words(self._text)} "

    @cached_property
    def _vocabulary(self) -> set[str]:
        return set(self._words.split())

    @cached_property
    def _signs(self) -> set[str]:
        return _signs(self._text)

    def says(self, text: str) -> bool:
        """Whether all lines of *text* are among the words, in order."""
        if text == self._text:  # as where nothing is formatted
            return True
        said = set(_words(text).split())
        if not said:
            return _signs(text) <= self._signs
        if not said <= self._vocabulary:  # told without a search for each of many texts
            return False
        place = 0
        for line in text.split("\n"):
            marker = _MARKER.match(line)
            words = _words(line[marker.end() :] if marker else line)
            if words:
                place = self._words.find(f" {words} ", place)
                if place < 0:
                    return False
                place += len(words) + 1
        return True


def _words(text: str) -> str:
    decoded = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    plain = _ADDRESS.sub(" ", _LABELLED.sub(r" \1 ", _MENTION.sub(" ", decoded)))
    return " ".join(_WORD.findall(plain.casefold()))


def _signs(text: str) -> set[str]:
    return set(_TOKEN.findall(_LABEL.sub(">", text)))
