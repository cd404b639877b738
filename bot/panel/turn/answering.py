"""Answering a thread: link, route, consult, close."""

import asyncio
import logging
from contextlib import AsyncExitStack

from bot import runtime
from bot.panel.access import withheld
from bot.panel.budgets.ledger import OverBudget
from bot.panel.budgets.sentences import left_out as budget_notice
from bot.panel.errors import ModelFault, ModelRefused, leaves
from bot.panel.journal.posts import FILES, LATE, STEERED, UNREAD
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model.files import attachments
from bot.panel.language_model.files.byte_budget import ByteBudget
from bot.panel.language_model.files.file_fetching import fetch, needed
from bot.panel.links import ThreadLinks
from bot.panel.model import Call, Decision, Turn
from bot.panel.replies.failure_notice import MENDABLE, FailureNotice, fault_of
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.reports import turn_report
from bot.panel.reports.report_store import ROUTER
from bot.panel.texts import apologies, file_sentences, refusal_sentences, sentences
from bot.panel.threads import follow_ups
from bot.panel.threads.conversation_migration import ConversationMigration
from bot.panel.threads.conversations import ThreadConversations
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.threads.thread_history import ThreadHistory, files_of
from bot.panel.threads.thread_store import Standing
from bot.panel.turn.authorship import with_authors
from bot.panel.turn.choosing import unsure
from bot.panel.turn.choosing.correcting import keep_correction
from bot.panel.turn.choosing.routing import route
from bot.panel.turn.choosing.selection import post_left_out, unasked
from bot.panel.turn.consulting import file_posts
from bot.panel.turn.consulting.consultation import consult
from bot.panel.turn.services import Rules, Services
from bot.panel.turn.synthesis import close
from bot.panel.turn.turn_context import TurnContext, TurnInput
from bot.panel.turn.turn_parts import TurnParts

log = logging.getLogger(__name__)


