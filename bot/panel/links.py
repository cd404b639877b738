"""Which conversations belong to a Slack thread, and what each of them says of itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.panel.model import ConsultationPath, ConversationId, ExpertName, ThreadRef

_CONSULTS = "/"


def path_of(experts: Sequence[ExpertName]) -> ConsultationPath:
    """Return the path of *experts* who consult each other: each has a conversation of its own."""
    return ConsultationPath(_CONSULTS.join(experts))


def experts_on(path: ConsultationPath) -> tuple[ExpertName, ...]:
    """Return who consults whom, down to the expert whose conversation it is."""
    return tuple(ExpertName(name) for name in path.split(_CONSULTS))


@dataclass(frozen=True, slots=True)
class ThreadLinks:
    """The thread link: the router's conversation and one for each path consulted so far."""

    router: ConversationId | None = None
    experts: Mapping[ConsultationPath, ConversationId] = field(default_factory=dict)

    def including(self, path: ConsultationPath | None, id_: ConversationId) -> "ThreadLinks":
        """Return the links with another conversation on *path*, or of the router."""
        if path is None:
            return replace(self, router=id_)
        return replace(self, experts={**self.experts, path: id_})

    def completed(
        self, opened: "ThreadLinks", is_current: Callable[[ConversationId], bool]
    ) -> "ThreadLinks":
        """Return the links with what was *opened* in a turn, which may be forgotten here.

        That is newer, but for those of another backend: they have been copied since.
        """
        links = self
        for path, id_ in ((None, opened.router), *opened.experts.items()):
            known = links.experts.get(path) if path else links.router
            if id_ and (known is None or is_current(id_)):
                links = links.including(path, id_)
        return links

    @property
    def conversations(self) -> tuple[ConversationId, ...]:
        """All linked conversations, the router's last."""
        return (*self.experts.values(), *filter(None, [self.router]))


NO_LINKS = ThreadLinks()


@dataclass(frozen=True, slots=True)
class RouterLabels:
    """What the metadata of a router's conversation says: the primary key's side."""

    thread: ThreadRef
    experts: Mapping[ConsultationPath, ConversationId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExpertLabels:
    """What the metadata of an expert's conversation says: the foreign key's side."""

    thread: ThreadRef
    expert: ConsultationPath
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
    expert: ConsultationPath | None
