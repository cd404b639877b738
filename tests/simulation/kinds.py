"""The kinds of trouble that a world can have, each by its name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.simulation.net import CALM, Chances


@dataclass(frozen=True, slots=True)
class Story:
    """What people do."""

    span: float = 60.0  # seconds in which it all happens
    follow_ups: int = 4  # questions in a thread, about
    twice: float = 0.0  # the share of events that are delivered twice
    late: float = 0.05  # seconds that an event may be late
    streaming: float = 0.0  # the share of channels with streams
    stops: float = 0.0  # the share of questions that are stopped
    presses: float = 0.0  # the share of stops that are a button, not a message
    edits: float = 0.0  # the share of questions that their author edits
    asides: float = 0.0  # the share of questions after which people talk to each other
    deletions: float = 0.0  # the share of questions that their author deletes
    changes: float = 0.0  # of the channel's panel, for each question
    tickets: float = 0.0  # the share of threads in which a tool needs somebody's approval
    limit: int = 0  # questions of a person in a minute; 0: any number
    budget: int = 0  # tokens that a channel may spend in a day; 0: any number
    buttons: float = 0.0  # the share of answers under which somebody presses one
    offers: bool = False  # whether the router may be unsure, and asks people whom to ask
    files: float = 0.0  # the share of questions for which experts make one
    functions: bool = False  # whether a question may be for one, too
    direct: float = 0.0  # the share of threads in a direct message
    gives_up: bool = False  # whether Slack gives up events that nobody acknowledges


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of world: how many misfortunes come, for every ten threads, and what people do."""

    chances: Chances = CALM
    story: Story = field(default_factory=Story)
    kills: int = 0
    pauses: int = 0
    drains: int = 0
    web_kills: int = 0
    silences: int = 0  # in which no process takes in what people do
    flushes: int = 0  # of what is remembered of threads
    outages: int = 0  # of the store
    clocks: int = 0  # wall clocks that jump
    restarts: int = 0  # of Redis, with its data
    script_losses: int = 0
    evictions: int = 0
    failovers: int = 0  # to a replica that lacks the last seconds
    wipes: int = 0
    hurries: int = 0  # workers that are told to end, and then to end at once
    writes_on: bool = False  # whether the model's side may write on without a reader
    shuffled: bool = False  # whether any callback that is ready may run next
    shared: bool = False  # whether workspaces share the queue, and are served by turns
    in_redis: bool = False  # whether the memory is a real Redis with the real scripts


