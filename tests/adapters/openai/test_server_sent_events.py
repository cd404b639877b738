"""Server-sent events, in whatever pieces they arrive."""

import pytest

from bot.adapters.openai.server.server_sent_events import EventDecoder

EVENTS = [
    (b'data: {"a": 1}\n\ndata:{"b": 2}\n\n', ['{"a": 1}', '{"b": 2}']),
    (b"data: x\r\n\r\ndata: y\r\n\r\n", ["x", "y"]),
    (b"data: [\ndata: 1]\n\n", ["[\n1]"]),
    (b": a comment\nevent: named\nid: 7\nretry: 9\ndata: x\n\ndata: y\n\n", ["named x", "y"]),
    (b"event: without data\n\n\n: alive\n\ndata: x\n\n", ["x"]),
    (b"event: ping\ndata:\n\ndata: \n\ndata: x\n\n", ["x"]),
    ("data: Grüße 🙂\n\n".encode(), ["Grüße 🙂"]),
    (b"data: a: b\n\n", ["a: b"]),
    (b"data:  x \n\n", [" x "]),
    (b"data: x\n\nevent: last\ndata: has no end\n", ["x", "last has no end"]),
    (b"data: x\n\ndata: has no end", ["x", "has no end"]),
]


@pytest.mark.parametrize(("body", "events"), EVENTS)
def test_it_does_not_matter_where_a_body_is_cut(body: bytes, events: list[str]):
    for cut in range(len(body) + 1):
        assert _events(body[:cut], body[cut:]) == events
    assert _events(*(bytes([byte]) for byte in body)) == events


def _events(*pieces: bytes) -> list[str]:
    """Return the events, each with its name in front."""
    decoder = EventDecoder()
    found = [event for piece in pieces for event in decoder.feed(piece)]
    return [f"{name} {data}".removeprefix(" ") for name, data in [*found, *decoder.end()]]


def test_what_is_not_utf_8_is_no_event():
    with pytest.raises(ValueError, match="utf-8"):
        list(EventDecoder().feed(b"data: \xff\n\n"))
