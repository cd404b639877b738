"""What was said that a turn is about: its own messages, and what models have not heard of yet."""

from collections.abc import Sequence
from dataclasses import replace

from bot.panel.language_model import prompts
from bot.panel.links import ThreadLinks
from bot.panel.messaging.transcript import Transcript
from bot.panel.model import MessageTs, Turn, Utterance
from bot.panel.threads import follow_ups
from bot.panel.threads.thread_store import ThreadStore


class ThreadHistory:
    """Reads threads for turns."""

    def __init__(self, transcript: Transcript, threads: ThreadStore) -> None:
        self._transcript = transcript
        self._threads = threads

    async def said(self, turn: Turn) -> Sequence[Utterance]:
        """Return what the models are to answer."""
        said = await self._transcript.turn_messages(turn)
        if verdict := turn.verdict:
            words = prompts.decided(verdict.decision, said[0].speaker)
            return [replace(said[0], text=words)]
        if turn.steer is None:
            return said
        about = turn.steer
        asked = await self._transcript.people_said(
            turn.thread, since=about.since, until=about.until
        )
        return [follow_ups.request(about, said[0], asked)]

    async def so_far(self, turn: Turn, links: ThreadLinks) -> Sequence[Utterance]:
        """Return what has been said in a thread of ours, for experts brought in by a button."""
        if turn.steer is None or links.router is None:
            return ()
        return await self._transcript.earlier(turn.thread, before=turn.messages[0].ts, since=None)

    async def earlier(self, turn: Turn, links: ThreadLinks) -> Sequence[Utterance]:
        """Return what people said in the thread while the panel was not listening."""
        first = turn.messages[0].ts
        if turn.verdict:  # the router reads it with what people say next
            return ()
        if links.router is None:
            if first == turn.thread.thread_ts:
                return ()
            root = MessageTs(turn.thread.thread_ts)  # noted, so that the next attempt reads it too
            await self._threads.overheard(turn.thread, root)
            return await self._transcript.earlier(turn.thread, before=first, since=None)
        heard = await self._threads.heard_until(turn.thread)
        if heard is None:
            return ()
        return await self._transcript.earlier(turn.thread, before=first, since=heard)

    async def catch_up(self, turn: Turn) -> None:
        """Forget what passed us by before the turn; what did so meanwhile is still to be told."""
        heard = await self._threads.heard_until(turn.thread)
        if heard is None or turn.verdict:
            return
        if float(heard) < float(turn.messages[0].ts):
            await self._threads.caught_up(turn.thread)
