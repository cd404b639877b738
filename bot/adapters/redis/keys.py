"""Every key that we keep in Redis, and which of them lie together.

A thread's work is one unit: one Lua script touches its inbox, its turn, its journal and the
queue that it waits in. In a Cluster a script may touch only one slot, so threads are dealt out
to *shards*, and all of a shard's keys carry its number as their hash tag. One shard serves a
single server (and a Sentinel set); a Cluster wants a few for each of its primaries.

``P`` stands for ``panelbot:{0}:`` (the shard's prefix), ``T`` for ``team:channel:thread_ts``.

==================  ======  ===============================================  ====================
key                 type    what                                             lifetime, size
==================  ======  ===============================================  ====================
P inbox:T           list    messages that wait for the thread's next turn    until claimed;
                            (``+`` gathers, ``!`` alone, ``@`` retried)      160 B + text each
P turn:T            hash    the thread's turn: messages, attempt, and the    until done;
                            token while somebody holds it                    210 B + text
P journal:T         list    what that turn has done, oldest first            until done;
                                                                             200 B + text each
P ready             zset    threads with an inbox and no turn, by the order  while they wait;
                            in which they will be served                     60 to 150 B a thread
P leases            zset    threads whose turn somebody holds, by the end    until done;
                            of the lease (ms)                                60 to 150 B a thread
P delayed           zset    threads whose turn waits for another try, by     until claimed;
                            the time of it (ms)                              60 to 150 B a thread
P rounds            hash    how far each waiting channel has taken places    while it waits;
                            ahead                                            80 B a channel
P clock             hash    ``round`` being served, ``places`` given,        for ever; 100 B
                            last ``fence`` token given
P wake              list    at most one element: there is something to do    until taken; 65 B
P seen:T:TS         string  this message has been put                        a day; 120 B
P ended:TOKEN       string  this claim was done, released or buried          10 minutes; 75 B
P dead              zset    turns that were given up, by when (ms)           30 days;
                                                                             60 to 150 B a turn
P dead:TURN         hash    such a turn: thread, messages, reason, attempts  30 days; as turn:T
P dead-journal:TURN list    its journal                                      30 days;
                                                                             as journal:T
P links:T           hash    the thread's conversations, by expert            90 days after use;
                                                                             430 B, four experts
P heard:T           string  the first message that the router missed         90 days after use;
                                                                             105 B
panelbot:owner:C    string  whose the conversation C is                      as links:T; 160 B
P standing:T        string  how the bot stands to the thread                 90 days, FOREIGN
                                                                             one; 105 B
panelbot:panel:S    hash    what scope S (``team``, ``team:channel`` or T)   for ever;
                            changes of its panel, by expert; with where      1 to 3 kB an expert
                            its documents are, which OpenAI keeps
panelbot:schema     hash    ``version`` of this table, number of ``shards``  for ever; 80 B
==================  ======  ===============================================  ====================

Without a lifetime are only work that was acknowledged and not yet done, and what people set up.
"""

from binascii import crc32
from dataclasses import dataclass

from bot.panel.model import ConversationId, ThreadRef
from bot.panel.roster import ChannelScope, Scope, WorkspaceScope

SCHEMA = "panelbot:schema"

MINUTE = 60
DAY = 24 * 60 * MINUTE
SEEN_FOR = DAY  # Slack redelivers for some minutes; people replay a backlog for some hours
ENDED_FOR = 10 * MINUTE  # longer than any client tries the same command again
DEAD_FOR = 30 * DAY
THREAD_FOR = 90 * DAY
FOREIGN_FOR = DAY


@dataclass(frozen=True, slots=True)
class Shards:
    """Deals threads out to *count* groups of keys."""

    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"there must be at least one shard, not {self.count}")

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The prefix of every shard."""
        return tuple(map(_prefix, range(self.count)))

    def prefix(self, thread: ThreadRef) -> str:
        """Return the prefix of the shard that *thread* belongs to."""
        return _prefix(crc32(thread_name(thread).encode()) % self.count)

    def links(self, thread: ThreadRef) -> str:
        """Return the key of the links of *thread*."""
        return f"{self.prefix(thread)}links:{thread_name(thread)}"

    def heard(self, thread: ThreadRef) -> str:
        """Return the key of until where the router knows *thread*."""
        return f"{self.prefix(thread)}heard:{thread_name(thread)}"

    def standing(self, thread: ThreadRef) -> str:
        """Return the key of how the bot stands to *thread*."""
        return f"{self.prefix(thread)}standing:{thread_name(thread)}"


def _prefix(index: int) -> str:
    return f"panelbot:{{{index}}}:"


def thread_name(thread: ThreadRef) -> str:
    """Return how *thread* is written in keys and lists."""
    return f"{thread.team_id}:{thread.channel_id}:{thread.thread_ts}"


def thread_of(name: str) -> ThreadRef:
    """Return the thread that is written as *name*."""
    team_id, channel_id, thread_ts = name.split(":")
    return ThreadRef(team_id, channel_id, thread_ts)


def owner(conversation: ConversationId) -> str:
    """Return the key of whose *conversation* is."""
    return f"panelbot:owner:{conversation}"


def panel(scope: Scope) -> str:
    """Return the key of what *scope* changes of the panel."""
    match scope:
        case WorkspaceScope(team_id):
            return f"panelbot:panel:{team_id}"
        case ChannelScope(team_id, channel_id):
            return f"panelbot:panel:{team_id}:{channel_id}"
        case ThreadRef():
            return f"panelbot:panel:{thread_name(scope)}"
