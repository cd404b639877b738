"""The story of one turn, in one place: link, route, consult, close."""

import asyncio
import logging
from collections.abc import Sequence

from bot.panel.approvals.approval_store import ApprovalStore
from bot.panel.approvals.approvals import Approvers
from bot.panel.approvals.tool_approval import ToolApproval
from bot.panel.errors import ModelFault, ModelRefused, leaves
from bot.panel.intake import thread_commands
from bot.panel.intake.thread_command_handler import ThreadCommandHandler
from bot.panel.intake.thread_commands import Stop, ThreadCommand
from bot.panel.journal.journal import Journal
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model.attachments import Attached, files_of
from bot.panel.language_model.fallback import Fallbacks
from bot.panel.language_model.file_fetching import FileServer, fetch
from bot.panel.language_model.functions import Functions
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.links import ThreadLinks
from bot.panel.messaging.locales import Locales
from bot.panel.messaging.messenger import Messenger
from bot.panel.messaging.transcript import Transcript
from bot.panel.model import Call, Claim, Panel, Turn, Utterance
from bot.panel.replies import reply_stream
from bot.panel.replies.failure_notice import MENDABLE, FailureNotice
from bot.panel.replies.plan_message import PlanMessage
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.reports import turn_report
from bot.panel.reports.report_store import ReportStore
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.texts import sentences
from bot.panel.threads.conversation_migration import ConversationMigration
from bot.panel.threads.conversations import ThreadConversations
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.threads.thread_history import ThreadHistory
from bot.panel.threads.thread_store import Standing, ThreadStore
from bot.panel.timeouts import Timeouts
from bot.panel.turn.consultation import consult
from bot.panel.turn.notices import tell_of_button, tell_of_files
from bot.panel.turn.routing import route
from bot.panel.turn.stopping import Stopping
from bot.panel.turn.synthesis import close
from bot.panel.turn.turn_context import TurnContext

log = logging.getLogger(__name__)


