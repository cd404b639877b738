"""Reading threads from Slack, and recognizing the bot's own messages by their stamps."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager

from bot.adapters.slack.api import metadata
from bot.adapters.slack.api.answers import MISSING_SCOPE, NOT_THERE, Ambiguous
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.metadata import MessageStamp, StampSigner
from bot.adapters.slack.api.web_api import PAGE, SlackApi
from bot.adapters.slack.threads.newest_first import Page, newest_first
from bot.json_types import Json
from bot.panel.errors import MessengerRefused
from bot.panel.model import ThreadRef, TurnId
from bot.panel.retries import Backoff, Retries

_ANSWERS = ("reply:", "router:")  # parts, as their names begin


class Replies:
    """The messages of threads, with the stamps on our own."""

    def __init__(self, api: SlackApi, identity: Identity, signer: StampSigner) -> None:
        self._api = api
        self._bot_id = identity.bot_id
        self._signer = signer
        self.needed: dict[str, str] = {}  # by channel: the scope without which it cannot be read

    async def of(
        self,
        thread: ThreadRef,
        *,
        oldest: str | None = None,
        latest: str | None = None,
        required: bool = False,
    ) -> AsyncGenerator[Json, None]:
        """Yield the messages of *thread*, oldest first; none if it cannot be seen.

        If they are *required*, it is an error that we are not allowed to see it.
        The root comes first even if it is older than *oldest*, and only once, though Slack may
        repeat it on every page.
        """
        pages = self._api.pages(
            "conversations.replies", "messages", **_span(thread, oldest, latest)
        )
        with self._if_seen(thread, required=required):
            root_seen = False
            async for message in pages:
                self.needed.pop(thread.channel_id, None)
                is_root = message["ts"] == thread.thread_ts
                if not (is_root and root_seen):
                    yield message
                root_seen = root_seen or is_root

    async def newest_first(
        self,
        thread: ThreadRef,
        *,
        oldest: str | None = None,
        latest: str | None = None,
        most: int | None = None,
    ) -> AsyncGenerator[Json, None]:
        """Yield the messages of *thread*, newest first: *most* at most; none if it cannot be seen.

        Of thousands, some may be left out before the oldest ones.
        """

        async def read(oldest: str | None, latest: str | None) -> Page:
            span = _span(thread, oldest, latest)
            answer = await self._api.read("conversations.replies", limit=PAGE, **span)
            self.needed.pop(thread.channel_id, None)
            following = (answer.get("response_metadata") or {}).get("next_cursor")
            return Page(answer["messages"], bool(following))

        with self._if_seen(thread):
            async with aclosing(newest_first(read, oldest, latest)) as messages:
                count = 0
                async for message in messages:
                    if count == most:
                        return
                    count += 1
                    yield message

    @contextmanager
    def _if_seen(self, thread: ThreadRef, *, required: bool = False) -> Iterator[None]:
        try:
            yield
        except MessengerRefused as error:
            if error.code == MISSING_SCOPE and not required:
                self.needed[thread.channel_id] = error.needed
            elif error.code not in NOT_THERE:
                raise

    async def find(self, thread: ThreadRef, turn: TurnId, part: str) -> Json | None:
        """Return the bot's message for *part*; it is not older than the ts at the end of *turn*."""
        return await self._first(thread, turn, lambda known: known == part)

    async def answers(self, thread: ThreadRef, turn: TurnId) -> bool:
        """Whether there is an answer to *turn*, an expert's or the router's."""
        message = await self._first(thread, turn, lambda part: part.startswith(_ANSWERS))
        return message is not None

    async def _first(
        self, thread: ThreadRef, turn: TurnId, is_wanted: Callable[[str], bool]
    ) -> Json | None:
        since = turn.rpartition(":")[2]
        async with aclosing(self.of(thread, oldest=since)) as replies:
            async for message in replies:
                stamp = self.stamp(message, thread)
                if stamp and stamp.turn == turn and is_wanted(stamp.part):
                    return message
        return None

    async def once(
        self,
        write: Callable[[], Awaitable[Json]],
        thread: ThreadRef,
        turn: TurnId,
        part: str,
        backoff: Backoff,
    ) -> Json:
        """Return the message that *write* posts.

        If *write* may have failed, the message is looked for after each delay of *backoff*, before
        *write* is retried. Raises Ambiguous when no retry is left.
        """
        retries = Retries(backoff)
        while True:
            try:
                return await write()
            except Ambiguous:
                may_retry = await retries.wait()
                if message := await self.find(thread, turn, part):
                    return message
                if not may_retry:
                    raise

    def is_unstamped(self, message: Json, thread: ThreadRef) -> bool:
        """Whether *message* is the bot's own but has no valid stamp for this thread."""
        return message.get("bot_id") == self._bot_id and self.stamp(message, thread) is None

    def stamp(self, message: Json, thread: ThreadRef) -> MessageStamp | None:
        """Return the stamp of *message* if the bot posted it; another app may have copied one."""
        if message.get("bot_id") != self._bot_id:
            return None
        team, ts, channel = thread.team_id, thread.thread_ts, thread.channel_id
        ids = dict.fromkeys((channel, *self._api.channels.others(channel)))
        read = (self._signer.read(message, team=team, channel=one, thread_ts=ts) for one in ids)
        return next(filter(None, read), None)

    def unsigned_router(self, message: Json) -> str:
        """Return the conversation that a message of the bot names, signed or not; or nothing."""
        if message.get("bot_id") != self._bot_id:
            return ""
        return metadata.claimed_router(message)


def _span(thread: ThreadRef, oldest: str | None, latest: str | None) -> Json:
    return {
        "channel": thread.channel_id,
        "ts": thread.thread_ts,
        "oldest": oldest,
        "latest": latest,
        "inclusive": True,
        "include_all_metadata": True,
    }
