"""Every key in Redis, and which of them share a slot.

One Lua script may access a thread's inbox, its turn, its journal and the queue that it waits in.
In a Cluster a script may access only one slot, so threads are distributed over *shards*, and all
keys of a shard have its number as their hash tag. A single server (or a Sentinel set) needs one
shard, a Cluster a few for each of its primaries.

``P`` stands for ``panelbot:{0}:`` (the shard's prefix), ``R`` for ``panelbot:{pace:TEAM}:``, ``K``
for ``panelbot:{kept:CONVERSATION}:``, ``A`` for ``panelbot:{audit:TEAM}:``, ``Q`` for
``panelbot:{asked:TEAM}:``, ``C`` for ``panelbot:{chores:TEAM}:``, ``N`` for
``panelbot:{alerts:TEAM}:``, ``B`` for ``panelbot:{budgets}:``, ``I`` for
``panelbot:{installations:APP}:``, ``T`` for ``team:channel:thread_ts``.

==================  ======  ===============================================  ====================
key                 type    what                                             lifetime, size
==================  ======  ===============================================  ====================
P inbox:T           list    messages that wait for the thread's next turn    until claimed;
                            (``+`` gathers, ``!`` alone, ``@`` retried)      160 B + text each,
                                                                             120 B a file
P turn:T            hash    the thread's turn: messages, attempts, those     until done;
                            that failed, dead workers, and the token         250 B + text
                            while somebody holds it; or only the token and
                            ``held``, while a command keeps workers off
P journal:T         list    what that turn has done, oldest first            until done;
                                                                             220 B + text each
P reports:TEAM:     hash    of the turns of a channel that were asked on a   30 days after the
CHANNEL:DAY                 day (since 1970) and are done, by their ts: who  last; 150 B, one
                            was called, times and tokens; no content         expert, 400 B, four
P failures:TURN     string  what failed in a turn, a line each; no content   30 days after the
                                                                             last; 250 B each
P usage:TEAM:MONTH  hash    questions and tokens of a month's turns, by      400 days after the
                            expert and model                                 last; 200 B for each
P usage-channels:   hash    the same by channel and model; all direct        400 days after the
TEAM:MONTH                  messages are one                                 last; 400 B for each
P usage-people:     hash    the same by person and model, where settings     400 days after the
TEAM:MONTH                  say so                                           last; 400 B for each
P ready             zset    threads with an inbox and no turn, by the order  while they wait;
                            in which they will be served; or workspaces,     60 to 150 B each
                            where they share the turns
P line:TEAM         zset    the threads of a workspace that shares the       while they wait;
                            turns, by the order in which they will be        60 to 150 B a thread
                            served when it is served
P line              hash    how many these are, by workspace                 while they wait;
                                                                             60 B a workspace
P aside:CHANNEL     zset    threads that would be ready, but their channel   while they wait;
                            has its share of turns; by their places          60 to 150 B a thread
P aside             hash    how many these are, by channel                   while they wait;
                                                                             60 B a channel
P active            hash    how many turns are in progress, by channel, and  while there are;
                            by workspace where they share the turns          60 B each
P stops             hash    threads whose turn is to be stopped, and who     until they are;
                            asked for it                                     80 B a thread
P herald            string  the worker that posts queue positions to the     6 s; 90 B
                            waiting threads
P leases            zset    threads whose turn somebody holds, by the end    until done;
                            of the lease (ms)                                60 to 150 B a thread
P delayed           zset    threads whose turn waits for another try, by     until claimed;
                            the time of it (ms)                              60 to 150 B a thread
P outage            set     those of these that wait for the model's side     until claimed;
                                                                             60 to 150 B a thread
P rounds            hash    how far each waiting channel has taken places    while it waits;
                            ahead; in which round of its channels a          80 B each
                            workspace is that shares the turns
P clock             hash    ``round`` being served, ``places`` given,        for ever; 200 B
                            last ``fence`` token given; which ``server``
                            this is, and when it has ``taken_over``; if
                            workspaces share the turns (``shared``), and
                            one that was ``tried`` again came last
P wake              list    at most one element: there is something to do    until taken; 65 B
P outbox:T          hash    what things in the thread are to show in the     until sent, a day at
                            end, by thing (a message's ts), until Slack      most; 300 B + blocks
                            has it
P outbox            zset    all of these, by when they are sent next (ms)    until sent, 10,000 at
                                                                             most; 130 B each
P approvals:T       hash    tool calls in the thread that people have to     60 days after the
                            approve; under the same name and a               last, else until
                            ``!`` the verdict that is queued                 settled; 1 kB +
                                                                             arguments each
P undecided         zset    which of these are undecided, by when they       until decided, or
                            expire (ms); only their ids                      then; 200 B each
P seen:TEAM:        hash    of messages of an hour (since 1970), by a hash   a day after the
CHANNEL:HOUR                of thread and ts: which have been put, or are    last; deleted before
                            ``deleted``                                      it was put: 15
                                                                             minutes; 16 B each
P apps:T            string  how many questions apps have asked since a       a day after the
                            person did                                       last; 90 B
P overtaken:T       string  the message that begins the thread was put       a day; 90 B
                            after others of it
P recent            zset    the 500 threads in which the panel was last      30 days after the
                            asked, by when (ms)                              last; 100 B each
P ended:SECOND      set     claims taken in it that were done, released or   10 minutes;
                            buried, by their tokens                          8 to 100 B each
P dead              zset    turns that were given up, by when (ms)           30 days;
                                                                             60 to 150 B a turn
P dead:TURN         hash    such a turn: thread, messages, reason, attempts, 30 days; as turn:T
                            dead workers, ``poisoned`` if too many
P dead-journal:TURN list    its journal                                      30 days;
                                                                             as journal:T
P links:T           hash    the thread's conversations, by expert; tax, as   90 days after use;
                            legal consults it, by ``legal/tax``; which       450 B, four experts
                            takeover they were ``@checked`` after
P moved:T           hash    copies of its conversations on another backend,  until all are made;
                            while they are being made, by the former ones    150 B each
P heard:T           string  the first message that the router missed         90 days after use;
                                                                             105 B
P heard-last:T      string  the last such message                            as heard:T
P edited:T          hash    messages that were edited after the router read  90 days after the
                            them, and when; no content                       last; 60 B each
panelbot:owners:    hash    of conversations, whose they are: the thread,    90 days after the
MONTH:N                     and the expert; in 128 parts N                   last; 90 B each
P standing:T        string  how the bot stands to the thread                 90 days, FOREIGN
                                                                             one; 105 B
panelbot:told:N     string  the turn that posted the notice N, which is      an hour; 130 B
                            ``team:channel:notice``
panelbot:delivery:D hash    who acts on a command, a click or a form; then   an hour; 170 B, and
                            that it is done, and how it was answered         the answer
panelbot:panel:S    hash    what scope S (``team``, ``team:channel`` or T)   for ever;
                            changes of its panel, by expert; with where      1 to 3 kB an expert
                            its documents are, which OpenAI keeps; and its
                            settings: ``@synthesis``, ``@streaming``,
                            ``@rules``, ``@unsure``, ``@budgets``
panelbot:listening: hash    when somebody last listened to Slack's events,    30 days after the
TEAM                        ``by`` whom, at which ``server``; from           last; 350 B, and
                            ``since`` to ``until`` nobody did, and           30 B a place while
                            ``owner`` looks for what was missed (``at:P``:   it is searched
                            until when at place P); from ``doubt`` to
                            ``doubt_until`` perhaps
panelbot:off        zset    functions that are off, by until when that is    2 minutes after the
                            known (s): expert, and the process               last; 90 B each
panelbot:files:TEAM zset    digests of the files that settings name, by      2 minutes after the
                            until when they count (s): setting, digest,      last; 100 B each
                            and the process
panelbot:versions:  zset    versions of the bot that run, by until when      2 minutes after the
TEAM                        they count (s): version, and the process         last; 80 B each
panelbot:           string  an operator's leave to install the app, by a     until used, or as
invitation:DIGEST           digest of what stands in its link                said; 260 B
panelbot:           string  an installation that somebody has begun, by a    until they come back,
attempt:DIGEST              digest of its state                              10 minutes; 400 B
panelbot:handles:W  hash    user groups that are experts' handles in         until taken off;
                            workspace W, by group                            150 B a handle
panelbot:rebuilt:   string  how far ``links rebuild`` of the channel has     until it ends, a day
TEAM:CHANNEL                come, if it was stopped: a thread's ts           at most; 100 B
panelbot:bots:TEAM  zset    the bot that works in the workspace, and its     30 seconds after the
                            processes, by until when it is known (ms)        last sign; 80 B each
panelbot:moves:     hash    the channels of the workspace whose id has       for ever; 60 B
TEAM                        changed, as ``OLD>NEW``, and when
panelbot:asked-in:  string  whose panel was asked last in a thread of a      90 days after that;
CHANNEL:TS                  channel that several workspaces share            110 B
panelbot:shared:    hash    which channels are shared with other             for ever; 60 B
TEAM                        organisations (1) or not (0)                     a channel
panelbot:settings:  hash    what the workspace has set for itself, by the    until taken back;
TEAM                        names of settings                                100 B each
panelbot:channels:  set     the channels that have changed their panel       for ever;
TEAM                                                                         60 B a channel
panelbot:feedback:  hash    what people think of the replies to the          400 days after the
TEAM:MONTH                  questions of a month, by reply and person;       last; 300 B each,
                            no content but a reason that somebody typed      and the reason
panelbot:           hash    questions of a channel (or ``shared``: of all    90 days, or as set,
corrections:TEAM:           public ones) for which people wanted other       after the last; 200 at
CHANNEL                     experts than the router had asked, and whom;     most, 300 B each, and
                            where settings say so                            up to 2.4 kB of text
R places:LIMIT      list    when the last calls under a limit of Slack's     until they count no
                            are made (ms), the newest first                  more; 20 B a call
R held:LIMIT        string  Slack refuses calls under this limit for now     as long; 90 B
K head              hash    a conversation that we keep ourselves: labels,   90 days after use;
                            summary of its oldest items and how many these   650 B, and the summary
                            are, and the token of the last addition          up to 8 kB
K items             list    all that was said in it, oldest first            as head;
                                                                             50 B + text each
A log               stream  the audit log: records, each with its hash,      as set, 400 days;
                            which covers the one before; no content          450 B each
A head              hash    ``number`` and ``hash`` of its last record       for ever; 150 B
Q asked:ID          zset    the questions of a person, or in a channel, by   a minute after the
                            when they were asked (ms)                        last; 130 B each
B spent:COUNTER     hash    what is ``spent`` and ``held`` under a limit,    62 days after the
                            allowed besides (``extra``), and ``told``;       last; 150 B
                            a counter: ``channel:TEAM:C012:2026-11:money``
B requests:TURN     hash    what the requests of a turn hold, or held, by    a day after the
                            which request; ``@let_through`` if it may        last; 250 B a request
                            exceed limits
B holds             zset    turns that hold something, by until when (ms)    until settled;
                                                                             100 B a turn
B size:TEAM:        string  how many tokens a conversation has               90 days after the
CONVERSATION                                                                 last; 130 B
C due               zset    what workers do beside turns, by when (ms):      until done;
                            threads to forget, messages to take out, …       200 B each
C failures          hash    how often these have failed                      as long; 200 B each
C installed         string  when a process last began to work in the         for ever; 90 B
                            workspace, as Slack let it in (s)
N alert:NAME        hash    what people have to be told of: ``since`` when,  400 days after it was
                            how often it was ``raised`` (``count``) and      raised last; 250 B
                            when last, when it was ``told``, ``tried``
                            while somebody tells it; ``details``
N due               zset    which of these are to be told, and what is       until told, or for
                            looked at for more, by when (ms)                 ever; 150 B each
N failures          hash    how often telling each has failed                as long; 150 B each
panelbot:{chores:}: zset    workspaces that have chores, by when the next    until they are done;
teams                       one is due (ms), or is looked for                60 to 100 B each
panelbot:{alerts:}: zset    the same for telling alerts                      as long
teams
N looked            string  the newest dead letter that was counted (ms)     for ever; 90 B
I at:KEY            hash    an installation, by organisation or workspace:   until removed;
                            what it is ``about``, its ``generation``, and    2 kB each
                            its tokens, encrypted
I keys              zset    the keys of all of them, in order                as long; 80 B each
I organisations     hash    workspaces in which the org-wide installation    as long; 60 B each
                            of an organisation may act, with its id
I teams:KEY         hash    when Slack said of each workspace of an          as long; 90 B each
                            organisation that it may (``+``) or may not
                            (``-``) act there: events come in any order
I bot:USER          set     the installations whose bot is that user         as long; 60 B each
I expiring          zset    the keys of those whose tokens are refreshed,    as long; 60 B each
                            by when these expire (s)
I refreshing:KEY    string  which task refreshes the token of one            40 seconds; 90 B
I generation        string  the last generation given to an installation     for ever; 80 B
panelbot:schema     hash    ``version`` of this table, number of ``shards``  for ever; 80 B
==================  ======  ===============================================  ====================

Only work that is acknowledged and not yet done, and what people set up, never expires.
"""

