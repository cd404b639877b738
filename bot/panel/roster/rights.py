"""Who may change which panel."""

from collections.abc import Sequence

from bot.language import gettext
from bot.panel.audit.audit_log import Auditor
from bot.panel.errors import Refused
from bot.panel.messaging.people import People, Role
from bot.panel.model import ThreadRef, UserId
from bot.panel.roster.roster import Scope, WorkspaceScope


class Rights:
    """Checks whether somebody may change something; *by* is None for whoever runs the bot.

    *admins* may change a workspace's defaults like its own admins. Where the panels are *kept_in*
    a file, nobody can change them from Slack, except for a single thread. Whoever is no admin may
    name only *models* for experts, if there are any of these.
    """

    def __init__(
        self,
        people: People,
        auditor: Auditor,
        admins: frozenset[UserId] = frozenset(),
        kept_in: str = "",
        models: frozenset[str] = frozenset(),
    ) -> None:
        self._models = models
        self._people = people
        self._auditor = auditor
        self._admins = admins
        self.kept_in = kept_in

    @property
    def admins(self) -> Sequence[UserId]:
        """Who may change the defaults besides the workspace's admins."""
        return sorted(self._admins)

    async def check_may_change(self, scope: Scope, by: UserId | None) -> None:
        """Raise Refused if *by* may not change the panel of *scope*."""
        self.check_not_in_file(scope)
        await self.check_role(scope, by)

    async def check_may_give_handle(self, team_id: str, by: UserId) -> None:
        """Raise Refused if *by* may not: handles are the workspace's, wherever panels are kept."""
        await self.check_role(WorkspaceScope(team_id), by)

    async def check_may_forget(self, thread: ThreadRef, by: UserId) -> None:
        """Raise Refused if *by*, who has not begun *thread*, may not have it forgotten."""
        refusal = gettext(
            "Only whoever began this thread, or a workspace admin, can have me forget it."
        )
        await self._check_admin(thread, by, "forget", refusal)

    async def check_may_set_budget(self, where: Scope, by: UserId | None) -> None:
        """Raise Refused if *by* may not change budgets, or let a question exceed them."""
        refusal = gettext("Only workspace admins can change budgets, or let a question through.")
        await self._check_admin(where, by, "budget", refusal)

    async def check_may_drop_corrections(self, where: Scope, by: UserId) -> None:
        """Raise Refused if *by* may not decide what the router learns."""
        refusal = gettext("Only workspace admins can drop corrections.")
        await self._check_admin(where, by, "corrections", refusal)

    async def check_may_set(self, where: Scope, by: UserId) -> None:
        """Raise Refused if *by* may not see and change the settings of the workspace."""
        refusal = gettext("Only workspace admins can see and change settings.")
        await self._check_admin(where, by, "settings", refusal)

    async def _check_admin(self, where: Scope, by: UserId | None, act: str, refusal: str) -> None:
        if not await self._is_admin(by):
            await self._auditor.refused(where, by, act)
            raise Refused(refusal)

    async def _is_admin(self, by: UserId | None) -> bool:
        return by is None or by in self._admins or await self._role(by) is Role.ADMIN

    async def check_may_name(self, model: str | None, by: UserId, *, before: str | None) -> None:
        """Raise Refused if *by* may not name *model* for an expert that had another *before*."""
        if model in (None, before, *self._models) or not self._models:
            return
        if not await self._is_admin(by):
            names = ", ".join(f"`{name}`" for name in sorted(self._models))
            raise Refused(
                gettext(
                    "Only admins can name that model. These can be named here: {models}.",
                    models=names,
                ),
                field="model",
            )

    def check_not_in_file(self, scope: Scope) -> None:
        """Raise Refused if the panel of *scope* is kept in a file."""
        if self.kept_in and not isinstance(scope, ThreadRef):
            raise Refused(
                gettext(
                    "This panel is kept in {place} and can only be changed there.",
                    place=self.kept_in,
                )
            )

    async def check_role(self, scope: Scope, by: UserId | None) -> None:
        """Raise Refused if the role of *by* does not allow changes to *scope*."""
        if by is None or by in self._admins:
            return
        try:
            await self._check_role(scope, by)
        except Refused:
            await self._auditor.refused(scope, by, "panel")
            raise

    async def _check_role(self, scope: Scope, by: UserId) -> None:
        role = await self._role(by)
        if role is Role.STRANGER:
            raise Refused(gettext("People from other organisations cannot change the panel."))
        if role is Role.GUEST:
            raise Refused(gettext("Guests cannot change the panel; please ask a full member."))
        if isinstance(scope, WorkspaceScope) and role is not Role.ADMIN:
            raise Refused(
                gettext(
                    "Only workspace admins can change the defaults of all channels; you can "
                    "change this channel's panel with `/experts add` and `/experts remove`."
                )
            )

    async def _role(self, user: UserId) -> Role:
        return (await self._people.person(user)).role
