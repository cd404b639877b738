"""Reading server-sent events from the pieces in which a body arrives.

Lines end in LF or CRLF, as all servers write them. Time is linear, however large an event is.
"""

from collections.abc import Iterator


class EventDecoder:
    """Puts one body's events together."""

    def __init__(self) -> None:
        self._line: list[bytes] = []  # pieces of one that has not ended yet
        self._name = ""
        self._data: list[bytes] = []  # lines of the event that has not ended yet

    def feed(self, chunk: bytes) -> Iterator[tuple[str, str]]:
        """Yield name and data of each event that *chunk* ends, if it has any. Raises ValueError."""
        *ends, begun = chunk.split(b"\n")
        for end in ends:
            line = b"".join((*self._line, end)).removesuffix(b"\r")
            self._line.clear()
            if line.startswith(b"data:"):
                self._data.append(line.removeprefix(b"data:").removeprefix(b" "))
            elif line.startswith(b"event:"):
                self._name = line.removeprefix(b"event:").strip().decode()
            elif not line:
                name, data = self._name, b"\n".join(self._data)
                self._name, self._data = "", []
                if data:
                    yield name, data.decode()
        self._line.append(begun)

    def end(self) -> Iterator[tuple[str, str]]:
        """Yield the last event, if the body has ended without the blank line behind it."""
        return self.feed(b"\n\n")
