"""The members of the workspace, cached for ten minutes."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import aclosing

from bot import runtime
from bot.adapters.slack.api.answers import SlackRefused
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.panel.messaging.people import People, Person, Role
from bot.panel.model import UserId

log = logging.getLogger(__name__)

_MAX_AGE = 10 * 60.0
_MOST = 10_000
_AT_ONCE = 8  # concurrent requests
_UNKNOWN = frozenset({"user_not_found", "user_not_visible", "users_not_found"})


class SlackPeople(People):
    """Reads ``users.info`` and ``users.list``; answers may be ten minutes old."""

    def __init__(
        self, api: SlackApi, identity: Identity, *, clock: Callable[[], float] = runtime.monotonic
    ) -> None:
        self._api = api
        self._team = identity.team_id
        self._is_org_wide = identity.is_org_wide
        self._clock = clock
        self._cached: OrderedDict[UserId, tuple[float, Person | None]] = OrderedDict()
        self._groups: dict[str, tuple[float, frozenset[str]]] = {}
        self._admins: dict[UserId, float] = {}  # some of them, and when they were found
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._taken: tuple[float, frozenset[str]] | None = None
        self._taken_lock = asyncio.Lock()
        self._refused_at = -_MAX_AGE  # when Slack said that we may not know people

    async def person(self, user: UserId) -> Person:
        return await self._find(user) or Person(user, user, Role.STRANGER)

    async def names(self, users: Iterable[UserId]) -> Mapping[UserId, str]:
        people = await asyncio.gather(
            *(self._find_if_allowed(user) for user in dict.fromkeys(users))
        )
        return {person.id: person.name for person in people if person}

    async def groups(self, user: UserId, among: Collection[str]) -> Collection[str]:
        return [group for group in sorted(among) if user in await self._members(group)]

    async def has_others(
        self, besides: Collection[UserId], *, admins: bool, groups: Collection[str]
    ) -> bool:
        for group in sorted(groups):
            if {*await self._members(group)} - {*besides}:
                return True
        return admins and await self._has_admin(besides)

    async def taken_names(self) -> frozenset[str]:
        async with self._taken_lock:
            if not self._taken or self._is_old(self._taken[0]):
                names: set[str] = set()
                async for member in self._api.pages("users.list", "members", limit=1_000):
                    if not member.get("deleted"):
                        names.update(_names_of(member))
                self._taken = self._clock(), frozenset(names)
            return self._taken[1]

    async def _has_admin(self, besides: Collection[UserId]) -> bool:
        known = {id_ for id_, since in self._admins.items() if not self._is_old(since)}
        if known - {*besides}:
            return True
        try:
            async with aclosing(self._api.pages("users.list", "members", limit=1_000)) as members:
                async for member in members:
                    if self._role(member) is Role.ADMIN:
                        self._admins[UserId(member["id"])] = self._clock()
                        if member["id"] not in besides:
                            return True
        except SlackRefused as error:
            log.warning("admins.unknown", extra={"reason": str(error)})
            return True
        return False

    async def _members(self, group: str) -> Collection[str]:
        """Return the members of a user group; none if Slack does not let us read them."""
        since, cached = self._groups.get(group, (0.0, frozenset[str]()))
        if group in self._groups and not self._is_old(since):
            return cached
        try:
            answer = await self._api.read("usergroups.users.list", usergroup=group)
        except SlackRefused as error:
            log.warning("group.unknown", extra={"group": group, "reason": str(error)})
            return ()
        members = frozenset(answer["users"])
        self._groups[group] = self._clock(), members
        return members

    async def _find_if_allowed(self, user: UserId) -> Person | None:
        """Return the person; None also if we may not ask: an answer without names is one, too."""
        if not self._is_old(self._refused_at):
            return None
        try:
            return await self._find(user)
        except SlackRefused as error:
            if error.needed:
                self._refused_at = self._clock()
            return None

    async def _find(self, user: UserId) -> Person | None:
        """Return the person; None if Slack does not know or show *user*."""
        async with self._slots:
            since, cached = self._cached.get(user, (0.0, None))
            if user in self._cached and not self._is_old(since):
                return cached
            person = await self._fetch(user)
        self._cached[user] = self._clock(), person
        self._cached.move_to_end(user)
        while len(self._cached) > _MOST:
            self._cached.popitem(last=False)
        return person

    async def _fetch(self, user: UserId) -> Person | None:
        try:
            answer = await self._api.read("users.info", user=user, include_locale=True)
        except SlackRefused as error:
            if error.code not in _UNKNOWN:
                raise
            return None
        return self._person(answer["user"])

    def _is_old(self, since: float) -> bool:
        return self._clock() - since >= _MAX_AGE

    def _person(self, member: Json) -> Person:
        locale = member.get("locale") or ""
        return Person(UserId(member["id"]), _names_of(member)[0], self._role(member), locale)

    def _role(self, member: Json) -> Role:
        teams = (member.get("enterprise_user") or {}).get("teams") or []
        is_ours = member.get("team_id") == self._team or self._team in teams
        is_no_person = member.get("is_bot") or member.get("deleted")
        if not is_ours or member.get("is_stranger") or is_no_person:
            return Role.STRANGER
        if member.get("is_restricted") or member.get("is_ultra_restricted"):
            return Role.GUEST
        return Role.ADMIN if self._is_admin(member) else Role.MEMBER

    def _is_admin(self, member: Json) -> bool:
        """Whether a member is an admin here: an org-wide token may show their rank elsewhere."""
        is_rank_here = not self._is_org_wide or member.get("team_id") == self._team
        ranked = member if is_rank_here else member.get("enterprise_user") or {}
        return any(ranked.get(f"is_{rank}") for rank in ("admin", "owner", "primary_owner"))


def _names_of(member: Json) -> list[str]:
    profile = member.get("profile") or {}
    names = (
        profile.get("display_name"),
        profile.get("real_name"),
        member.get("real_name"),
        member.get("name"),
    )
    return [name for name in names if name] or [member["id"]]
