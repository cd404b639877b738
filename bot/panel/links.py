"""Which conversations belong to a Slack thread, and what each of them says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.panel.model import ConversationId, ExpertName, ThreadRef

_CONSULTS = "/"


def seated(path: Sequence[ExpertName]) -> ExpertName:
    """Return whose conversation it is when experts consult each other down a *path*.

    Tax, whom Legal consults, is "legal/tax" and remembers nothing of what it said as "tax".
    """
    return ExpertName(_CONSULTS.join(path))


def path_to(seat: ExpertName) -> tuple[ExpertName, ...]:
    """Return who consults whom down to the expert whose conversation it is."""
    return tuple(ExpertName(name) for name in seat.split(_CONSULTS))


@dataclass(frozen=True, slots=True)
class ThreadLinks:
    """The thread link: the router's conversation and one for each expert met so far.

    Experts go by where they sit: see ``seated``.
    """

    router: ConversationId | None = None
    experts: Mapping[ExpertName, ConversationId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RouterLabels:
    """What the metadata of a router's conversation says: the primary key's side."""

    thread: ThreadRef
    experts: Mapping[ExpertName, ConversationId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExpertLabels:
    """What the metadata of an expert's conversation says: the foreign key's side."""

    thread: ThreadRef
    expert: ExpertName
    router: ConversationId


@dataclass(frozen=True, slots=True)
class Copy:
    """A conversation that is written anew on another backend, from one that was there before."""

    id: ConversationId
    items: int | None = None  # how many the former one held; None: it is still being written


Labels = RouterLabels | ExpertLabels


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a conversation is: an expert's, or the router's where *expert* is None."""

    thread: ThreadRef
    expert: ExpertName | None
