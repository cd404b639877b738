"""Redis's protocol, RESP 2: commands as bytes, and bytes as replies.

Replies are texts. What is none becomes one from which ``as_bytes`` gets its bytes again; but a half
character that somebody wrote is replaced when it is sent, as it must not stop a turn.
"""

import codecs
from collections.abc import Sequence
from typing import Any

from redis._parsers.base import BaseParser
from redis._parsers.encoders import Encoder

_LINE_END = b"\r\n"
_SIMPLE, _ERROR, _INTEGER, _BULK, _ARRAY = b"+-:$*"
_KEPT = "surrogateescape"
LENIENT = "panelbot-lenient"  # both, as redis-py has one word for both
_encoder = Encoder("utf-8", "replace", decode_responses=True)  # type: ignore[no-untyped-call]


def as_bytes(text: str) -> bytes:
    """Return the bytes that were read as *text*. Raises ValueError if it never was any."""
    return text.encode(errors=_KEPT)


def _lenient(error: UnicodeError) -> tuple[str | bytes, int]:
    keeps = isinstance(error, UnicodeDecodeError)
    return codecs.lookup_error(_KEPT)(error) if keeps else codecs.replace_errors(error)


codecs.register_error(LENIENT, _lenient)


def packed(command: Sequence[Any]) -> bytes:
    """Return *command* as it goes over the wire. Raises DataError if part of it cannot."""
    name, *rest = command
    parts = [*name.encode().split(), *map(_encoded, rest)]  # "CONFIG GET" are two
    lines = [b"$%d\r\n%b\r\n" % (len(part), part) for part in parts]
    return b"*%d\r\n%b" % (len(parts), b"".join(lines))


def _encoded(part: Any) -> bytes:
    if isinstance(part, str):
        return part.encode(errors="replace")
    if type(part) is int:
        return b"%d" % part
    encoded: bytes = _encoder.encode(part)  # type: ignore[no-untyped-call]
    return encoded


class Replies:
    """Reads replies out of what arrives, in pieces of any size."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._arrays: list[tuple[list[Any], int]] = []  # begun, the outermost first; and lengths

    def feed(self, data: bytes) -> list[Any]:
        """Return the replies that are whole with *data*, also errors; else raise ValueError."""
        self._received += data
        whole, place = [], 0
        while (end := self._received.find(_LINE_END, place)) >= 0:
            kind, head, after = self._received[place], self._received[place + 1 : end], end + 2
            value: Any = None
            if kind == _BULK and head != b"-1":
                last = after + int(head)
                if len(self._received) < last + 2:
                    break
                value, after = self._received[after:last].decode(errors=_KEPT), last + 2
            elif kind == _INTEGER:
                value = int(head)
            elif kind == _SIMPLE:
                value = head.decode(errors="replace")
            elif kind == _ERROR:
                value = BaseParser.parse_error(head.decode(errors="replace"))  # type: ignore[no-untyped-call]
            elif kind == _ARRAY and head != b"-1":
                value = []
                if length := int(head):
                    self._arrays.append((value, length))
                    place = after
                    continue
            elif kind not in (_BULK, _ARRAY):
                raise ValueError("not a reply of Redis")
            place = after
            whole += self._completed(value)
        del self._received[:place]
        return whole

    def _completed(self, value: Any) -> list[Any]:
        """Put *value* where it belongs; return it, or what it completes, if that is a reply."""
        while self._arrays:
            items, length = self._arrays[-1]
            items.append(value)
            if len(items) < length:
                return []
            value, _ = self._arrays.pop()
        return [value]
