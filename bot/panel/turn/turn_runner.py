"""What becomes of a turn: it is answered, obeyed, stopped, withdrawn or given up."""

import logging
from collections.abc import Sequence, Set
from typing import Protocol

from bot import runtime
from bot.panel import observing
from bot.panel.approvals.lost_turns import LostTurns
from bot.panel.errors import Refused, ThreadGone, TryLater
from bot.panel.intake import thread_commands
from bot.panel.intake.thread_command_handler import ThreadCommandHandler
from bot.panel.intake.thread_commands import Answered, ForgetThread, PlainCommand
from bot.panel.journal.turn_record import RecordReader, TurnRecord
from bot.panel.messaging.locales import Locales
from bot.panel.model import Claim, MessageTs, ThreadRef, Turn
from bot.panel.observing import Kind
from bot.panel.replies.failure_notice import FailureNotice
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.texts import failure_sentences, forgetting, sentences
from bot.panel.threads.forgetting import ForgetRights
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.turn.answering import Answering
from bot.panel.turn.services import Rules, Services
from bot.panel.turn.stopping import STOPPED, EndingTurn, Stopping
from bot.panel.turn.turn_parts import TurnParts

log = logging.getLogger(__name__)

_SHOWN_WITHIN = 60.0  # seconds in which Slack surely shows a message to whoever reads its thread


class Runner(Protocol):
    """What becomes of turns, wherever they are."""

    async def run(self, claim: Claim) -> bool:
        """Answer the turn; returns whether the model's side has. Safe to call again after a crash.

        Raises TryLater if a service is unavailable, MessengerRefused if Slack does not let us
        post, ThreadGone if the thread was deleted, TurnLost if another worker has the turn.
        """

    async def give_up(self, claim: Claim, error: BaseException) -> None:
        """Tell the thread that the turn is put aside because of *error*, if anybody waits."""

    async def tell_of_delay(self, claim: Claim, error: TryLater, pauses: Sequence[float]) -> None:
        """Tell the thread once, if anybody waits, that the model's side is away.

        *error* says how; *pauses* are the seconds from now until the next tries.
        """

    async def settle(self, thread: ThreadRef) -> None:
        """Leave nothing in *thread* that seems to go on: no turn runs there, whatever it shows."""

    async def stop(self, claim: Claim) -> None:
        """End the turn where it stands, because somebody stopped it. Raises as ``run`` does."""

    async def withdraw(self, claim: Claim, deleted: Set[MessageTs]) -> None:
        """End the turn without a word: messages of it were *deleted*, or else its thread was."""


