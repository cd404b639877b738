"""Which messages of a claimed turn are answered: those of people who may ask, and not too often.

1. This is found out before anything else is done for the turn, as Slack may have to be asked.
2. What others wrote is context, as any talk in a thread is: the panel reads it before its next
   question. Whoever expects an answer is told once why there is none, and only they see it.
3. A thread is not ours because somebody has mentioned us who may not ask.
4. A verdict is not asked: who may decide on a tool has its own rules.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import Protocol, TypeVar

from bot import runtime
from bot.panel.access import sentences
from bot.panel.access.access import Access
from bot.panel.access.policy import Denial
from bot.panel.access.question_limits import WINDOW, QuestionCounter, QuestionLimits
from bot.panel.intake import thread_commands
from bot.panel.messaging.locales import Locales
from bot.panel.model import Claim, Message, ThreadRef, Turn, UserId
from bot.panel.threads.thread_store import Standing, ThreadStore

log = logging.getLogger(__name__)

T = TypeVar("T")

_PEOPLE = ("U", "W")  # how their ids begin: apps cannot be told anything


class Notices(Protocol):
    """What one person alone sees."""

    async def tell_in_thread(
        self, sentence: str, user: UserId, thread: ThreadRef, *, failed: str, has_replies: bool
    ) -> None:
        """Show *sentence* to *user*; *failed* is the event to log if that fails."""


class Admission:
    """Admits turns, or parts of them; tells those whose messages are left out."""

    def __init__(
        self,
        access: Access,
        counter: QuestionCounter,
        limits: QuestionLimits,
        threads: ThreadStore,
        notices: Notices,
        locales: Locales,
    ) -> None:
        self.access = access
        self._counter = counter
        self._limits = limits
        self._threads = threads
        self._notices = notices
        self._locales = locales

    async def admit(self, claim: Claim, *, begun: bool) -> Claim | None:
        """Return *claim* with the messages that are to be answered; None if there are none.

        A turn that has *begun* before counts as no further question. Safe to call again after a
        crash. Raises TryLater if it cannot be found out.
        """
        turn = claim.turn
        if turn.verdict:
            return claim
        denials = {user: await self._denial(turn, user) for user in _authors(turn)}
        admitted = tuple(one for one in turn.messages if not denials[one.author])
        if len(admitted) < len(turn.messages):
            await self._leave_out(turn, denials)
            turn = replace(turn, messages=admitted)
        if not turn.messages or not (begun or await self._is_in_time(turn)):
            return None
        if turn.mentions_bot and turn.about != turn.thread.thread_ts:  # see _leave_out
            await self._threads.make_ours(turn.thread)
        return replace(claim, turn=turn)

    async def _denial(self, turn: Turn, user: UserId) -> Denial | None:
        channel = turn.thread.channel_id
        if any(one.by_app for one in turn.messages if one.author == user):  # operators list apps
            return Denial.CHANNEL if self.access.closes(channel) else None
        return await self.access.denial(user, channel)

    async def _leave_out(self, turn: Turn, denials: Mapping[UserId, Denial | None]) -> None:
        """Note messages of *turn* as unread, and tell their authors why they are not answered."""
        await self._threads.disown(turn.thread)  # ours to intake, whoever mentioned us
        left_out = [one for one in turn.messages if denials[one.author]]
        is_ours = await self._note(turn, left_out)
        for user, denial in denials.items():
            if denial is None:
                continue
            await self.access.note(user, turn.thread.channel_id, denial)
            mentioned = any(one.mentioned for one in left_out if one.author == user)
            if mentioned or is_ours:  # else people talk among themselves
                await self._tell(turn, user, f"denied:{user}", sentences.denied, denial)

    async def _is_in_time(self, turn: Turn) -> bool:
        """Whether *turn* is no question, or not one too many; else its authors are told."""
        command = thread_commands.command_of(turn)
        if turn.is_empty or (command and getattr(command, "is_certain", True)):
            return True
        limits = self._limits.of(turn.thread.channel_id, _authors(turn))
        exceeded = await self._counter.take(turn.id, limits)
        if exceeded is None:
            return True
        log.warning("turn.too_often", extra={"turn": turn.id, "of": exceeded.limit.of})
        await self._note(turn, turn.messages)
        seconds = max(1, ceil(exceeded.seconds))
        until = int((runtime.time() + seconds) // WINDOW)
        for user in _authors(turn):
            notice = f"too-often:{until}:{user}"
            await self._tell(turn, user, notice, exceeded.limit.exceeded, seconds)
        return False

    async def _note(self, turn: Turn, messages: Sequence[Message]) -> bool:
        """Note *messages* as unread in a thread of ours; return whether people are answered."""
        standing = await self._threads.standing(turn.thread)
        if standing in (Standing.OURS, Standing.MUTED):
            await self._threads.mark_unread(turn.thread, messages[0].ts)
        return standing is Standing.OURS

    async def _tell(
        self, turn: Turn, user: UserId, notice: str, sentence: Callable[[T], str], about: T
    ) -> None:
        """Tell *user* alone, in their language and once an hour in a channel."""
        if not user.startswith(_PEOPLE) or not await self._threads.is_first_to_post(notice, turn):
            return
        await self._locales.use_language_of(user)
        begins_thread = turn.messages[0].ts == turn.thread.thread_ts
        await self._notices.tell_in_thread(
            sentence(about),
            user,
            turn.thread,
            failed="denial.not_told",
            has_replies=not begins_thread,
        )


def _authors(turn: Turn) -> Sequence[UserId]:
    return list(dict.fromkeys(message.author for message in turn.messages))
