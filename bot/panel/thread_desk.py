"""Doing what people tell the bot inside a thread, and saying what came of it."""

from typing import assert_never

from bot.panel import sentences
from bot.panel.errors import Refused
from bot.panel.model import Persona, ThreadRef, UserId
from bot.panel.panel_editor import PanelEditor
from bot.panel.ports import Standing, ThreadStore
from bot.panel.roster import ChannelScope
from bot.panel.thread_commands import (
    AddExpert,
    ListExperts,
    Mute,
    RemoveExpert,
    ShowHelp,
    ThreadCommand,
    Unmute,
)


class ThreadDesk:
    """Carries out thread commands."""

    def __init__(self, editor: PanelEditor, threads: ThreadStore) -> None:
        self._editor = editor
        self._threads = threads

    async def perform(
        self, command: ThreadCommand, thread: ThreadRef, by: UserId, *, repeated: bool = False
    ) -> str:
        """Carry out *command* for *by* and return the answer, in Markdown.

        *repeated* after a crash: it may have been carried out without an answer.
        """
        try:
            return await self._perform(command, thread, by)
        except Refused as refusal:
            done = await self._done_before(command, thread) if repeated else ""
            return done or str(refusal)

    async def _done_before(self, command: ThreadCommand, thread: ThreadRef) -> str:
        here = await self._editor.panel(thread)
        around = await self._editor.panel(ChannelScope(thread.team_id, thread.channel_id))
        match command:
            case AddExpert(name):
                expert = here.find(name)
                if expert and not around.find(expert.name):
                    return sentences.joined(_introduced(expert.persona), expert.purpose)
            case RemoveExpert(name):
                expert = around.find(name)
                if expert and not here.find(expert.name):
                    return sentences.left(_introduced(expert.persona))
            case _:
                pass
        return ""

    async def _perform(self, command: ThreadCommand, thread: ThreadRef, by: UserId) -> str:
        match command:
            case AddExpert(name):
                added = await self._editor.add_from_library(thread, name, by)
                return sentences.joined(_introduced(added.expert.persona), added.expert.purpose)
            case RemoveExpert(name):
                removed = await self._editor.remove(thread, name, by)
                return sentences.left(_introduced(removed.expert.persona))
            case ListExperts():
                panel = await self._editor.panel(thread)
                lines = [(_introduced(e.persona), e.name, e.purpose) for e in panel.experts]
                return sentences.roster(lines)
            case ShowHelp():
                return sentences.HELP
            case Mute():
                await self._threads.set_standing(thread, Standing.MUTED)
                return sentences.MUTED
            case Unmute():
                await self._threads.set_standing(thread, Standing.OURS)
                return sentences.UNMUTED
            case _:
                assert_never(command)


def _introduced(persona: Persona) -> str:
    return f"{persona.icon} **{persona.name}**"