from bot.panel.model import MessageTs, ThreadRef, TurnId
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope

SCHEMA = "panelbot:schema"
OFF = "panelbot:off"
BUDGETS = "panelbot:{budgets}:"

MINUTE = 60
DAY = 24 * 60 * MINUTE
SEEN_FOR = DAY  # Slack redelivers for some minutes; people replay a backlog for some hours
DELETED_FOR = 15 * MINUTE  # a message that has not arrived: events come in any order
ENDED_FOR = 10 * MINUTE  # longer than any client tries the same command again
DEAD_FOR = 30 * DAY
REPORT_FOR = 30 * DAY
THREAD_FOR = 90 * DAY
FOREIGN_FOR = DAY
TOLD_FOR = 60 * MINUTE
LISTENING_FOR = 30 * DAY
DELIVERY_FOR = 60 * MINUTE  # Slack tries again for some minutes
TRIED_FOR = DAY  # to show a last state: after a day nobody looks for it
OUTBOX_FOR = TRIED_FOR + 60 * MINUTE
USAGE_FOR = 400 * DAY
APPROVAL_FOR = 60 * DAY  # twice the longest that people can be given
REBUILT_FOR = DAY
BOT_FOR = 30  # while its processes renew it
NOTED_FOR = 2 * MINUTE  # while the process renews it
ALERT_FOR = 400 * DAY
HELD_FOR = DAY  # longer than anybody settles the same again
SPENT_FOR = 62 * DAY  # a month, and the next one
FEEDBACK_FOR = 400 * DAY  # a year, and the month that it began in


