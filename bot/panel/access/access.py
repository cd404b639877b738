"""The one place that says whether somebody may use the bot: yes, or why not.

Whoever Slack does not tell us about has the least of rights. What somebody may do is found out
when it is done: roles are as old as ``People`` lets them be, and a channel may be shared meanwhile.
"""

import logging
from collections.abc import Collection

from bot.panel.access import sentences
from bot.panel.access.channel_facts import ChannelFacts
from bot.panel.access.policy import AccessPolicy, Denial, Place
from bot.panel.audit.audit_log import Auditor
from bot.panel.errors import MessengerRefused, Refused
from bot.panel.messaging.people import Members, People, Person, Role
from bot.panel.model import UserId
from bot.panel.roster.roster import ChannelScope
from bot.panel.texts.apologies import REVOKED

log = logging.getLogger(__name__)


class Access:
    """Says who may use the bot in the channels of one workspace."""

    def __init__(
        self,
        policy: AccessPolicy,
        people: People,
        channels: ChannelFacts,
        members: Members,
        auditor: Auditor,
        team_id: str,
    ) -> None:
        self._members = members
        self._auditor = auditor
        self._policy = policy
        self._people = people
        self._channels = channels
        self._team_id = team_id

    def closes(self, channel_id: str) -> bool:
        """Whether nobody may use the bot in the channel, apps included."""
        return self._policy.closes(self._place(channel_id))

    async def denial(self, user: UserId, channel_id: str = "") -> Denial | None:
        """Return why *user* may not use the bot in the channel, or at all; None if they may."""
        place = self._place(channel_id) if channel_id else None
        if place and self._policy.closes(place):
            return Denial.CHANNEL
        person = await self._person(user)
        denial = self._policy.denial(person or Person(user, user, Role.STRANGER), place)
        return Denial.UNKNOWN if denial and person is None else denial

    async def may_ask(self, user: UserId, channel_id: str) -> bool:
        return await self.denial(user, channel_id) is None

    async def check(self, user: UserId, channel_id: str = "") -> None:
        """Raise Refused, with a sentence for them, if *user* may not use the bot there."""
        if denial := await self.denial(user, channel_id):
            await self.note(user, channel_id, denial)
            raise Refused(sentences.denied(denial))

    async def note(self, user: UserId, channel_id: str, denial: Denial) -> None:
        log.info("access.denied", extra={"channel": channel_id, "reason": denial.name})
        where = ChannelScope(self._team_id, channel_id)
        await self._auditor.refused(where, user, "use", reason=denial.name.casefold())

    async def check_sees(self, user: UserId, channel_id: str) -> None:
        """Raise Refused if *user* may not see what answers in the channel rely on.

        What may be from documents of the defaults is not for other organisations, unless operators
        say so: the channel may have become shared since. Who is in the channel is not checked here.
        """
        await self.check(user, channel_id)
        person = await self._person(user)
        is_outside = person is None or person.role is Role.STRANGER
        if is_outside and await self.withholds(channel_id):
            raise Refused(sentences.not_for_partners())

    async def visible(self, user: UserId) -> Collection[str]:
        """Return the channels that *user* can read, of those that the bot is in.

        None where Slack does not tell. Raises MessengerUnavailable.
        """
        joined = await self._members.channels_of(user)
        person = await self._person(user)
        if joined is None or person is None:
            return ()
        is_full = person.role in (Role.ADMIN, Role.MEMBER)
        return {*joined, *(await self._channels.public() if is_full else ())}

    async def withholds(self, channel_id: str) -> bool:
        """Whether documents and tools of the defaults are not to be used in the channel."""
        if self._place(channel_id).is_in(self._policy.sharing):
            return False
        return await self._channels.is_shared(channel_id)

    async def _person(self, user: UserId) -> Person | None:
        """Return the person; None if Slack refuses to tell. Raises MessengerRefused if it is us."""
        try:
            return await self._people.person(user)
        except MessengerRefused as refusal:
            if refusal.code in REVOKED:  # no answer about a person: nobody can be told either
                raise
            log.warning("person.unknown", extra={"reason": str(refusal)})
            return None

    def _place(self, channel_id: str) -> Place:
        return Place(self._team_id, {channel_id, *self._channels.ids(channel_id)})
