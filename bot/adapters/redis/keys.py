"""Every key this bot keeps in Redis, what it holds and for how long.

Everything about a thread lies in one shard: its keys share the hash tag ``{n}``, so that a
script may touch them together in a Cluster too.

========================  =========================================  ====================
key                       holds                                      lives
========================  =========================================  ====================
panelbot:schema           version and number of shards               for ever
panelbot:{n}:seen:T:m     claim on message m, so it is taken once    a day
panelbot:{n}:inbox:T      messages that wait for T's next turn       until taken
panelbot:{n}:turn:T       the running turn: messages, token,         until done
                          attempt
panelbot:{n}:journal:T    what the running turn has done             until done
panelbot:{n}:channels     channels with a thread that can be         while there are any
                          claimed, in the order of their turns
panelbot:{n}:ready:C      threads of channel C that can be claimed   while there are any
panelbot:{n}:leases       running or postponed threads, by the       while there are any
                          time from which others may claim them
panelbot:{n}:fence        the last fencing token                     for ever
panelbot:{n}:wake         a wake-up for an idle worker               a minute
panelbot:{n}:dead         turns put aside, by when                   until handled
panelbot:{n}:dead:i       turn i put aside, with its journal         until handled
panelbot:{n}:thread:T     standing, links, what was overheard        90 days after use
panelbot:conv:c           thread and expert of conversation c        90 days after use
panelbot:panel:scope      what a scope changes of the panel          for ever
========================  =========================================  ====================

T is ``team/channel/thread_ts``, C is ``team/channel``.
"""

from dataclasses import dataclass
from zlib import crc32

from bot.panel.model import ConversationId, MessageTs, ThreadRef
from bot.panel.roster import ChannelScope, Scope, WorkspaceScope

PREFIX = "panelbot"
SCHEMA = f"{PREFIX}:schema"

DAY = 24 * 60 * 60
SEEN_FOR = DAY  # Slack redelivers for about five minutes; people's clocks and outages, longer
FOREIGN_FOR = DAY
THREAD_FOR = 90 * DAY


def thread_id(thread: ThreadRef) -> str:
    """Return how keys name *thread*."""
    return f"{thread.team_id}/{thread.channel_id}/{thread.thread_ts}"


def thread_ref(thread: str) -> ThreadRef:
    """Return the thread that keys name so."""
    return ThreadRef(*thread.split("/", 2))


def conversation(conversation_id: ConversationId) -> str:
    """Return the key of whose a conversation is."""
    return f"{PREFIX}:conv:{conversation_id}"


def panel(scope: Scope) -> str:
    """Return the key of a scope's changes."""
    match scope:
        case WorkspaceScope(team):
            return f"{PREFIX}:panel:{team}"
        case ChannelScope(team, channel):
            return f"{PREFIX}:panel:{team}/{channel}"
        case ThreadRef():
            return f"{PREFIX}:panel:{thread_id(scope)}"


@dataclass(frozen=True, slots=True)
class Shard:
    """The keys that share one hash tag."""

    number: int

    @property
    def prefix(self) -> str:
        """What every key of the shard begins with; the scripts build their keys from it."""
        return f"{PREFIX}:{{{self.number}}}:"

    @property
    def wake(self) -> str:
        """The list that idle workers listen to."""
        return f"{self.prefix}wake"

    def seen(self, thread: ThreadRef, ts: MessageTs) -> str:
        """Return the key of the claim on a message."""
        return f"{self.prefix}seen:{thread_id(thread)}:{ts}"

    def journal(self, thread: ThreadRef) -> str:
        """Return the key of a running turn's journal."""
        return f"{self.prefix}journal:{thread_id(thread)}"

    def thread(self, thread: ThreadRef) -> str:
        """Return the key of what is remembered of a thread."""
        return f"{self.prefix}thread:{thread_id(thread)}"


@dataclass(frozen=True, slots=True)
class Shards:
    """All shards; a thread is always in the same one."""

    count: int = 1

    def of(self, thread: ThreadRef) -> Shard:
        """Return the shard of *thread*."""
        return Shard(crc32(thread_id(thread).encode()) % self.count)

    def all(self) -> tuple[Shard, ...]:
        """Return every shard."""
        return tuple(Shard(number) for number in range(self.count))
