"""Requests for approval in the course of a turn: posted, decided, closed. See approvals.py."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot import language
from bot.panel.approvals import approval_texts, shown
from bot.panel.approvals.approval_rights import ApprovalRights
from bot.panel.approvals.approval_store import ApprovalStore
from bot.panel.approvals.approval_texts import Question, Shown, Undecided
from bot.panel.approvals.approvals import Pending
from bot.panel.errors import MessengerRefused
from bot.panel.journal.events import ApprovalAsked
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.made_files import StoredFile
from bot.panel.messaging.messenger import Ending, Messenger, PlanTask, TaskState
from bot.panel.model import NOBODY_KNOWN, Call, ConversationId, Decision, Persona, UserId
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.timeouts import Timeouts

log = logging.getLogger(__name__)

_LONGEST_IN_MESSAGE = 6_000  # characters
_LONGEST_IN_FILE = 300_000  # that Slack shows whole, whatever they are

Keep = Callable[[str], Awaitable[StoredFile | None]]


class ToolApprovals:
    """The requests for approval in the thread of one turn."""

    def __init__(
        self,
        record: TurnRecord,
        store: ApprovalStore,
        writer: ThreadWriter,
        messenger: Messenger,
        rights: ApprovalRights,
        timeouts: Timeouts,
    ) -> None:
        self._record = record
        self._store = store
        self._writer = writer
        self._messenger = messenger
        self._rights = rights
        self._timeouts = timeouts
        self._pending: list[Pending] = []

    async def load(self) -> None:
        self._pending = list(await self._store.pending(self._record.turn.thread))

    @property
    def decided(self) -> Pending | None:
        """The request that the turn's verdict decides on; None if it has been closed."""
        verdict = self._record.turn.verdict
        return next((one for one in self._pending if verdict and one.id == verdict.approval), None)

    @property
    def decided_authors(self) -> Sequence[UserId]:
        return self.decided.authors if self.decided else ()

    async def open(
        self,
        call: Call,
        outcome: ApprovalAsked,
        face: Persona,
        conversation: ConversationId,
        authors: Sequence[UserId],
    ) -> None:
        """Open the request that *authors* have caused, unless the expert was asked something since.

        This comes before closing the request whose verdict led to it.
        """
        turn, before = self._record.turn, self.decided
        first, *others = sorted(authors, key=lambda author: author == NOBODY_KNOWN)
        pending = Pending(
            turn=turn.id,
            call=call,
            title=face.name,
            icon=face.icon,
            conversation=conversation,
            wanted=outcome.wanted,
            asker=first,
            digest=shown.digest(outcome.wanted),
            about=turn.about,
            language=before.language if before else language.current_language(),
            others=tuple(others),
        )
        if not self._record.progress.is_superseded(call):
            await self._store.open(self._record.claim, pending)
            if not any(one.id == pending.id for one in self._pending):
                self._pending.append(pending)

    async def ask(self, call: Call, writer: ThreadWriter, keep: Keep) -> None:
        """Post the request that was opened for *call*, and let people decide.

        What is too long for a message is shown in a file, if *keep* can store it.
        """
        turn = self._record.turn.id
        own = (one for one in self._pending if (one.turn, one.call.id) == (turn, call.id))
        if opened := next(own, None):
            pending = await _shown(opened, keep)
            await writer.offer_decision(
                pending.part,
                await self._question(pending),
                pending.id,
                pending.file,
                may_approve=not pending.is_unseen,
            )
            asked = replace(pending, ts=self._record.posts.posted[pending.part])
            if opened not in self._pending:  # superseded meanwhile
                await self._end(asked, Undecided.SUPERSEDED)
                return
            self._pending[self._pending.index(opened)] = asked
            await self._store.ask(self._record.claim, asked, within=self._timeouts.approval)

    async def show_verdict(self) -> None:
        verdict, decided = self._record.turn.verdict, self.decided
        if verdict and decided:
            await self._end(decided, verdict.decision, self._record.turn.addressee, verdict.at)

    async def close(self) -> None:
        """Close the request that the verdict decides on: it has been carried out."""
        if decided := self.decided:
            await self._close(decided)

    async def supersede(self, call: Call) -> None:
        """Close the expert's requests: it is about to be asked something else."""
        for pending in [one for one in self._pending if one.call.expert == call.expert]:
            if pending is not self.decided:
                await self._end(pending, Undecided.SUPERSEDED)
                await self._close(pending)

    async def withdraw(self) -> bool:
        """Close all requests; False if there are none."""
        return await self._withdraw(list(self._pending), Undecided.STOPPED)

    async def withdraw_own(self) -> None:
        """Close the requests that come from the turn's question: it was deleted."""
        about = self._record.turn.about
        own = [one for one in self._pending if one.about == about]
        await self._withdraw(own, Undecided.DELETED)

    async def _withdraw(self, pending: Sequence[Pending], why: Undecided) -> bool:
        for one in pending:
            if one is self.decided and self._has_sent_verdict(one):
                await self.show_verdict()  # what was stopped came after it
            else:
                await self._end(one, why)
            await self._close(one)
        return bool(pending)

    def _has_sent_verdict(self, decided: Pending) -> bool:
        """Whether the model may have the turn's verdict on *decided*, and have acted on it."""
        progress = self._record.progress
        calls = (call for call in progress.all_calls if call.expert == decided.call.expert)
        return any(call.id in progress.asked for call in calls)

    async def _close(self, pending: Pending) -> None:
        await self._record.flush()  # what became of it must not be lost with it
        await self._store.close(self._record.claim, pending.id)
        self._pending.remove(pending)

    async def _end(
        self, pending: Pending, how: Decision | Undecided, by: UserId | None = None, at: int = 0
    ) -> None:
        log.info("approval.ended", extra={"approval": pending.id, "how": how})
        thread = self._record.turn.thread
        await self._record.flush()
        # A crash may have left the message unnoted, whose buttons people see.
        ts = pending.ts or await self._messenger.find(thread, pending.turn, pending.part)
        if ts:
            draft = self._writer.draft(pending.part, "")
            with language.in_language(pending.language):
                ending = Ending(approval_texts.ended(how), by, at)
                text, files = self._text(pending), (pending.file,) if pending.file else ()
                post = replace(draft, turn=pending.turn, text=text, stored_files=files)
                ended = self._messenger.ended(thread, ts, post, ending)
            await self._writer.leave(ended)
        if pending.turn != self._record.turn.id:  # that plan is over; this one shows it itself
            await self._end_in_plan(pending, how)

    async def _end_in_plan(self, pending: Pending, how: Decision | Undecided) -> None:
        state = TaskState.DONE if how is Decision.APPROVED else TaskState.FAILED
        task = PlanTask(pending.call.id, Persona(pending.title, pending.icon), "", state)
        thread = self._record.turn.thread
        try:
            with language.in_language(pending.language):
                words = approval_texts.in_the_plan(how)
                plan = await self._messenger.plan_decided(thread, pending.turn, task, words)
        except MessengerRefused as error:
            log.warning("plan.not_settled", extra={"reason": error.code})
            return
        if plan:
            await self._writer.leave(plan)

    async def _question(self, pending: Pending) -> str:
        alone = self._messenger.is_private(self._record.turn.thread)
        anybody = await self._rights.anybody_may(pending, alone=alone)
        return self._text(pending, anybody=anybody)

    def _text(self, pending: Pending, *, anybody: bool = True) -> str:
        expert = f"{pending.icon} **{pending.title}**"
        hours, who = self._timeouts.approval / 3600, self._rights.described(pending)
        question = Question(expert, pending.wanted, who, hours, anybody)
        if pending.is_unseen:
            return approval_texts.approval_wanted(question, Shown.NOWHERE)
        where = Shown.IN_FILE if pending.file else Shown.HERE
        return approval_texts.approval_wanted(question, where)


async def _shown(pending: Pending, keep: Keep) -> Pending:
    """Return *pending* with the file that shows what is wanted, where a message does not."""
    length = sum(len(one.arguments) + len(one.tool) + len(one.server) for one in pending.wanted)
    text = ""
    if length <= shown.LONGEST:
        text = await asyncio.to_thread(approval_texts.in_full, pending.wanted)
    if text and len(text) <= _LONGEST_IN_MESSAGE:
        return pending
    file = await keep(text) if text and len(text) <= _LONGEST_IN_FILE else None
    return replace(pending, file=file, is_unseen=file is None)