def thread_name(thread: ThreadRef) -> str:
    """Return the name of *thread* in keys and lists."""
    return f"{thread.team_id}:{thread.channel_id}:{thread.thread_ts}"


def thread_of(name: str) -> ThreadRef:
    """Return the thread that is written as *name*."""
    team_id, channel_id, thread_ts = name.split(":")
    return ThreadRef(team_id, channel_id, thread_ts)


def day_of(turn: TurnId) -> tuple[str, MessageTs]:
    """Return the channel and day under which the report of *turn* is kept, and its field there."""
    place, _, ts = turn.rpartition(":")
    return f"{place}:{int(float(ts)) // DAY}", MessageTs(ts)


def slot(kind: str, name: str) -> str:
    """Return the prefix of keys that lie in one slot: the audit log of the workspace *name* …"""
    return f"panelbot:{{{kind}:{name}}}:"


def key(kind: str, *names: str | int) -> str:
    """Return the key of something outside of shards, by what it is and whose."""
    return ":".join(["panelbot", kind, *map(str, names)])


def panel(scope: Scope) -> str:
    """Return the key of what *scope* changes of the panel."""
    match scope:
        case WorkspaceScope(team_id):
            return key("panel", team_id)
        case ChannelScope(team_id, channel_id):
            return key("panel", team_id, channel_id)
        case ThreadRef():
            return key("panel", thread_name(scope))
