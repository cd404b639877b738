"""Carrying out the commands that people write in a thread."""

from asyncio import gather
from collections.abc import Sequence

from bot.language import gettext
from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act
from bot.panel.errors import Refused
from bot.panel.intake.thread_commands import (
    AddExpert,
    Answered,
    Misspelt,
    PlainCommand,
    RemoveExpert,
    ThreadCommand,
)
from bot.panel.model import Expert, Panel, Persona, ThreadRef, UserId
from bot.panel.names import did_you_mean, in_code
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import ChannelScope
from bot.panel.roster.search import alike
from bot.panel.texts import sentences
from bot.panel.threads.thread_store import Standing, ThreadStore

_LIKENESS = 0.75  # of the name of an expert, beside a misspelt verb


class ThreadCommandHandler:
    """Carries out thread commands and returns the answers to them."""

    def __init__(self, editor: PanelEditor, threads: ThreadStore, auditor: Auditor) -> None:
        self._auditor = auditor
        self._editor = editor
        self._threads = threads

    async def is_meant(self, command: ThreadCommand, thread: ThreadRef) -> bool:
        """Whether *command* is one, and not "add two numbers": whether it names an expert."""
        match command:
            case AddExpert(name, is_certain=False) | RemoveExpert(name, is_certain=False):
                return bool((await self._everybody(thread)).find(name))
            case Misspelt(name=name, is_certain=False):
                return bool(await self._nearly(name, thread))
            case _:
                return True

    async def _everybody(self, thread: ThreadRef) -> Panel:
        panel, addable = await gather(self._editor.panel(thread), self._editor.addable(thread))
        return Panel((*panel.experts, *addable))

    async def _nearly(self, name: str, thread: ThreadRef) -> str:
        everybody = await self._everybody(thread)
        return next(iter(alike(name, everybody.experts, most=1, least=_LIKENESS)), "")

    async def perform(
        self,
        command: Answered,
        thread: ThreadRef,
        authors: Sequence[UserId],
        *,
        repeated: bool = False,
    ) -> str:
        """Carry out *command* for the first of *authors*, and return the answer, in Markdown.

        All of them must be allowed to: the others had it tried again. If it is *repeated* after a
        crash, it may have been carried out but not answered.
        """
        try:
            by, *others = authors
            if isinstance(command, AddExpert | RemoveExpert):
                for other in others:
                    await self._editor.rights.check_may_change(thread, other)
            return await self._perform(command, thread, by)
        except Refused as refusal:
            answer = await self._answer_if_done(command, thread) if repeated else ""
            return answer or str(refusal)

    async def _answer_if_done(self, command: Answered, thread: ThreadRef) -> str:
        """Return the answer to *command* if the thread is already as it would make it."""
        changes = await self._editor.changes(thread)
        match command:
            case AddExpert(name):
                added = Panel(tuple(changes.added.values())).find(name)
                return _joined(added) if added else ""
            case RemoveExpert(name):
                removed = Panel(tuple(await self._editor.addable(thread))).find(name)
                if removed is None or removed.name not in changes.removed:
                    return ""
                return await self._left(removed, thread)
            case _:
                return ""

    async def _perform(self, command: Answered, thread: ThreadRef, by: UserId) -> str:
        match command:
            case AddExpert(name):
                change = await self._editor.add_from_library(thread, name, by)
                return _joined(change.expert)
            case RemoveExpert(name):
                change = await self._editor.remove(thread, name, by)
                return await self._left(change.expert, thread)
            case PlainCommand.LIST_EXPERTS:
                panel = await self._editor.panel(thread)
                lines = [(_introduced(e.persona), e.name, e.purpose) for e in panel.experts]
                return sentences.roster(lines)
            case PlainCommand.HELP:
                return sentences.usage()
            case Misspelt(word, meant, name):
                if name:
                    meant = meant.removesuffix(name) + (await self._nearly(name, thread) or name)
                unknown = gettext("I do not know `{word}`.", word=in_code(word, 40))
                return f"{unknown}{did_you_mean(meant, [in_code(meant)])}"
            case PlainCommand.MUTE:
                await self._auditor.record(Act.MUTED, thread, by)
                await self._threads.set_standing(thread, Standing.MUTED)
                return sentences.muted()
            case PlainCommand.UNMUTE:
                await self._auditor.record(Act.UNMUTED, thread, by)
                await self._threads.set_standing(thread, Standing.OURS)
                return sentences.unmuted()
            case PlainCommand.STOP:  # it is queued only if there was nothing to stop
                return sentences.nothing_to_stop()

    async def _left(self, expert: Expert, thread: ThreadRef) -> str:
        channel = await self._editor.panel(ChannelScope(thread.team_id, thread.channel_id))
        stays = channel.find(expert.name) is not None
        return sentences.left(_introduced(expert.persona), stays_around=stays)


def _joined(expert: Expert) -> str:
    return sentences.joined(_introduced(expert.persona), expert.purpose)


def _introduced(persona: Persona) -> str:
    return f"{persona.icon} **{persona.name}**"
