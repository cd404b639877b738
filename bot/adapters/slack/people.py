"""Who is who in the workspace, remembered for a while."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

from bot.adapters.slack.identity import Identity
from bot.adapters.slack.web_api import Json, SlackApi
from bot.panel.errors import MessengerRefused
from bot.panel.model import Person, Role, UserId
from bot.panel.ports import People

_KEEP = 10 * 60.0
_MOST = 10_000


class SlackPeople(People):
    """Asks ``users.info`` and ``users.list``; answers may be ten minutes old."""

    def __init__(
        self,
        api: SlackApi,
        identity: Identity,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._team = identity.team_id
        self._clock = clock
        self._known: OrderedDict[UserId, tuple[float, Person]] = OrderedDict()
        self._names: tuple[float, frozenset[str]] | None = None

    async def person(self, user: UserId) -> Person:
        since, known = self._known.get(user, (0.0, None))
        if known and self._clock() - since < _KEEP:
            return known
        answer = await self._api.read("users.info", user=user)
        person = self._person(answer["user"])
        self._known[user] = (self._clock(), person)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return person

    async def names(self, users: Iterable[UserId]) -> Mapping[UserId, str]:
        found = {}
        for user in dict.fromkeys(users):
            try:
                found[user] = (await self.person(user)).name
            except MessengerRefused:  # nobody we may know of
                continue
        return found

    async def taken_names(self) -> frozenset[str]:
        if self._names and self._clock() - self._names[0] < _KEEP:
            return self._names[1]
        taken = set()
        async for member in self._api.pages("users.list", "members"):
            if not member.get("deleted"):
                taken.update(_names_of(member))
        self._names = (self._clock(), frozenset(taken))
        return self._names[1]

    def _person(self, member: Json) -> Person:
        return Person(UserId(member["id"]), _names_of(member)[0], self._role(member))

    def _role(self, member: Json) -> Role:
        teams = (member.get("enterprise_user") or {}).get("teams", [])
        ours = member.get("team_id") == self._team or self._team in teams
        if member.get("is_stranger") or not ours or member.get("is_bot"):
            return Role.STRANGER
        if member.get("is_restricted") or member.get("is_ultra_restricted"):
            return Role.GUEST
        if member.get("is_admin") or member.get("is_owner"):
            return Role.ADMIN
        return Role.MEMBER


def _names_of(member: Json) -> list[str]:
    profile = member.get("profile") or {}
    names = (
        profile.get("display_name"),
        profile.get("real_name"),
        member.get("real_name"),
        member.get("name"),
    )
    return [name for name in names if name] or [member["id"]]
