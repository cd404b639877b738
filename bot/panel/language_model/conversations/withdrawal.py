"""Taking a message that was deleted in Slack out of what models were given to read.

Its frame is found by its ts, which nobody can forge: what people say cannot open a frame. Briefs
and files that stood beside it may repeat what it said, so they go as well.
"""

import re
from collections.abc import Iterator

from bot.panel.language_model.exchange import UserSaid
from bot.panel.language_model.frames import Framed, Kind, frame
from bot.panel.model import MessageTs

_TAG = re.compile(f'<(/?)({"|".join(Kind)})((?: [a-z]+="[^"<>]*")*)>')
_SPOKEN = (Kind.MESSAGE, Kind.SAID)


def holds(text: str, ts: MessageTs) -> bool:
    """Whether *text*, which models were given, has the message *ts*."""
    return any(kind in _SPOKEN and _is(ts, tag) for _, kind, tag in _frames(text))


def without(text: str, ts: MessageTs) -> UserSaid | None:
    """Return what other people said in *text*, as something past; None if that is nothing."""
    rest, end = list[Framed](), 0
    for place, kind, tag in _frames(text):
        start, stop = place
        if start >= end and kind in _SPOKEN:
            end = stop
            whole = text[start:stop]
            if not _is(ts, tag) and not holds(whole, ts):
                rest.append(Framed(whole))
    if not rest:
        return None
    return UserSaid(frame(Kind.EARLIER, Framed("Quoted for context; already past."), *rest))


def note(ts: MessageTs) -> UserSaid:
    """Return the remark that *ts* is not to be used, where it cannot be taken out."""
    words = f"The message {ts} was deleted in Slack: neither use nor repeat what it said."
    return UserSaid(frame(Kind.EARLIER, Framed(words)))


def _is(ts: MessageTs, tag: str) -> bool:
    return f' ref="{ts}"' in tag or f' ts="{ts}"' in tag


def _frames(text: str) -> Iterator[tuple[tuple[int, int], str, str]]:
    """Yield where each frame is in *text*, its kind and attributes, by where they begin."""
    found, opened = list[tuple[tuple[int, int], str, str]](), list[tuple[int, str, str]]()
    for tag in _TAG.finditer(text):
        if not tag[1]:
            opened.append((tag.start(), tag[2], tag[3]))
        elif opened and opened[-1][1] == tag[2]:
            start, kind, attributes = opened.pop()
            found.append(((start, tag.end()), kind, attributes))
    yield from sorted(found)
