"""Faults of Slack, on demand."""

from dataclasses import dataclass, field
from enum import Enum, auto
from math import ceil
from time import time
from typing import Literal

from bot.playground.fault_queue import FaultQueue


class Ending(Enum):
    """How a call fails, as its caller sees it."""

    STATUS = auto()  # an HTTP status
    ERROR = auto()  # HTTP 200 with ok: false
    RESET = auto()  # the connection is cut
    SILENCE = auto()  # no response until the caller times out


@dataclass(frozen=True, slots=True)
class Fault:
    """A failing call: it fails before it takes effect, or after."""

    ending: Ending
    after_effect: bool = False
    status: int = 500
    error: str = "internal_error"
    retry_after: int | None = None


@dataclass(slots=True)
class Hazards(FaultQueue[Fault]):
    """The faults to inject, by method; and what Slack is reported to do in one way or another."""

    mention_order: Literal["message first", "mention first"] = "message first"
    mention_gap: float = 0.0  # seconds between the two copies of a mention
    extra_deliveries: int = 0  # extra copies of each event
    redelivers: bool = True  # what the bot does not acknowledge; else it is lost
    repeated: Literal["never", "at once", "afterwards"] = "never"  # commands, clicks and forms
    redelivered: float = 0.0  # the share of events that are delivered twice
    jitter: float = 0.0  # events are delayed by up to this many seconds, and so reordered
    personas: Literal["kept", "ignored", "refused"] = "kept"  # "kept" needs chat:write.customize
    broadcasts_keep_personas: bool = False  # Slack has been reported to drop them
    edits_keep_personas: bool = False
    streams_show: Literal["all", "what they began with"] = "all"  # to conversations.replies
    markdown_read_back: Literal["as posted", "CommonMark", "any emphasis"] = "as posted"
    root_on_every_page: bool = True  # of conversations.replies, as has been reported
    most_on_a_page: int = 1_000  # of history; 15 for apps that are sold outside the Marketplace
    stream_lasts: float = 300.0
    deleted_threads: Literal["refused", "posted in the channel"] = "refused"  # posts for them
    tells_of_deletions: bool = True  # events get lost while nobody listens
    status_lasts: float = 120.0
    strict_markdown: bool = True  # limits of parts and of characters in cells, as reported
    latency: dict[str, float] = field(default_factory=dict)  # seconds by method
    blocks: bool = True  # in what people write: old clients and some apps send text alone
    tables: Literal["attachment", "block"] = "attachment"  # where a pasted table is
    transcripts: Literal["at once", "later"] = "at once"  # of voice clips: later only files.info
    knows_strangers: bool = True  # of other organisations, in users.info
    streams_to_strangers: bool = True  # of other organisations, as recipients
    edits_mention: bool = False  # app_mention also comes where a mention is edited in
    seconds_ahead: float = 0.0  # hours pass for codes and tokens
    refreshes: Literal["strict", "lenient"] = "strict"  # of a refresh token that has been used
    reinstalls: Literal["another token", "the same token"] = "another token"
    withheld_scopes: frozenset[str] = frozenset()  # not granted, though they were asked for
    removals: Literal["tokens first", "app first"] = "tokens first"  # the two events
    removals_come_after: float = 0.0  # seconds: perhaps after the next installation
    org_removals_name_a_team: bool = False
    tells_scopes: bool = True  # in a header of every answer, which is not always there
    echoes: bool = True  # deliver the bot's own posts, edits and deletions back to it
    # Channels that several workspaces with the app have:
    shared_channels: Literal["one event", "an event for each workspace"] = "one event"
    authorized: Literal["who joined last", "who joined first"] = "who joined last"
    shared_context: Literal["the host", "the reader"] = "the host"  # context_team_id
    org_wide_team: Literal["named", "null"] = "named"  # in authorizations
    post_pace: tuple[float, int] | None = None  # seconds per post in a channel, and burst
    method_paces: dict[str, tuple[float, int]] = field(default_factory=dict)  # the same by method
    # By channel or method: when its rate limit is free again.
    _due: dict[str, float] = field(default_factory=dict)

    def now(self) -> float:
        """Return the time of Slack: seconds since 1970."""
        return time() + self.seconds_ahead

    def too_fast(self, method: str, channel: str, now: float, team: str = "") -> Fault | None:
        """Return the rate limit that a call runs into, if it does; each team has its own."""
        if pace := self.method_paces.get(method):
            return self._too_fast(f"{team}/{method}", pace, now)
        if method == "chat.postMessage" and self.post_pace:
            return self._too_fast(f"{team}/{channel}", self.post_pace, now)
        return None

    def _too_fast(self, limit: str, pace: tuple[float, int], now: float) -> Fault | None:
        seconds, burst = pace
        due = max(self._due.get(limit, 0.0), now)
        if due - now > seconds * (burst - 1):
            wait = ceil(due - now - seconds * (burst - 1))
            return Fault(Ending.STATUS, status=429, error="ratelimited", retry_after=wait)
        self._due[limit] = due + seconds
        return None

    def copies(self) -> int:
        """Return how many times to deliver an event."""
        redelivered = self.redelivered > 0 and self._random.random() < self.redelivered
        return 1 + self.extra_deliveries + redelivered

    def delay(self) -> float:
        """Return how many seconds to delay an event."""
        return self._random.random() * self.jitter if self.jitter else 0.0