class TurnRunner:
    """Runs a turn to its end, from wherever an earlier attempt stopped."""

    def __init__(
        self,
        *,
        journal: Journal,
        reports: ReportStore,
        threads: ThreadStore,
        approvals: ApprovalStore,
        editor: PanelEditor,
        locales: Locales,
        model: LanguageModel,
        functions: Functions,
        messenger: Messenger,
        transcript: Transcript,
        files: FileServer,
        models: ModelChoice,
        approvers: Approvers,
        timeouts: Timeouts,
        levels: int,
    ) -> None:
        self._journal = journal
        self._reports = reports
        self._threads = threads
        self._approvals = approvals
        self._approvers = approvers
        self._editor = editor
        self._locales = locales
        self._apology = FailureNotice(threads)
        self._stopping = Stopping(threads, model, messenger)
        self._desk = ThreadCommandHandler(editor, threads)
        self._model = model
        self._functions = functions
        self._messenger = messenger
        self._transcript = transcript
        self._hearing = ThreadHistory(transcript, threads)
        self._files = files
        self._recovery = LinkRecovery(threads, model, transcript)
        self._moving = ConversationMigration(threads, model, timeouts)
        self._models = models
        self._fallbacks = Fallbacks(models.fallbacks)
        self._timeouts = timeouts
        self._levels = levels

    async def run(self, claim: Claim) -> None:
        """Answer the turn. Safe to call again after a crash.

        Raises TryLater if a neighbour is away, MessengerRefused if Slack does not let us
        speak, TurnLost if another worker has the turn.
        """
        record = await self._begun(claim)
        speaker = ThreadWriter(record, self._messenger)
        if command := thread_commands.command_of(claim.turn):
            await self._obey(command, record, speaker)
        elif not any(m.text or m.files or m.steer or m.verdict for m in claim.turn.messages):
            await speaker.say("help", sentences.usage())
        else:
            await self._converse(record, speaker)

    async def give_up(self, claim: Claim, error: BaseException) -> None:
        """Tell the thread that the turn is put aside because of *error*, if anybody waits."""
        if await self._apology.concerns(claim.turn):
            record = await self._begun(claim)
            speaker = ThreadWriter(record, self._messenger)
            await self._apology.give_up(record, speaker, error)
            panel = await self._editor.panel(claim.turn.thread)
            await PlanMessage(record, self._messenger, speaker, panel, pause=0).give_up()
            await speaker.show_status("")

    async def stop(self, claim: Claim) -> None:
        """End the turn where it stands, because somebody wants it so. Raises as ``run`` does."""
        record = await self._begun(claim)
        panel = await self._editor.panel(claim.turn.thread)
        permission = self._permission(record)
        await permission.load()
        await self._stopping.end(record, panel, permission)
        await self._report(record, claim.turn, panel)

    async def _begun(self, claim: Claim) -> TurnRecord:
        """Return what the turn has come to; from here on, its asker's language is spoken."""
        await self._locales.use_shared_language(claim.turn.asker)
        return await TurnRecord.read(claim, self._journal)

    async def _obey(
        self, command: ThreadCommand, record: TurnRecord, speaker: ThreadWriter
    ) -> None:
        turn = record.turn
        answer = await self._desk.perform(command, turn.thread, turn.asker, repeated=record.resumed)
        if isinstance(command, Stop) and await self._withdraw(record):
            answer = sentences.stopped(())
        await speaker.say("command", answer)

    async def _withdraw(self, record: TurnRecord) -> bool:
        """End what is to be decided in the thread; False if there is nothing."""
        permission = self._permission(record)
        await permission.load()
        return await permission.withdraw()

    def _permission(self, record: TurnRecord) -> ToolApproval:
        return ToolApproval(
            record, self._approvals, self._messenger, self._approvers, self._timeouts
        )

    async def _converse(self, record: TurnRecord, speaker: ThreadWriter) -> None:
        turn = record.turn
        if await self._is_muted(turn):  # since they were queued
            await self._threads.overheard(turn.thread, turn.messages[0].ts)
            return
        links = await self._links(record)
        if links is None:
            await self._threads.set_standing(turn.thread, Standing.FOREIGN)
            return
        links = await self._moving.moved(record.claim, links)
        if links.router is None:
            turn = turn.since_mention()
        book = ThreadConversations(record.claim, links, self._threads, self._model, self._timeouts)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(speaker.show_status(sentences.thinking()))
            permission = self._permission(record)
            panel, said, earlier, so_far, _ = await asyncio.gather(
                self._editor.panel(turn.thread),
                self._hearing.said(turn),
                self._hearing.earlier(turn, links),
                self._hearing.so_far(turn, links),
                permission.load(),
            )
            files = files_of([*earlier, *said])
            attached = tasks.create_task(fetch(self._files, files, self._timeouts))
            context = self._context(
                record, turn, speaker, book, panel, said, earlier, so_far, attached, permission
            )
            await self._answer(context)
        await self._finish(context)

    async def _is_muted(self, turn: Turn) -> bool:
        """Whether the thread is muted and nobody has mentioned us all the same."""
        if turn.mentions_bot:
            return False
        return await self._threads.standing(turn.thread) is Standing.MUTED

    async def _links(self, record: TurnRecord) -> ThreadLinks | None:
        """Return the links of the thread, empty if it is new; None if it is not ours at all."""
        turn = record.turn
        begins_thread = turn.messages[0].ts == turn.thread.thread_ts
        if begins_thread and not record.resumed:
            return await self._threads.links(turn.thread)  # known if a reply has overtaken it
        links = await self._recovery.find(turn.thread, record.claim)
        if links.router or turn.mentions_bot:
            return links
        return links if await self._is_ours(turn) else None

    async def _is_ours(self, turn: Turn) -> bool:
        """Whether a thread that nobody has links of is ours: a reply may overtake its mention."""
        if await self._threads.standing(turn.thread) is Standing.OURS:
            return True
        return await self._transcript.was_mentioned(turn.thread, before=turn.messages[0].ts)

    def _context(
        self,
        record: TurnRecord,
        turn: Turn,
        speaker: ThreadWriter,
        book: ThreadConversations,
        panel: Panel,
        said: Sequence[Utterance],
        earlier: Sequence[Utterance],
        so_far: Sequence[Utterance],
        attached: asyncio.Task[Attached],
        permission: ToolApproval,
    ) -> TurnContext:
        board = PlanMessage(record, self._messenger, speaker, panel, self._timeouts.plan_updates)
        return TurnContext(
            record=record,
            turn=turn,
            panel=panel,
            said=said,
            earlier=earlier,
            so_far=so_far,
            attached=attached,
            book=book,
            speaker=speaker,
            board=board,
            permission=permission,
            model=self._model,
            functions=self._functions,
            transcript=self._transcript,
            models=self._models,
            toolbox=self._editor.toolbox,
            files=self._files,
            timeouts=self._timeouts,
            levels=self._levels,
            fallbacks=self._fallbacks,
            is_live=reply_stream.is_wanted(panel, self._messenger, turn.thread),
        )

    async def _answer(self, context: TurnContext) -> None:
        async with context.board.live():
            try:
                context.speaker.router = await context.book.router()
                await tell_of_button(context)
                await self._route_and_consult(context)
                await tell_of_files(context)
                await close(context)
            except* ModelRefused as refusals:
                refusal = next(e for e in leaves(refusals) if isinstance(e, ModelRefused))
                await self._tell_refusal(context, refusal)

    async def _tell_refusal(self, context: TurnContext, refusal: ModelRefused) -> None:
        """Say that the router refused. Raises *refusal* where the whole turn may be tried again."""
        log.warning("router.refused", extra={"turn": context.turn.id, "fault": refusal.fault})
        if refusal.fault in MENDABLE and context.record.progress.routed is None:
            raise refusal
        if refusal.fault is ModelFault.QUOTA:
            await self._apology.no_credit(context.record, context.speaker)
        else:
            await context.speaker.say("refused", sentences.router_failed(refusal.fault))

    async def _route_and_consult(self, context: TurnContext) -> None:
        async with asyncio.TaskGroup() as experts:

            def start(call: Call) -> None:
                experts.create_task(consult(context, call))

            for call in context.record.progress.calls:
                start(call)
            if context.record.progress.routed is None:
                await route(context, start)
            context.speaker.router = await context.book.router()
            context.board.changed()
        if context.record.progress.without_credit:
            await self._apology.no_credit(context.record, context.speaker)

    async def _finish(self, context: TurnContext) -> None:
        await context.speaker.end_streams()
        await asyncio.gather(
            context.book.record(always=context.record.resumed),
            self._hearing.catch_up(context.turn),
            self._report(context.record, context.turn, context.panel),
            context.speaker.show_status(""),
        )
        _log_answered(context)

    async def _report(self, record: TurnRecord, turn: Turn, panel: Panel) -> None:
        """Keep what is to be remembered of the turn: its journal is about to be forgotten."""
        report = turn_report.of(turn, record.events, panel, self._models.router)
        await self._reports.save(record.claim, report)


def _log_answered(context: TurnContext) -> None:
    spent = context.record.progress.usage
    log.info(
        "turn.answered",
        extra={
            "turn": context.turn.id,
            "experts": len(context.record.progress.calls),
            "tokens_in": spent.input,
            "tokens_cached": spent.cached,
            "tokens_out": spent.output,
        },
    )
