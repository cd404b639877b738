"""Who may decide on a request for approval, in this installation."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.panel.approvals import approval_texts
from bot.panel.approvals.approvals import Pending
from bot.panel.approvals.approvers import Approvers, named
from bot.panel.messaging.people import People
from bot.panel.model import UserId
from bot.panel.tools import ApprovalWanted, Toolbox


class ApprovalRights:
    """Knows who may decide: as *toolbox* says of a tool, else the *usual* people.

    *admins* are those of the panel. Who decides on several tools at once has to be somebody who
    may decide on each. Methods that ask for *people* raise MessengerUnavailable.
    """

    def __init__(
        self, people: People, toolbox: Toolbox, usual: Approvers, admins: Collection[UserId] = ()
    ) -> None:
        self._people = people
        self._toolbox = toolbox
        self._usual = usual
        self._admins = admins

    async def may_decide(self, user: UserId, pending: Pending) -> bool:
        approvers = [self._approvers(one) for one in pending.wanted]
        person = await self._people.person(user)
        wanted = frozenset[str]().union(*(one.groups for one in approvers))
        groups = await self._people.groups(user, wanted) if wanted else ()
        return all(one.include(person, pending.authors, groups) for one in approvers)

    async def anybody_may(self, pending: Pending, *, alone: bool) -> bool:
        """Whether anybody may, as far as one can tell; *alone*: only an asker reads the thread."""
        for asker in pending.authors:
            if await self.may_decide(asker, pending):
                return True
        if alone:
            return False
        for one in {self._approvers(wanted) for wanted in pending.wanted}:
            if not await self._has_others(one, pending.authors):
                return False
        return True

    def described(self, pending: Pending) -> str:
        """Return who may decide, as the end of a sentence."""
        by_tool = [(one, self._approvers(one).described(pending.authors)) for one in pending.wanted]
        if len({who for _, who in by_tool}) == 1:
            return by_tool[0][1]
        return approval_texts.who_for_each(by_tool)

    async def _has_others(self, approvers: Approvers, besides: Sequence[UserId]) -> bool:
        if approvers.anyone or approvers.users - {*besides}:
            return True
        return await self._people.has_others(
            besides, admins=approvers.admins, groups=approvers.groups
        )

    def _approvers(self, wanted: ApprovalWanted) -> Approvers:
        server = self._toolbox.server(wanted.server)
        if server is None or not server.has(wanted.tool):
            return named(())
        words = server.approvers.get(wanted.tool) or server.approvers.get("")
        approvers = named(words, self._admins) if words else self._usual
        return replace(approvers, not_the_asker=server.needs_somebody_else(wanted.tool))
