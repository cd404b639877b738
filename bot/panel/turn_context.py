"""What the stages of one turn work with."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.panel import prompts
from bot.panel.asking import AskedAgain
from bot.panel.attachments import Attached
from bot.panel.exchange import Item, ModelEvent, Prompt
from bot.panel.link_book import LinkBook
from bot.panel.live_reply import LiveReply
from bot.panel.messaging import Transcript
from bot.panel.model import (
    ConversationId,
    Effort,
    Expert,
    ExpertName,
    Panel,
    Turn,
    Utterance,
)
from bot.panel.patience import Patience
from bot.panel.plan_board import PlanBoard
from bot.panel.ports import Functions, LanguageModel
from bot.panel.speaker import Speaker
from bot.panel.turn_record import TurnRecord

Hear = Callable[[ModelEvent | AskedAgain], None]


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which models are used where nothing else is said."""

    router: str = "gpt-6-luna"
    router_effort: Effort = Effort.NONE
    expert: str = "gpt-6.1-terra"
    hard: str = "gpt-6.1-sol"  # for who wants it deeper


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
    book: LinkBook
    speaker: Speaker
    board: PlanBoard
    model: LanguageModel
    functions: Functions
    transcript: Transcript
    models: ModelChoice
    patience: Patience
    is_live: bool  # whether people watch replies being written
    in_line: defaultdict[ExpertName, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )  # an expert called twice answers one question after the other

    @asynccontextmanager
    async def live(self, part: str, expert: ExpertName | None = None) -> AsyncIterator[Hear]:
        """Let people watch a reply being written meanwhile, if they are to; yields what hears it.

        One that was begun by an earlier attempt does not grow any more until it is whole; nor
        does one that may get marks for what it cites.
        """
        draft = self.speaker.draft(f"{part}:0", "")
        if expert:
            draft = replace(draft, persona=self.panel.persona(expert), expert=expert)
        reply = LiveReply(self.speaker.streams, draft, self.turn.asker, self.patience)
        is_begun = draft.part in self.record.progress.streams
        if self.is_live and not is_begun and not self._will_cite(expert):
            async with reply.shown():
                yield reply.hear
        else:
            yield _hear_nothing

    def _will_cite(self, name: ExpertName | None) -> bool:
        expert = self.panel.find(name) if name else None
        return expert is not None and bool(expert.collections)

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

    def expert_prompt(
        self,
        conversation: ConversationId,
        expert: Expert,
        items: Sequence[Item],
        *,
        deeper: bool = False,
    ) -> Prompt:
        """Return a request to *expert*."""
        return Prompt(
            conversation=conversation,
            model=self.models.hard if deeper else expert.model or self.models.expert,
            effort=Effort.HIGH if deeper else expert.effort,
            instructions=prompts.expert_instructions(expert),
            items=tuple(items),
            cache_key=f"expert:{expert.name}",
            user=self.turn.asker,
            collections=expert.collections,
            must_search=expert.always_consult and bool(expert.collections),
        )


def _hear_nothing(_event: ModelEvent | AskedAgain) -> None:
    """Let a reply be written unseen."""
