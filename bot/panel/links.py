"""Which conversations belong to a Slack thread, and what each of them says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.panel.model import ConversationId, ExpertName, ThreadRef


@dataclass(frozen=True, slots=True)
class ThreadLinks:
    """The thread link: the router's conversation and one for each expert met so far."""

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
