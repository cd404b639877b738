r"""The marks with which models say what they rely on, where nobody has put a note in their place.

``【4:0†handbook.md】`` comes from file search, ``\ue200cite\ue202turn0search0\ue201`` from the web.
A server should take them out of a text, or at least tell where they are. Some do not, and some cut
them in two or write them as escapes. People never see them.
"""

import re
from collections.abc import Callable

# Whole ones first; of one that does not end, only what cannot be anything else.
_MARKER = re.compile(
    r"(?= ?[【\[\\\ue200-\ue206]) ?(?:"  # looked at first: most characters begin no marker
    r"【[^【】\n]{1,80}†[^【】\n]{0,200}】|【\d+(?::\d+)?†[^\s】]{0,200}|【\d[\d:]*$"
    r"|\[\d+:\d+†[^\]\n]{0,200}\]"
    r"|\ue200[^\ue200\ue201\n]{0,500}\ue201|\ue200(?a:[\w\ue202:.,#/+-]*)"
    r"|\\ue200[a-z]+\\ue202(?a:[\w:.,#/+-]|\\ue202)*(?:\\ue201)?"
    r"|[\ue201-\ue206])"
)
_BEGINNING = re.compile(
    r" ?(?:【|\[\d|\ue200|\\ue200)[^】\]\ue201\n]{0,200}$| ?(?:\\u?e?2?0?|\[)$| $"
)
_LONGEST = 220


def without_markers(text: str) -> tuple[str, Callable[[int], int]]:
    """Return *text* without markers, and what becomes of a place in it."""
    taken = [match.span() for match in _MARKER.finditer(text)]

    def moved(place: int) -> int:
        return place - sum(max(0, min(end, place) - start) for start, end in taken)

    return _MARKER.sub("", text) if taken else text, moved


class MarkerFilter:
    """Takes markers out of a text that comes in pieces."""

    def __init__(self) -> None:
        self._held = ""

    def take(self, piece: str) -> str:
        """Return what can be shown of the text so far; what may become a marker is held back."""
        text = self._held + piece
        beginning = _BEGINNING.search(text, max(0, len(text) - _LONGEST))
        place = beginning.start() if beginning else len(text)
        self._held = text[place:]
        return without_markers(text[:place])[0]

    def rest(self) -> str:
        """Return what was held back: no more is coming."""
        text, self._held = self._held, ""
        return without_markers(text)[0]
