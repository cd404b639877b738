"""How workers do their chores: forgetting threads, messages, the workspace, and what is too old."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from bot import runtime
from bot.operations.chores import Chore, ChoreKind, ChoreStore, Do
from bot.operations.forgetting.forget_plan import ForgetPlan, ForgetPlanner, carry_out
from bot.operations.forgetting.forget_threads import ForgetThreads
from bot.operations.forgetting.idle_threads import expire_idle
from bot.operations.forgetting.survey import Survey
from bot.operations.queue_admin import renewed
from bot.operations.services import Services
from bot.operations.slack_threads import BotMessages, ThreadTraces
from bot.panel.audit.audit_log import AuditLog
from bot.panel.audit.entry import Act
from bot.panel.errors import ConversationGone, ModelRefused, Refused
from bot.panel.intake.turn_queue import messages_of
from bot.panel.language_model.conversations import withdrawal
from bot.panel.language_model.exchange import UserSaid
from bot.panel.model import ConversationId, MessageTs, ThreadRef, UserId
from bot.panel.roster.roster import WorkspaceScope
from bot.panel.routing import corrections

log = logging.getLogger(__name__)

_DAY = 24 * 60 * 60
TIDY_EVERY = 3600.0  # seconds
TIDY_ONE_OF_MANY_EVERY = 24 * 3600.0  # where each look opens the parts of a workspace that is idle
_WAIT = 5.0  # seconds for a turn that is running


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many days things are kept."""

    audit: int
    threads: int = 0  # after their last use; 0: until somebody forgets them
    is_one_of_many: bool = False  # then somebody looks for the threads of all workspaces at once


class Upkeep:
    """Does each kind of chore. *is_installed* asks Slack whether the bot's token still works."""

    def __init__(
        self,
        services: Services,
        chores: ChoreStore,
        audit_log: AuditLog,
        keeping: Keeping,
        is_installed: Callable[[], Awaitable[bool]],
    ) -> None:
        self._services = services
        self._chores = chores
        self._audit_log = audit_log
        self._keeping = keeping
        self._is_installed = is_installed

    @property
    def ways(self) -> Mapping[ChoreKind, Do]:
        """How each kind of chore is done."""
        return {
            ChoreKind.FORGET: self.forget,
            ChoreKind.EXPIRE: self.expire,
            ChoreKind.REMOVE: self.remove,
            ChoreKind.TIDY: self.tidy,
            ChoreKind.WITHDRAW: self.withdraw,
        }

    async def forget(self, chore: Chore) -> None:
        """Forget a thread that somebody wants forgotten."""
        services, by = self._services, UserId(chore.by)
        plan = await ForgetPlanner(Survey(services), messages=False).thread(chore.thread)
        await _forget(plan, ForgetThreads(services, wait=_WAIT, messages=False, by=by))

    async def expire(self, chore: Chore) -> None:
        """Forget a thread that has not been used for too long, unless it is in use again."""
        limit = self._keeping.threads * _DAY
        idle = await self._services.stores.kept.idle(chore.thread)
        if not limit or idle is None or idle < limit:
            return
        forget = ForgetThreads(self._services, wait=0, messages=False, drop=False)
        async for data, _ in Survey(self._services).look([chore.thread], {}):
            await forget.thread(data)

    async def withdraw(self, chore: Chore) -> None:
        """Take a message that was deleted out of the conversations that got it."""
        await asyncio.create_task(self._withdraw(chore))  # a task for the lease

    async def _withdraw(self, chore: Chore) -> None:
        queue, services = self._services.stores.queue, self._services
        hold = await queue.hold(chore.thread)
        if hold is None:
            raise Refused("a turn is running there, or waits for something")
        async with renewed(queue, hold, services.lease):
            for letter in await queue.buried():
                if letter.turn.thread == chore.thread and chore.ts in messages_of(letter.turn):
                    await queue.drop(letter.turn.id)
            await corrections.forget_message(services.stores.corrections, chore.thread, chore.ts)
            links = await services.recovery.find(chore.thread)
            for conversation in filter(None, (links.router, *links.experts.values())):
                with suppress(ConversationGone):
                    await self._take_out(conversation, MessageTs(chore.ts))

    async def _take_out(self, conversation: ConversationId, ts: MessageTs) -> None:
        """Take *ts* out of a conversation; what others said beside it is put back first."""
        model = self._services.model
        if not (found := await self._texts_with(conversation, ts)):
            return
        if left := list(filter(None, (withdrawal.without(text, ts) for text in found))):
            await model.append(conversation, left)
        try:
            await model.remove(conversation, lambda text: withdrawal.holds(text, ts))
        except ModelRefused as refusal:
            log.warning("message.not_taken_out", extra={"reason": str(refusal)})
        if await self._texts_with(conversation, ts):
            await model.append(conversation, [withdrawal.note(ts)])

    async def _texts_with(self, conversation: ConversationId, ts: MessageTs) -> list[str]:
        """Return what models were given in *conversation* with the message *ts* in it."""
        items = [item async for item in self._services.model.items(conversation)]
        texts = [item.text for item in reversed(items) if isinstance(item, UserSaid)]
        return [text for text in texts if withdrawal.holds(text, ts)]

    async def tidy(self, chore: Chore) -> float:
        """Trim the audit log, and find the threads that have not been used for too long."""
        team, kept = chore.team_id, self._services.stores.kept
        await self._audit_log.trim(team, runtime.time() - self._keeping.audit * _DAY)
        log.info("audit.head", extra={"head": str(await self._audit_log.head(team))})
        if self._keeping.is_one_of_many:
            return TIDY_ONE_OF_MANY_EVERY
        if self._keeping.threads:
            await expire_idle(kept, self._chores, self._days, team)
        return TIDY_EVERY

    async def _days(self, _team_id: str) -> int:
        return self._keeping.threads

    async def remove(self, chore: Chore) -> None:
        """Delete all that is kept of a workspace, unless the app is installed there again.

        This process may have a former token that Slack rejects, while others have a new one.
        """
        removed_at = float(chore.ts) + 1  # Slack tells whole seconds
        is_back = await self._chores.installed_at(chore.team_id) > removed_at
        if is_back or await self._is_installed():
            log.info("app.installed_still")
            return
        services = replace(self._services, messages=_NoSlack())
        team, stores = services.team_id, services.stores
        everywhere = WorkspaceScope(team)
        log.warning("app.data_is_deleted")
        await stores.auditor.record(Act.FORGOT, everywhere, None, "workspace")
        survey, plan = Survey(services), ForgetPlan()
        kept = await survey.kept()
        async for data, _ in survey.look(kept, kept):
            plan.threads.append(data)
        plan.channels += [scope.channel_id for scope in await stores.panels.channels(team)]
        await _forget(plan, ForgetThreads(services, wait=_WAIT, messages=False))
        await ForgetThreads(services, wait=0, messages=False).documents_of(team)
        await stores.kept.erase(await stores.kept.team_keys(team))
        await self._audit_log.expire(team, self._keeping.audit * _DAY)


async def _forget(plan: ForgetPlan, forget: ForgetThreads) -> None:
    """Carry out *plan*. Raises Refused if anything of it is left."""
    if problems := await carry_out(plan, forget):
        raise Refused("; ".join(problems))


class _NoSlack(BotMessages):
    """Slack, once it does not let us in any more."""

    async def traces(self, thread: ThreadRef) -> ThreadTraces:
        return ThreadTraces(None, frozenset(), (), ())

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> None:
        pass
