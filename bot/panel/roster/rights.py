"""Who may change which panel."""

from collections.abc import Sequence

from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.messaging.people import People
from bot.panel.model import Role, ThreadRef, UserId
from bot.panel.roster.roster import Scope, WorkspaceScope


class Rights:
    """Tells who may change what.

    *admins* may change a workspace's defaults beside its admins. Where the panel is *kept_in* a
    file, nobody changes it from Slack, except in their thread.
    """

    def __init__(self, people: People, admins: frozenset[UserId], kept_in: str = "") -> None:
        self._people = people
        self._admins = admins
        self.kept_in = kept_in

    @property
    def admins(self) -> Sequence[UserId]:
        """Who may change the defaults beside the workspace's admins."""
        return sorted(self._admins)

    def check_is_kept_here(self, scope: Scope) -> None:
        """Raise Refused if the panel of *scope* is changed elsewhere."""
        if self.kept_in and not isinstance(scope, ThreadRef):
            raise Refused(
                gettext(
                    "This panel is kept in {place} and can only be changed there.",
                    place=self.kept_in,
                )
            )

    async def check(self, scope: Scope, by: UserId | None) -> None:
        """Raise Refused if *by* has no say there; None is whoever runs the bot."""
        if by is None or by in self._admins:
            return
        role = (await self._people.person(by)).role
        if role is Role.STRANGER:
            raise Refused(gettext("People from other organisations cannot change the panel."))
        if role is Role.GUEST:
            raise Refused(gettext("Guests cannot change the panel; please ask a full member."))
        if isinstance(scope, WorkspaceScope) and role is not Role.ADMIN:
            raise Refused(
                gettext(
                    "The defaults of all channels can be changed by workspace admins; you can "
                    "change this channel's panel with `/experts add` and `/experts remove`."
                )
            )
