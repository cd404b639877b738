"""What the stages of one turn work with."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.panel.approvals.tool_approval import ToolApproval
from bot.panel.journal.selection_rounds import experts_to
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model import prompts
from bot.panel.language_model.attachments import Attached
from bot.panel.language_model.exchange import Item, ModelEvent, Prompt
from bot.panel.language_model.fallback import Fallbacks
from bot.panel.language_model.file_fetching import FileServer
from bot.panel.language_model.functions import Functions
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.language_model.requests import ResponseRestarted
from bot.panel.links import path_of
from bot.panel.messaging.transcript import Transcript
from bot.panel.model import (
    Call,
    ConsultationPath,
    ConversationId,
    Effort,
    Expert,
    ExpertName,
    Panel,
    Turn,
    Utterance,
)
from bot.panel.replies.plan_message import PlanMessage
from bot.panel.replies.reply_stream import ReplyStream
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.roster import hierarchy
from bot.panel.threads.conversations import ThreadConversations
from bot.panel.timeouts import Timeouts
from bot.panel.tools import HostedTool, ServerTool, Toolbox, may_ask, name_of

# Tools whose answers refer to what they have found or made.
_CITING = frozenset(map(name_of, (HostedTool.WEB_SEARCH, HostedTool.CODE_INTERPRETER)))

EventSink = Callable[[ModelEvent | ResponseRestarted], None]


@dataclass(frozen=True, slots=True)
class Seat:
    """Where an expert hears a call: in the thread, or consulted by another expert."""

    path: ConsultationPath  # whose conversation it is
    call: Call
    expert: Expert
    asker: str  # the title of the expert who consults it; empty: the router does, or people
    colleagues: Panel  # whom it may consult itself
    below: int  # how many levels of them there may be


@dataclass(slots=True)
class TurnContext:
    """One turn, the panel that answers it, and the means to do so."""

    record: TurnRecord
    turn: Turn  # what is to be answered of it: see TurnRunner
    panel: Panel
    said: Sequence[Utterance]
    earlier: Sequence[Utterance]  # what was said before the router listened
    so_far: Sequence[Utterance]  # what an expert reads who is brought in at the press of a button
    attached: asyncio.Task[Attached]  # the files that came with all that
    book: ThreadConversations
    speaker: ThreadWriter
    board: PlanMessage
    permission: ToolApproval
    model: LanguageModel
    functions: Functions
    transcript: Transcript
    models: ModelChoice
    toolbox: Toolbox
    files: FileServer
    timeouts: Timeouts
    levels: int  # of experts under the router: with 1, none consults another
    fallbacks: Fallbacks
    is_live: bool  # whether people watch replies being written
    in_line: defaultdict[ConsultationPath, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )  # by seat: an expert called twice answers one question after the other

    made: dict[str, bytes] = field(default_factory=dict)  # files that came with responses, by id

    @asynccontextmanager
    async def live(self, part: str, expert: ExpertName | None = None) -> AsyncIterator[EventSink]:
        """Let people watch a reply being written meanwhile, if they are to; yields what hears it.

        One that was begun by an earlier attempt does not grow any more until it is whole; nor
        does one that may get marks for what it cites.
        """
        draft = self.speaker.draft(f"{part}:0", "")
        if expert:
            draft = replace(draft, persona=self.panel.persona(expert), expert=expert)
        reply = ReplyStream(self.speaker.streams, draft, self.turn.asker, self.timeouts)
        is_begun = draft.part in self.record.progress.streams
        if self.is_live and not is_begun and not self._will_cite(expert):
            async with reply.shown():
                yield reply.hear
        else:
            yield ignore_event

    def _will_cite(self, name: ExpertName | None) -> bool:
        expert = self.panel.find(name) if name else None
        return expert is not None and bool(expert.collections or _CITING & {*expert.tools})

    def router_prompt(
        self, conversation: ConversationId, items: Sequence[Item], *, closing: bool = False
    ) -> Prompt:
        """Return a request to the router: to choose experts, or, *closing*, to sum up."""
        return Prompt(
            conversation=conversation,
            model=self.models.router,
            effort=self.models.router_effort,
            instructions=prompts.ROUTER_INSTRUCTIONS,
            items=tuple(items),
            tools=prompts.tools(self.panel),
            may_call=not closing,
            cache_key=f"router:{self.turn.thread.channel_id}",
            user=self.turn.asker,
        )

    def seat(self, call: Call, expert: Expert) -> Seat:
        """Return the place in which *expert* hears *call*."""
        path = experts_to(call, self.record.progress.rounds)
        asker = self.panel.persona(path[-2]).name if len(path) > 1 else ""
        colleagues = hierarchy.consulted(self.panel, path, self.levels)
        return Seat(path_of(path), call, expert, asker, colleagues, self.levels - len(path))

    def expert_prompt(
        self,
        conversation: ConversationId,
        seat: Seat,
        items: Sequence[Item],
        *,
        closing: bool = False,
    ) -> Prompt:
        """Return a request to an expert; *closing*, when its colleagues have answered it."""
        expert, deeper, colleagues = seat.expert, seat.call.deeper, seat.colleagues
        instructions = prompts.expert_instructions(
            expert, asker=seat.asker, consulting=bool(colleagues.experts)
        )
        return Prompt(
            conversation=conversation,
            model=self.models.hard if deeper else expert.model or self.models.expert,
            effort=Effort.HIGH if deeper else expert.effort,
            instructions=instructions,
            items=tuple(items),
            tools=prompts.tools(colleagues),
            may_call=not closing,
            cache_key=f"expert:{seat.path}",
            user=self.turn.asker,
            collections=expert.collections,
            must_search=expert.always_consult and bool(expert.collections) and not closing,
            server_tools=self._tools_of(seat),
        )

    def _tools_of(self, seat: Seat) -> tuple[ServerTool, ...]:
        """Return an expert's tools; a colleague can wait for nobody to approve of one."""
        tools = self.toolbox.named(seat.expert.tools)
        return tuple(tool for tool in tools if not (seat.asker and may_ask(tool)))


def ignore_event(_event: ModelEvent | ResponseRestarted) -> None:
    """Let a reply be written unseen."""