class TurnRunner(Runner):
    """Runs turns of one workspace to their ends, from wherever earlier attempts stopped."""

    def __init__(self, services: Services, rules: Rules) -> None:
        self._services = services
        self._rules = rules
        self._stores = services.stores
        self._locales = Locales(services.people, rules.language)
        threads, model = services.stores.threads, services.client.model
        self._failures = FailureNotice(threads)
        self._commands = ThreadCommandHandler(services.panels, threads, services.stores.auditor)
        self._parts = TurnParts(services, rules)
        self._lost_turns = LostTurns(
            services.messenger, services.stores.approvals, services.stores.outbox
        )
        self._recovery = LinkRecovery(
            threads,
            model,
            services.transcript,
            self._lost_turns,
            services.admission.access.may_ask,
        )
        self._stopping = Stopping(
            self._parts, self._recovery, threads, services.messenger, rules.timeouts.backoff
        )
        self._answering = Answering(services, rules, self._parts, self._failures, self._recovery)

    async def run(self, claim: Claim) -> bool:
        record = await TurnRecord.begin(claim, self._stores.journal)
        begun = record.has_begun or record.in_doubt
        admitted = await self._services.admission.admit(claim, begun=begun)
        if admitted is None:
            if record.resumed:
                await self.withdraw(claim, frozenset())
            else:
                await self._parts.writer(record).clear_status()  # where it stood in the queue
            return False
        record.claim = admitted
        if record.in_doubt and (why := await self._is_over(record)):
            log.warning(why)
            await self._lost_turns.settle_surely(record.turn.thread)
            await self._parts.writer(record).clear_status()
            return False
        await self._locales.use_shared_language(admitted.turn.addressee)
        writer = self._parts.writer(record)
        await self._run(record, writer)
        await writer.take_back_delay()
        record.check()
        return record.progress.has_answers

    async def _is_over(self, record: TurnRecord) -> str:
        """Return how the turn has ended, of which the store knows nothing any more, if it has.

        Raises ThreadGone if its messages were deleted: Slack has shown them long enough else.
        """
        turn, messenger = record.turn, self._services.messenger
        thread, progress = turn.thread, record.progress
        if await messenger.find(thread, turn.id, f"{STOPPED}:0"):
            return "turn.ended_before"
        said = {one.ts for one in turn.messages if not (one.steer or one.verdict)}
        if said and runtime.time() - float(max(said, key=float)) > _SHOWN_WITHIN:
            transcript = self._services.transcript
            if not await transcript.some(thread, said) and not transcript.lacks(thread):
                raise ThreadGone("deleted")
        knows_more = progress.calls or progress.routed
        if not knows_more and await messenger.has_answered(thread, turn.id):
            return "turn.answered_before"  # whoever was to answer besides is not known either
        return ""

    async def _run(self, record: TurnRecord, writer: ThreadWriter) -> None:
        claim = record.claim
        command = thread_commands.command_of(claim.turn)
        if command and await self._commands.is_meant(command, claim.turn.thread):
            if isinstance(command, ForgetThread):
                await self._ask_to_forget(claim.turn, writer)
            else:
                await self._obey(command, record, writer)
        elif claim.turn.is_empty:
            await writer.post("help", sentences.usage())
        else:
            with observing.within(Kind.ANSWER):
                await self._answering.answer(record, writer)

    async def give_up(self, claim: Claim, error: BaseException) -> None:
        is_awaited = await self._failures.concerns(claim.turn)
        record = await self._read_record(claim, TurnRecord.read_if_possible)
        if not (is_awaited or record.events):
            return
        writer = self._parts.writer(record)
        try:
            await writer.take_back_delay()
            if is_awaited:
                await self._failures.give_up(record, writer, error)
        finally:  # whatever else fails, nothing seems to be going on
            panel = await self._services.panels.panel(claim.turn.thread)
            await self._parts.plan(record, writer, panel).give_up()
            await writer.clear_status()
        await (await self._parts.approvals(record)).show_verdict()
        links = await self._recovery.complete(record)
        await self._parts.open_calls(record, panel).answer(links, may_go_on=True)

    async def tell_of_delay(self, claim: Claim, error: TryLater, pauses: Sequence[float]) -> None:
        if await self._failures.concerns(claim.turn):
            writer = self._parts.writer(await self._read_record(claim))
            await writer.tell_of_delay(failure_sentences.model_away(error, pauses))

    async def settle(self, thread: ThreadRef) -> None:
        await self._lost_turns.settle(thread)
        await self._stores.outbox.put(self._services.messenger.status_cleared(thread))

    async def stop(self, claim: Claim) -> None:
        ending = await self._read_ending(claim)
        await self._stopping.end(ending)
        await self._parts.save_report(ending.record, claim.turn, ending.panel)

    async def withdraw(self, claim: Claim, deleted: Set[MessageTs]) -> None:
        ending = await self._read_ending(claim)
        left = [m for m in claim.turn.messages if m.ts not in deleted] if deleted else []
        await self._stopping.end_quietly(ending, left)
        await self._parts.save_report(ending.record, claim.turn, ending.panel)

    async def _read_ending(self, claim: Claim) -> EndingTurn:
        record = await self._read_record(claim)
        panel = await self._services.panels.panel(claim.turn.thread)
        writer, approvals = self._parts.writer(record), await self._parts.approvals(record)
        plan = self._parts.plan(record, writer, panel)
        return EndingTurn(record, writer, plan, panel, approvals)

    async def _read_record(self, claim: Claim, read: RecordReader = TurnRecord.read) -> TurnRecord:
        """Return how far the turn has come; sets the language in which its thread is answered."""
        await self._locales.use_shared_language(claim.turn.addressee)
        return await read(claim, self._stores.journal)

    async def _obey(self, command: Answered, record: TurnRecord, writer: ThreadWriter) -> None:
        turn = record.turn
        answer = await self._commands.perform(
            command, turn.thread, turn.authors, repeated=record.resumed
        )
        if command is PlainCommand.STOP:
            approvals = await self._parts.approvals(record)
            if await approvals.withdraw():
                answer = sentences.stopped(())
            await self._lost_turns.settle(turn.thread, besides=turn.id)
        await writer.post("command", answer)

    async def _ask_to_forget(self, turn: Turn, writer: ThreadWriter) -> None:
        rights = ForgetRights(self._services.transcript, self._services.panels.rights)
        try:
            for author in turn.authors:
                await rights.check(turn.thread, author)
        except Refused as refusal:
            await writer.post("command", str(refusal))
        else:
            await writer.offer_forgetting("command", forgetting.question())