_BAD_NET = Chances(before=0.02, after=0.02, cut=0.004)
_IN_ANY_MEMORY: Mapping[str, Kind] = {
    "calm": Kind(),
    "kills": Kind(kills=4),
    "pauses": Kind(pauses=4),
    "drains": Kind(drains=4),
    "hurries": Kind(Chances(before=0.01, after=0.01), Story(streaming=0.5, stops=0.1), hurries=6),
    "before": Kind(Chances(before=0.03)),
    "after": Kind(Chances(after=0.03)),
    "cut": Kind(Chances(cut=0.02)),
    "network": Kind(_BAD_NET),
    "slow": Kind(Chances(slowest=4.0)),
    "busy": Kind(Chances(busy=0.03)),
    "deliveries": Kind(story=Story(twice=0.5, late=4.0)),
    "streams": Kind(
        Chances(before=0.01, after=0.02, cut=0.004), Story(streaming=1.0), kills=2, drains=1
    ),
    "stops": Kind(Chances(slowest=2.0), Story(stops=0.4, presses=0.3), kills=1),
    "deletions": Kind(Chances(before=0.01), Story(deletions=0.3, streaming=0.3), kills=1),
    "webs": Kind(
        Chances(before=0.01, after=0.01), Story(stops=0.2, presses=0.5, tickets=0.3), web_kills=8
    ),
    "missed": Kind(
        Chances(before=0.01, after=0.01),
        Story(
            span=200.0,
            twice=0.1,
            late=1.0,
            streaming=0.3,
            stops=0.03,
            edits=0.1,
            asides=0.1,
            buttons=0.05,
            gives_up=True,
        ),
        kills=1,
        web_kills=3,
        silences=3,
        flushes=1,
        outages=1,
    ),
    "edits": Kind(
        Chances(before=0.01, after=0.01), Story(late=4.0, twice=0.2, edits=0.4, asides=0.4), kills=2
    ),
    "limits": Kind(Chances(before=0.02, after=0.02), Story(limit=12), kills=4),
    "budgets": Kind(
        Chances(before=0.01, after=0.01, cut=0.004),
        Story(budget=60_000, stops=0.1),
        kills=4,
        pauses=2,
    ),
    "direct": Kind(
        Chances(before=0.01), Story(direct=0.8, stops=0.1, streaming=0.3, tickets=0.3), kills=2
    ),
    "functions": Kind(
        Chances(after=0.01, slowest=1.0),
        Story(functions=True, streaming=0.3, stops=0.1),
        kills=3,
        drains=1,
    ),
    "buttons": Kind(
        Chances(before=0.01, after=0.01),
        Story(buttons=0.3, streaming=0.3, stops=0.1, deletions=0.1),
        kills=3,
    ),
    "offers": Kind(
        Chances(before=0.01, after=0.01),
        Story(offers=True, streaming=0.3, late=1.0, stops=0.05),
        kills=3,
    ),
    "files": Kind(
        Chances(before=0.01, after=0.01, cut=0.004),
        Story(files=0.5, streaming=0.3, stops=0.1),
        kills=3,
        pauses=1,
    ),
    "panels": Kind(story=Story(changes=0.5, streaming=0.5), kills=1),
    "approvals": Kind(Chances(before=0.01, after=0.01), Story(tickets=0.8), kills=2, drains=1),
    "workspaces": Kind(
        Chances(before=0.01, after=0.01),
        Story(late=1.0, streaming=0.3, stops=0.1, deletions=0.05),
        kills=3,
        pauses=1,
        drains=1,
        shared=True,
    ),
    "writing on": Kind(
        Chances(after=0.02, cut=0.02), Story(stops=0.2), kills=2, pauses=1, writes_on=True
    ),
    "links": Kind(flushes=3),
    "links in mid-turn": Kind(Chances(before=0.01), kills=3, flushes=4),
    "outages": Kind(outages=3),
    "clocks": Kind(clocks=12, kills=1),
    "late writers": Kind(Chances(before=0.01, after=0.01, cut=0.02), kills=2, writes_on=True),
    "all": Kind(
        Chances(before=0.01, after=0.01, busy=0.005, cut=0.004, slowest=1.0),
        Story(
            twice=0.2,
            late=1.0,
            streaming=0.5,
            stops=0.1,
            deletions=0.05,
            changes=0.1,
            tickets=0.2,
        ),
        kills=1,
        pauses=1,
        drains=1,
        flushes=1,
        outages=1,
        clocks=2,
        writes_on=True,
    ),
}
IN_FAKES = tuple(_IN_ANY_MEMORY)
KINDS: Mapping[str, Kind] = {
    **_IN_ANY_MEMORY,
    "restarts": Kind(_BAD_NET, restarts=4, in_redis=True),
    "scripts lost": Kind(script_losses=8, in_redis=True),
    "evictions": Kind(evictions=4, in_redis=True),
    "failovers": Kind(failovers=2, in_redis=True),
    "lost in failovers": Kind(
        Chances(before=0.01, after=0.01),
        Story(gives_up=True, stops=0.05, streaming=0.3),
        kills=1,
        web_kills=1,
        failovers=3,
        in_redis=True,
    ),
    "wipes": Kind(wipes=2, in_redis=True),
    **{f"{n} in Redis": replace(kind, in_redis=True) for n, kind in _IN_ANY_MEMORY.items()},
}
IN_REDIS = tuple(name for name, kind in KINDS.items() if kind.in_redis)
