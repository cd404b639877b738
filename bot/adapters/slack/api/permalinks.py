"""Links to messages, as Slack's *Copy link* makes them."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_PERMALINK = re.compile(
    r"https?://[^/\s]+/archives/(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d+)(?P<micros>\d{6})"
    r"(?:\?(?:[^#\s]*&)?thread_ts=(?P<thread>\d+\.\d+))?"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message is."""

    channel_id: str
    ts: str
    thread_ts: str  # its own ts unless it is a reply


def link(url: str, channel_id: str, place: Place) -> str:
    """Return the link to the message at *place*, in the workspace of *url* and nothing more."""
    host, thread = urlsplit(url), ""
    if place.thread_ts != place.ts:
        thread = f"?thread_ts={place.thread_ts}&cid={channel_id}"
    message = f"archives/{channel_id}/p{place.ts.replace('.', '')}"
    return f"{host.scheme}://{host.netloc}/{message}{thread}"


def parse(link: str) -> Place | None:
    """Return the place of the message that *link* leads to; None if it is no such link."""
    match = _PERMALINK.match(link)
    if match is None:
        return None
    ts = f"{match['seconds']}.{match['micros']}"
    return Place(match["channel"], ts, match["thread"] or ts)
