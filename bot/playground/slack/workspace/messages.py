"""Messages and their order: one timeline for each channel."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.json_types import Json


@dataclass(slots=True)
class Message:
    """A message, with the fields that Slack stores."""

    ts: str
    channel: str
    text: str
    user: str | None = None
    bot_id: str | None = None
    thread_ts: str | None = None
    subtype: str | None = None
    username: str | None = None  # a persona's
    icon_emoji: str | None = None
    icon_url: str | None = None
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    edited_by: str | None = None
    edited_ts: str | None = None
    ephemeral_for: str | None = None
    streaming: bool = False
    begun_with: str = ""  # the text a stream started with
    reactions: dict[str, list[str]] = field(default_factory=dict)
    thumbs: dict[str, str] = field(default_factory=dict)  # what each person pressed last
    replies: list[str] = field(default_factory=list)  # ts of the replies, on the root

    @property
    def is_reply(self) -> bool:
        """Whether it is a reply in a thread."""
        return self.thread_ts is not None and self.thread_ts != self.ts


class Timeline:
    """A channel's messages: by ts, by thread, and in the order the channel shows them."""

    def __init__(self) -> None:
        self._by_ts: dict[str, Message] = {}
        self._shown: list[str] = []  # ts of all but the replies, ascending

    def __iter__(self) -> Iterator[Message]:
        return iter(self._by_ts.values())

    def get(self, ts: str | None) -> Message | None:
        """Return a message."""
        return self._by_ts.get(ts or "")

    def thread(self, thread_ts: str) -> list[Message]:
        """Return a thread: its root and the replies, oldest first."""
        root = self.get(thread_ts)
        return [root, *(self._by_ts[ts] for ts in root.replies)] if root else []

    def shown(self, oldest: float, latest: float) -> Sequence[Message]:
        """Return what the channel itself shows from *oldest* to *latest*, both included."""
        first = bisect_left(self._shown, oldest, key=float)
        end = bisect_right(self._shown, latest, key=float)
        return [self._by_ts[ts] for ts in self._shown[first:end]]

    def add(self, message: Message) -> None:
        """Add a message; a reply is added to its thread."""
        self._by_ts[message.ts] = message
        root = self.get(message.thread_ts) if message.is_reply else None
        if root and root.is_reply:  # threads have one level
            message.thread_ts = root.thread_ts
            root = self.get(root.thread_ts)
        if root:
            root.thread_ts = root.ts
            root.replies.append(message.ts)
        if not message.is_reply or message.subtype == "thread_broadcast":
            insort(self._shown, message.ts, key=float)

    def remove(self, message: Message) -> None:
        """Remove a message, and with its last reply a root that was deleted before."""
        del self._by_ts[message.ts]
        index = bisect_left(self._shown, float(message.ts), key=float)
        if self._shown[index : index + 1] == [message.ts]:
            del self._shown[index]
        root = self.get(message.thread_ts) if message.is_reply else None
        if root and message.ts in root.replies:
            root.replies.remove(message.ts)
            if root.subtype == "tombstone" and not root.replies:
                self.remove(root)


def snapshot(message: Message) -> Message:
    """Return a copy of *message* as it is now."""
    return replace(
        message,
        replies=list(message.replies),
        blocks=list(message.blocks),
        attachments=list(message.attachments),
        reactions={name: list(users) for name, users in message.reactions.items()},
        thumbs=dict(message.thumbs),
    )


def reply_users(replies: Iterable[Message]) -> list[str]:
    """Return the authors of *replies*, each once, in order."""
    return list(dict.fromkeys(reply.user or reply.bot_id or "" for reply in replies))
