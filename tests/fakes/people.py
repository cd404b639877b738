"""A small company, in memory."""

from collections.abc import Collection, Iterable, Mapping

from bot.panel.messaging.people import People, Person, Role
from bot.panel.model import UserId

EVERYBODY = (
    Person(UserId("UADMIN"), "Ada", Role.ADMIN),
    Person(UserId("UMEMBER"), "Ben", Role.MEMBER),
    Person(UserId("UGUEST"), "Gus", Role.GUEST),
    Person(UserId("USTRANGER"), "Sam", Role.STRANGER),
)


class FakePeople(People):
    """Knows EVERYBODY and *people*; anybody else is a stranger."""

    def __init__(self, *people: Person) -> None:
        self.members: dict[str, Collection[UserId]] = {}  # by group
        self._people = {person.id: person for person in (*EVERYBODY, *people)}

    def add(self, person: Person) -> None:
        """Add a person, or replace the one with that id."""
        self._people[person.id] = person

    async def person(self, user: UserId) -> Person:
        return self._people.get(user) or Person(user, user, Role.STRANGER)

    async def names(self, users: Iterable[UserId]) -> Mapping[UserId, str]:
        return {user: self._people[user].name for user in users if user in self._people}

    async def groups(self, user: UserId, among: Collection[str]) -> Collection[str]:
        return [group for group in among if user in self.members.get(group, ())]

    async def has_others(
        self, besides: Collection[UserId], *, admins: bool, groups: Collection[str]
    ) -> bool:
        ids = {id_ for id_, one in self._people.items() if admins and one.role is Role.ADMIN}
        return bool(ids.union(*(self.members.get(group, ()) for group in groups)) - {*besides})

    async def taken_names(self) -> frozenset[str]:
        return frozenset(person.name for person in self._people.values())


async def whoever(_user: UserId) -> bool:
    """Say yes of everybody."""
    return True
