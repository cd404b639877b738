"""What was said in a thread: the question of a turn, and what models have not read yet."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.panel.language_model import prompts
from bot.panel.links import ThreadLinks
from bot.panel.messaging.transcript import Transcript
from bot.panel.model import FileId, MessageTs, SharedFile, Turn, just_after
from bot.panel.threads import follow_ups
from bot.panel.threads.thread_store import ThreadStore
from bot.panel.utterance import Role, Utterance


@dataclass(frozen=True, slots=True)
class Unread:
    """What was said in a thread and models have not read yet, and as what that was noted."""

    said: Sequence[Utterance] = ()
    since: MessageTs | None = None  # the first message that had passed the panel by
    edits: Mapping[MessageTs, MessageTs] = field(default_factory=dict)  # of which messages, when


class ThreadHistory:
    """Reads threads for turns."""

    def __init__(self, transcript: Transcript, threads: ThreadStore) -> None:
        self._transcript = transcript
        self._threads = threads

    async def question(self, turn: Turn) -> Sequence[Utterance]:
        """Return what the models are to answer."""
        messages = await self._transcript.turn_messages(turn)
        if verdict := turn.verdict:
            text = prompts.decided(verdict.decision, messages[0].speaker)
            return [replace(messages[0], text=text)]
        if turn.steer is None:
            return messages
        since, until = turn.steer.since, turn.steer.until
        last = turn.steer.last or until  # what was said meanwhile is another question
        asked = await self._transcript.people_said(turn.thread, since=since, until=last)
        if turn.steer.goes_on:
            cut = await self._transcript.some(turn.thread, {until})
            asked = [*asked, *map(follow_ups.end_of, cut)]
        return [follow_ups.request(turn.steer, messages[0], asked)]

    async def background(self, turn: Turn, links: ThreadLinks) -> Sequence[Utterance]:
        """Return what was said in a thread of ours, for experts who are brought in by a button."""
        if turn.steer is None or links.router is None:
            return ()
        before = turn.messages[0].ts
        said = await self._transcript.earlier(turn.thread, before=before, since=None)
        return [message for message in said if not _is_asked(turn, message)]

    async def unread(self, turn: Turn, links: ThreadLinks) -> Unread:
        """Return what people said in the thread while the panel was not asked."""
        last = turn.messages[-1].ts  # others may have been said between its messages
        if turn.verdict or (links.router is None and last == turn.thread.thread_ts):
            return Unread()  # after a verdict, the router reads it with what people say next
        since, edits = await asyncio.gather(
            self._threads.unread_since(turn.thread), self._threads.edits(turn.thread)
        )
        own = {message.ts for message in turn.messages}  # as they were when they were queued
        edits = {ts: at for ts, at in edits.items() if ts not in own}
        if links.router is None:
            root = MessageTs(turn.thread.thread_ts)  # noted, so that the next attempt reads it too
            await self._threads.mark_unread(turn.thread, root)
            said = await self._transcript.earlier(turn.thread, before=last, since=None)
            past = {ts: at for ts, at in edits.items() if float(ts) < float(last)}
            return Unread(
                [one for one in said if not (one.ts in own or _is_asked(turn, one))], root, past
            )
        unread = list[Utterance]()
        if since is not None:
            said = await self._transcript.earlier(turn.thread, before=last, since=since)
            unread = [one for one in said if not (one.ts in own or _is_asked(turn, one))]
        known = {message.ts for message in unread}
        edited = await self._transcript.some(turn.thread, edits.keys() - known)
        in_order = sorted([*edited, *unread], key=lambda message: float(message.ts))
        return Unread(in_order, since, edits)

    async def catch_up(
        self, turn: Turn, since: MessageTs | None, edits: Mapping[MessageTs, MessageTs]
    ) -> None:
        """Note that models have read what was unread *since* then, and these *edits*.

        What was noted after they were asked for the first time, they read with the next turn.
        """
        if since is not None:
            until = just_after(turn.messages[-1].ts)
            await self._threads.mark_read(turn.thread, since, until)
        await self._threads.mark_edits_read(turn.thread, edits)


def _is_asked(turn: Turn, message: Utterance) -> bool:
    """Whether *message* is of the question for which people have chosen who answers it."""
    steer = turn.steer
    if not (steer and steer.chosen) or message.author.role is not Role.PERSON:
        return False
    return float(steer.since) <= float(message.ts) <= float(steer.last or steer.until)


def files_of(messages: Iterable[Utterance]) -> list[SharedFile]:
    """Return the files that came with *messages*, each once."""
    files: dict[FileId, SharedFile] = {f.id: f for message in messages for f in message.files}
    return list(files.values())
