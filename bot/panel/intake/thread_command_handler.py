"""Doing what people tell the bot inside a thread, and saying what came of it."""

from typing import assert_never

from bot.panel.errors import Refused
from bot.panel.intake.thread_commands import (
    AddExpert,
    ListExperts,
    Mute,
    RemoveExpert,
    ShowHelp,
    Stop,
    ThreadCommand,
    Unmute,
)
from bot.panel.model import Expert, Panel, Persona, ThreadRef, UserId
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import ChannelScope
from bot.panel.texts import sentences
from bot.panel.threads.thread_store import Standing, ThreadStore


class ThreadCommandHandler:
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
        """Return the answer to *command* if the thread is as it would leave it, else nothing."""
        changes = await self._editor.changes(thread)
        match command:
            case AddExpert(name):
                added = Panel(tuple(changes.added.values())).find(name)
                return _joined(added) if added else ""
            case RemoveExpert(name):
                absent = Panel(tuple(await self._editor.addable(thread))).find(name)
                if absent is None or absent.name not in changes.removed:
                    return ""
                return await self._left(absent, thread)
            case _:
                return ""

    async def _perform(self, command: ThreadCommand, thread: ThreadRef, by: UserId) -> str:
        match command:
            case AddExpert(name):
                added = await self._editor.add_from_library(thread, name, by)
                return _joined(added.expert)
            case RemoveExpert(name):
                removed = await self._editor.remove(thread, name, by)
                return await self._left(removed.expert, thread)
            case ListExperts():
                panel = await self._editor.panel(thread)
                lines = [(_introduced(e.persona), e.name, e.purpose) for e in panel.experts]
                return sentences.roster(lines)
            case ShowHelp():
                return sentences.usage()
            case Mute():
                await self._threads.set_standing(thread, Standing.MUTED)
                return sentences.muted()
            case Unmute():
                await self._threads.set_standing(thread, Standing.OURS)
                return sentences.unmuted()
            case Stop():  # one that stopped a turn has not been queued
                return sentences.nothing_to_stop()
            case _:
                assert_never(command)

    async def _left(self, expert: Expert, thread: ThreadRef) -> str:
        around = await self._editor.panel(ChannelScope(thread.team_id, thread.channel_id))
        stays = around.find(expert.name) is not None
        return sentences.left(_introduced(expert.persona), stays_around=stays)


def _joined(expert: Expert) -> str:
    return sentences.joined(_introduced(expert.persona), expert.purpose)


def _introduced(persona: Persona) -> str:
    return f"{persona.icon} **{persona.name}**"
