"""Reading server-sent events from the pieces in which a body arrives.

Only what is after ``data:`` counts: every event of a model's server names itself in there, too.
Lines end in LF or CRLF, as all servers write them. Time is linear, however large an event is.
"""

from collections.abc import Iterator


class EventDecoder:
    """Puts one body's events together."""

    def __init__(self) -> None:
        self._line: list[bytes] = []  # pieces of one that has not ended yet
        self._data: list[bytes] = []  # lines of the event that has not ended yet

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Yield the data of each event that ends in *chunk*. Raises ValueError unless it is UTF-8.

        An event that the body does not end counts for nothing.
        """
        *ends, begun = chunk.split(b"\n")
        for end in ends:
            line = b"".join((*self._line, end)).removesuffix(b"\r")
            self._line.clear()
            if line.startswith(b"data:"):
                self._data.append(line.removeprefix(b"data:").removeprefix(b" "))
            elif not line and self._data:
                data, self._data = b"\n".join(self._data), []
                yield data.decode()
        self._line.append(begun)