class Answering:
    """Answers turns; *parts* makes what each of them needs."""

    def __init__(
        self,
        services: Services,
        rules: Rules,
        parts: TurnParts,
        failures: FailureNotice,
        recovery: LinkRecovery,
    ) -> None:
        self._services = services
        self._rules = rules
        self._stores = services.stores
        self._parts = parts
        self._failures = failures
        threads, model = services.stores.threads, services.client.model
        self._history = ThreadHistory(services.transcript, threads)
        self._recovery = recovery
        self._migration = ConversationMigration(threads, model, rules.timeouts)
        self._room_for_files = ByteBudget(attachments.HELD_AT_ONCE)
        self._room_for_made_files = ByteBudget(file_posts.HELD_AT_ONCE)

    async def answer(self, record: TurnRecord, writer: ThreadWriter) -> None:
        """Answer the turn of *record*, from wherever an earlier attempt stopped."""
        turn, threads = record.turn, self._stores.threads
        if await self._is_muted(turn):  # since the messages were queued
            await threads.mark_unread(turn.thread, turn.messages[0].ts)
            await writer.clear_status()  # where it stood in the queue
            return
        links = await self._recovery.of_turn(record)
        if links is None:
            await threads.set_standing(turn.thread, Standing.FOREIGN)
            return
        if await self._has_expired_before(record):
            await writer.clear_status()
            return
        links = await self._migration.moved(record.claim, links)
        if links.router is None and not await self._is_mentioned_from_the_start(turn):
            turn = turn.since_mention()
        async with AsyncExitStack() as held, asyncio.TaskGroup() as tasks:
            tasks.create_task(writer.show_status(sentences.thinking()))
            context = await self._open_context(record, writer, links, turn, tasks, held)
            await self._answer(context)
        await self._finish(context)

    async def _has_expired_before(self, record: TurnRecord) -> bool:
        """Whether a request that has expired was forgotten to have been decided on."""
        verdict = record.turn.verdict
        if not (record.in_doubt and verdict and verdict.decision is Decision.EXPIRED):
            return False
        return (await self._parts.approvals(record)).decided is None

    async def _is_mentioned_from_the_start(self, turn: Turn) -> bool:
        """Whether no message of *turn* is talk that came before anybody had mentioned us."""
        if turn.messages[0].mentioned or not turn.mentions_bot:
            return True
        return await self._recovery.was_overtaken(turn)

    async def _is_muted(self, turn: Turn) -> bool:
        if turn.mentions_bot:
            return False
        return await self._stores.threads.standing(turn.thread) is Standing.MUTED

    async def _open_context(
        self,
        record: TurnRecord,
        writer: ThreadWriter,
        links: ThreadLinks,
        turn: Turn,
        tasks: asyncio.TaskGroup,
        held: AsyncExitStack,
    ) -> TurnContext:
        services, timeouts = self._services, self._rules.timeouts
        (panel, lacking), question, unread, background, approvals = await asyncio.gather(
            withheld.panel_of(turn.thread, services.panels, services.admission.access),
            self._history.question(turn),
            self._history.unread(turn, links),
            self._history.background(turn, links),
            self._parts.approvals(record),
        )
        read = (*unread.said, *background)
        turn = await with_authors(
            record, turn, question, read, approvals.decided_authors, unread.since
        )
        files = files_of([*unread.said, *question])
        share = await held.enter_async_context(self._room_for_files.share(needed(files)))
        attached = tasks.create_task(fetch(services.files, files, timeouts, share))
        return TurnContext(
            services,
            self._rules,
            TurnInput(turn, panel, question, unread, background, attached, lacking),
            record,
            ThreadConversations(
                record, links, self._stores.threads, services.client.model, timeouts
            ),
            writer,
            self._parts.plan(record, writer, panel),
            approvals,
            self._room_for_made_files,
        )

    async def _answer(self, context: TurnContext) -> None:
        calls = self._parts.open_calls(context.record, context.panel)
        async with context.plan.live():
            try:
                context.writer.router = await context.conversations.router()
                await _post_reason(context)
                await self._post_unread(context)
                await unsure.pass_over(context)
                await self._route_and_consult(context)
                await _post_unused_files(context)
                await post_left_out(context)
                await close(context)
                await calls.answer_failed(context.conversations.links)
            except (ModelRefused, BaseExceptionGroup) as error:
                errors = list(leaves(error))
                refusals = [one for one in errors if isinstance(one, ModelRefused)]
                if len(refusals) < len(errors):
                    raise  # something else decides what becomes of the turn
                await self._post_refusal(context, refusals[0])
                await calls.answer(context.conversations.links)

    async def _post_unread(self, context: TurnContext) -> None:
        turn = context.turn
        lacks = self._services.transcript.lacks(turn.thread)
        begins_thread = turn.about == turn.thread.thread_ts
        if (
            lacks
            and not begins_thread
            and await self._stores.threads.is_first_to_post(UNREAD, turn)
        ):
            await context.writer.post(UNREAD, apologies.unread(lacks))

    async def _post_refusal(self, context: TurnContext, refusal: ModelRefused) -> None:
        """Say that the router refused. Raises *refusal* where the whole turn may be tried again."""
        if isinstance(refusal, OverBudget):
            await context.writer.tell_of_budget(refusal.sentence)
            return
        fault = fault_of(refusal, context.turn)
        extra = {"fault": fault, "reason": str(refusal)}
        log.warning("router.refused", extra=extra)
        await context.note_failure(ROUTER, refusal)
        if refusal.fault in MENDABLE and context.progress.routed is None:
            raise refusal
        if refusal.fault is ModelFault.QUOTA:
            await self._failures.no_credit(context.record, context.writer)
        else:
            experts = len(context.panel.experts)
            sentence = refusal_sentences.router_failed(fault, refusal.server, experts)
            await context.writer.post("refused", sentence)

    async def _route_and_consult(self, context: TurnContext) -> None:
        async with asyncio.TaskGroup() as tasks:

            def start(call: Call) -> None:
                tasks.create_task(consult(context, call))

            waiting = unasked(context)
            for call in context.progress.calls:
                if call not in waiting:
                    start(call)
            if context.progress.routed is None:
                await keep_correction(context)
                await route(context, start)
            context.writer.router = await context.conversations.router()
            context.plan.changed()
        if context.progress.without_credit:
            await self._failures.no_credit(context.record, context.writer)
        await _post_over_budget(context)

    async def _finish(self, context: TurnContext) -> None:
        await context.writer.end_streams()
        await asyncio.gather(
            context.record.flush(),
            context.conversations.restore(),
            context.conversations.record(always=context.record.resumed),
            self._catch_up(context),
            self._parts.save_report(context.record, context.turn, context.panel),
            context.writer.clear_status(),
        )
        turn_report.log_answered(context.turn, context.progress)

    async def _catch_up(self, context: TurnContext) -> None:
        """Note what models have read by now; what is left to people, they have not."""
        turn, edits = context.turn, context.input.unread.edits
        if unsure.is_offered(context):
            await self._stores.threads.mark_unread(turn.thread, turn.messages[0].ts)
            return
        known = {} if context.record.has_begun else edits
        await self._history.catch_up(turn, context.progress.unread_since, known)


async def _post_reason(context: TurnContext) -> None:
    if missed := [m for m in context.turn.messages if m.missed]:
        await context.writer.post(LATE, apologies.late(runtime.time() - float(missed[0].ts)))
    await context.approvals.show_verdict()
    steer = context.turn.steer
    if steer and steer.chosen:
        await unsure.show_choice(context, steer)
    elif steer:
        titles = [expert.title for expert in follow_ups.wanted(steer, context.panel)]
        by = context.input.question[0].speaker
        await context.writer.post(STEERED, sentences.steered(steer, by, titles))


async def _post_over_budget(context: TurnContext) -> None:
    if left_out := context.progress.over_budget:
        names, reasons = zip(*left_out, strict=True)
        titles = dict.fromkeys(context.panel.persona(name).name for name in names)
        await context.writer.tell_of_budget(budget_notice(reasons[0], [*titles]), names)
    elif (routed := context.progress.routed) and routed.why:
        await context.writer.tell_of_budget(routed.why)


async def _post_unused_files(context: TurnContext) -> None:
    attached = await context.input.attached
    if attached.problems:
        await context.writer.post(FILES, file_sentences.files_unused(attached.problems))
