"""Who may use the bot and where, as operators have set it. Pure: it is told who and what asks."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum, auto

from bot.panel.messaging.people import Person, Role

# The words of each role in PANELBOT_ASKERS; whoever may do more is also what may do less.
_WORDS = {
    Role.ADMIN: ("admins", "members"),
    Role.MEMBER: ("members",),
    Role.GUEST: ("guests",),
    Role.STRANGER: ("partners",),
}


class Denial(Enum):
    """Why somebody may not use the bot."""

    CHANNEL = auto()  # nobody may, here
    NOT_LISTED = auto()  # a member of the workspace, where only some may
    GUEST = auto()
    PARTNER = auto()  # from another organisation
    UNKNOWN = auto()  # Slack does not tell us who they are


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, by all ids that it has had."""

    team_id: str
    channel_ids: Collection[str]

    @property
    def is_direct(self) -> bool:
        return any(channel.startswith("D") for channel in self.channel_ids)

    def is_in(self, words: frozenset[str]) -> bool:
        """Whether *words* name it: ids of channels and workspaces, ``direct`` or ``all``."""
        names = {"all", self.team_id, *self.channel_ids, *(["direct"] if self.is_direct else [])}
        return not words.isdisjoint(names)


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """What operators have set: lists of places, and of *askers*.

    These are words of roles, perhaps for one channel (``guests:C012AB3CD``), and ids of people.
    """

    askers: frozenset[str] = frozenset({"members"})
    channels: frozenset[str] = frozenset({"all"})
    denied: frozenset[str] = frozenset()
    sharing: frozenset[str] = frozenset()  # where partners may profit from the defaults' documents
    admins: frozenset[str] = field(default=frozenset())  # besides those of the workspace

    def closes(self, place: Place) -> bool:
        return place.is_in(self.denied) or not place.is_in(self.channels)

    def denial(self, person: Person, place: Place | None) -> Denial | None:
        """Return why *person* may not use the bot in *place*, or anywhere (None); None if so."""
        if place and self.closes(place):
            return Denial.CHANNEL
        role = Role.ADMIN if person.id in self.admins else person.role
        names = {*_WORDS[role], person.id}
        if not self.askers.isdisjoint(names) or self._is_asker_in(place, names):
            return None
        return {
            Role.ADMIN: Denial.NOT_LISTED,
            Role.MEMBER: Denial.NOT_LISTED,
            Role.GUEST: Denial.GUEST,
            Role.STRANGER: Denial.PARTNER,
        }[role]

    def _is_asker_in(self, place: Place | None, names: Collection[str]) -> bool:
        """Whether one of *names* is an asker in *place*, or anywhere: what follows tells where."""
        scoped = [word.split(":") for word in self.askers if ":" in word]
        return any(
            name in names and (place is None or channel in place.channel_ids)
            for name, channel in scoped
        )
