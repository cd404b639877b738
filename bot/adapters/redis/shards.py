"""Which shard a thread belongs to, and the keys that lie there."""

from dataclasses import dataclass
from hashlib import sha1
from zlib import crc32

from bot.adapters.redis.keys import thread_name
from bot.panel.model import MessageTs, ThreadRef, TurnId


@dataclass(frozen=True, slots=True)
class Shards:
    """Distributes threads over *count* groups of keys."""

    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"there must be at least one shard, not {self.count}")

    @property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(map(_prefix, range(self.count)))

    def prefix(self, thread: ThreadRef) -> str:
        return _prefix(crc32(thread_name(thread).encode()) % self.count)

    def key(self, kind: str, thread: ThreadRef) -> str:
        """Return the key of something of *thread*, such as its links."""
        return f"{self.prefix(thread)}{kind}:{thread_name(thread)}"

    def recent(self, thread: ThreadRef) -> str:
        """Return the key of the threads, *thread* among them, in which the panel was asked."""
        return f"{self.prefix(thread)}recent"

    def reports(self, thread: ThreadRef, day: str) -> str:
        """Return the key of the reports of a channel's *day*, that of *thread* among them."""
        return f"{self.prefix(thread)}reports:{day}"

    def failures(self, thread: ThreadRef, turn: TurnId) -> str:
        """Return the key of what failed in *turn* in *thread*."""
        return f"{self.prefix(thread)}failures:{turn}"

    def usage(self, team_id: str, month: str, kind: str = "usage") -> tuple[str, ...]:
        """Return the keys of the usage of *month*, one in every shard."""
        return tuple(f"{prefix}{kind}:{team_id}:{month}" for prefix in self.prefixes)

    def seen_with(self, thread: ThreadRef, ts: MessageTs) -> tuple[str, str]:
        """Return the key and the field of what became of *ts* in *thread* (see common.lua)."""
        name = f"{thread_name(thread)}:{ts}"
        digest = int(sha1(name.encode(), usedforsecurity=False).hexdigest()[:13], 16)
        place = f"{thread.team_id}:{thread.channel_id}:{int(float(ts)) // 3600}"
        return f"{self.prefix(thread)}seen:{place}", str(digest)


def _prefix(index: int) -> str:
    return f"panelbot:{{{index}}}:"
