"""What the stages of one turn work with."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bot import runtime
from bot.panel import observing
from bot.panel.approvals.tool_approvals import ToolApprovals
from bot.panel.errors import (
    ConversationGone,
    ModelFault,
    ModelRefused,
    PanelError,
    StoreUnavailable,
)
from bot.panel.journal.events import RouterAsked
from bot.panel.journal.progress import Progress
from bot.panel.journal.selection_rounds import experts_to
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import ModelEvent
from bot.panel.language_model.files.attachments import Attached
from bot.panel.language_model.files.byte_budget import ByteBudget
from bot.panel.language_model.model_client import ResponseRestarted
from bot.panel.links import path_of
from bot.panel.model import (
    Call,
    CallId,
    ConsultationPath,
    ConversationId,
    Expert,
    ExpertName,
    Panel,
    Turn,
)
from bot.panel.observing import Measure
from bot.panel.replies.plan_message import PlanMessage
from bot.panel.replies.reply_stream import ReplyStream
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.reports.report_store import FailureNote
from bot.panel.roster import hierarchy
from bot.panel.threads.conversations import ThreadConversations
from bot.panel.threads.thread_history import Unread
from bot.panel.tools import HostedTool, Toolbox, name_of
from bot.panel.turn.services import Rules, Services
from bot.panel.utterance import Utterance

log = logging.getLogger(__name__)

T = TypeVar("T")

# Tools whose answers refer to what they have found or made.
_CITING = frozenset(map(name_of, (HostedTool.WEB_SEARCH, HostedTool.CODE_INTERPRETER)))

EventSink = Callable[[ModelEvent | ResponseRestarted], None]


@dataclass(frozen=True, slots=True)
class TurnInput:
    """What was read before a turn is answered."""

    turn: Turn  # the messages to be answered, without what people said before the mention
    panel: Panel
    question: Sequence[Utterance]
    unread: Unread  # said before, and unknown to the router
    background: Sequence[Utterance]  # for experts who are brought in by a button
    attached: asyncio.Task[Attached]  # the files that came with all that
    lacking: frozenset[ExpertName] = frozenset()  # who goes without the defaults' documents, tools


@dataclass(frozen=True, slots=True)
class Consultation:
    """One expert's part in a turn: consulted by the router, by people or by another expert."""

    path: ConsultationPath  # has a conversation of its own
    call: Call
    expert: Expert
    consulted_by: str  # the title of the expert who asks; empty: the router or people do
    colleagues: Panel  # whom the expert may consult itself
    levels_below: int  # how many levels of colleagues there may be
    without: tuple[str, ...] = ()  # MCP servers and collections that fail at the moment
    running: set[str] = field(default_factory=set, compare=False)  # the model side's tools, now


@dataclass(slots=True)
class TurnContext:
    """One turn, the panel that answers it, and what is in hand."""

    services: Services
    rules: Rules
    input: TurnInput
    record: TurnRecord
    conversations: ThreadConversations
    writer: ThreadWriter
    plan: PlanMessage
    approvals: ToolApprovals
    room_for_made_files: ByteBudget
    # An expert called twice answers one question after the other.
    locks: defaultdict[ConsultationPath, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock), init=False
    )
    # Calls that waited for further ones, and wait no more: a lost conversation starts none twice.
    started: set[CallId] = field(default_factory=set, init=False)
    # Files that came with responses, by the call and their ids, which servers repeat.
    made_files: dict[tuple[CallId, str], bytes] = field(default_factory=dict, init=False)

    @property
    def turn(self) -> Turn:
        """The messages to be answered."""
        return self.input.turn

    @property
    def panel(self) -> Panel:
        return self.input.panel

    @property
    def progress(self) -> Progress:
        return self.record.progress

    @property
    def toolbox(self) -> Toolbox:
        return self.services.panels.toolbox

    def conversation_of(self, call: Call) -> ConversationId | None:
        """Return the conversation in which the expert of *call* is asked, if there is one yet."""
        return self.conversations.links.experts.get(self.progress.path(call))

    async def note_failure(self, who: str, reason: str | PanelError) -> str:
        """Keep for operators why *who* failed, if that can be; returns it in words."""
        if isinstance(reason, ModelRefused):
            await self.services.client.on_refusal(reason, "")
        if isinstance(reason, PanelError):
            reason = f"{type(reason).__name__}: {reason}"
        at = round(runtime.time() * 1000)
        note = FailureNote(who, reason, at, self.turn.thread.thread_ts)
        try:
            await self.services.stores.reports.note_failure(self.turn, note)
        except StoreUnavailable as unavailable:
            log.warning("failure.not_noted", extra={"reason": str(unavailable)})
        return reason

    async def in_conversation(
        self,
        attempt: Callable[[], Awaitable[T]],
        path: ConsultationPath | None = None,
        by: CallId | None = None,
    ) -> T:
        """Return what *attempt* does, in another conversation of *path* if the first is gone.

        That begins with what Slack remembers. *path* is None for the router's; *by* is the call
        of an expert. Raises ModelRefused if the new one is gone, too.
        """
        try:
            return await attempt()
        except ConversationGone as error:
            log.warning("conversation.gone", extra={"reason": str(error)})
            observing.count(Measure.CONVERSATION_GONE)
        if by is None or by in self.progress.rounds:  # what was called in it is gone, too
            await self.record.note(RouterAsked(by=by))
        thread, first = self.turn.thread, self.turn.messages[0].ts
        said = await self.services.transcript.earlier(thread, before=first, since=None)
        opened = await self.conversations.replace(path, prompts.quoted(said))
        if path is None:
            self.writer.router = opened
        try:
            return await attempt()
        except ConversationGone as error:
            what = f"gone as soon as it was made: {error}"  # a retry would make more of them
            raise ModelRefused(ModelFault.BAD_REQUEST, what) from None

    @asynccontextmanager
    async def streamed(
        self, part: str, expert: ExpertName | None = None
    ) -> AsyncIterator[EventSink]:
        """Show a reply while it is written, where replies are streamed; yields what takes events.

        A stream that an earlier attempt began does not grow until its text is whole; nor does
        one that may get marks for what it cites.
        """
        draft = self.writer.draft(f"{part}:0", "")
        if not self._shows_growth(expert) or draft.part in self.progress.posts.streams:
            yield ignore_event
            return
        if expert:
            draft = replace(draft, persona=self.panel.persona(expert), expert=expert)
        reply = ReplyStream(self.writer.streams, draft, self.turn.addressee, self.rules.timeouts)
        async with reply.shown():
            yield reply.take

    def _shows_growth(self, name: ExpertName | None) -> bool:
        """Whether people see a reply grow: by default only where a single person reads it."""
        expert = self.panel.find(name) if name else None
        if expert and (expert.collections or _CITING & {*expert.tools}):
            return False
        if self.turn.messages[-1].by_app:  # Slack shows streams to a person
            return False
        if self.panel.streaming is None:
            return self.services.messenger.is_private(self.turn.thread)
        return self.panel.streaming

    def consultation(self, call: Call, expert: Expert) -> Consultation:
        experts = experts_to(call, self.progress.rounds)
        asker = self.panel.persona(experts[-2]).name if len(experts) > 1 else ""
        levels = self.rules.levels
        colleagues = hierarchy.consulted(self.panel, experts, levels)
        return Consultation(
            path_of(experts),
            call,
            expert,
            asker,
            colleagues,
            levels - len(experts),
            self.progress.without.get(call.id, ()),
        )


def ignore_event(_event: ModelEvent | ResponseRestarted) -> None:
    """Let a reply be written unseen."""
