"""A thread's messages as a model reads them, and the stamps on the bot's own messages."""

import asyncio
import re
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import aclosing

from bot import runtime
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.metadata import StampSigner, call_of
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.content import message_content
from bot.adapters.slack.content.message_content import MessageContent
from bot.adapters.slack.markdown import sanitize
from bot.adapters.slack.receiving.mentions import Mentions
from bot.adapters.slack.threads.lengths import (
    HISTORY,
    MOST_MESSAGES,
    UNREAD,
    Lengths,
    cut,
    newest_within,
)
from bot.adapters.slack.threads.recordings import Recordings
from bot.adapters.slack.threads.replies import Replies
from bot.json_types import Json
from bot.panel.language_model.conversations.thread_archive import Spoken
from bot.panel.messaging.channel_moves import ChannelMove
from bot.panel.messaging.transcript import NamedRouters, Transcript
from bot.panel.model import ConversationId, ExpertName, Message, MessageTs, ThreadRef, Turn, UserId
from bot.panel.utterance import Author, Role, Utterance

_TALK = frozenset({None, "bot_message", "file_share", "me_message", "thread_broadcast"})
# Parts that do not answer the question.
_ASIDES = re.compile(
    r"plan|help|refused|stopped|steered|no-credit|files|late|unread|approval|"
    r"(gave-up|delayed)(-\d+)?"
)
_SOMEBODY = "Somebody"


class SlackTranscript(Transcript):
    """Reads threads with ``conversations.replies``."""

    def __init__(
        self, api: SlackApi, identity: Identity, signer: StampSigner, mentions: Mentions
    ) -> None:
        self._api = api
        self._replies = Replies(api, identity, signer)
        self._bot_id = identity.bot_id
        self._mentions = mentions
        self._recordings = Recordings(api)

    async def turn_messages(self, turn: Turn) -> Sequence[Utterance]:
        contents = await asyncio.gather(*map(self._asked, turn.messages))
        names = await self._names([message.author for message in turn.messages], contents)
        return [
            Utterance(
                message.ts,
                names.get(message.author) or message.author_name or _SOMEBODY,
                text,
                content.files,
                author=Author(message.author, Role.APP if message.by_app else Role.PERSON),
                shown=shown,
            )
            for message, content in zip(turn.messages, contents, strict=True)
            for text, shown in [_readable(content, names)]
        ]

    async def earlier(
        self, thread: ThreadRef, *, before: MessageTs, since: MessageTs | None
    ) -> Sequence[Utterance]:
        lengths = HISTORY if since is None else UNREAD
        newest: deque[Json] = deque()
        characters = 0
        replies = self._replies.newest_first(thread, oldest=since, latest=before)
        async with aclosing(replies):
            async for message in replies:
                is_within = float(since or 0) <= float(message["ts"]) < float(before)
                if is_within and self._is_talk(message, thread):
                    newest.appendleft(message)
                    characters += min(len(message.get("text") or ""), lengths.message)
                if len(newest) == MOST_MESSAGES or characters > 2 * lengths.together:
                    break
        return await self._read(thread, newest, lengths)

    async def some(self, thread: ThreadRef, messages: Collection[MessageTs]) -> Sequence[Utterance]:
        if not messages:
            return ()
        first, last = min(messages, key=float), max(messages, key=float)
        return await self._utterances(
            thread,
            self._replies.of(thread, oldest=first, latest=last),
            lambda message: message["ts"] in messages and self._is_talk(message, thread),
            UNREAD,
        )

    async def people_said(
        self, thread: ThreadRef, *, since: MessageTs, until: MessageTs
    ) -> Sequence[Utterance]:
        return await self._utterances(
            thread,
            self._replies.of(thread, oldest=since, latest=until, required=True),
            lambda message: (
                not message.get("hidden")
                if message["ts"] == since == until
                else float(since) <= float(message["ts"]) <= float(until)
                and not message.get("bot_id")
                and self._is_talk(message, thread)
            ),
            UNREAD,
        )

    async def was_mentioned(
        self, thread: ThreadRef, *, before: MessageTs, by: Callable[[UserId], Awaitable[bool]]
    ) -> bool:
        replies = self._replies.newest_first(thread, latest=before, most=MOST_MESSAGES)
        async with aclosing(replies):
            async for message in replies:
                is_earlier = float(message["ts"]) < float(before)
                is_by_people = not message.get("bot_id") and message.get("subtype") in _TALK
                is_ours = is_earlier and is_by_people and await self._mentions.address_us(message)
                if is_ours and await by(UserId(message.get("user") or "")):
                    return True
        return False

    async def routers_of(self, thread: ThreadRef) -> NamedRouters:
        unsigned = None
        async with aclosing(self._replies.newest_first(thread)) as replies:
            async for message in replies:
                stamp = self._replies.stamp(message, thread)
                if stamp and stamp.router:
                    return NamedRouters(ConversationId(stamp.router))
                if not stamp and (router := self._replies.unsigned_router(message)):
                    unsigned = unsigned or ConversationId(router)
        return NamedRouters(None, unsigned)

    async def has_moved(self, former: ThreadRef, thread: ThreadRef) -> bool:
        async with aclosing(self._replies.newest_first(thread)) as replies:
            async for message in replies:
                if self._replies.stamp(message, former):
                    move = ChannelMove(former.channel_id, thread.channel_id, runtime.time())
                    await self._api.channels.note(move)
                    return True
        return False

    def lacks(self, thread: ThreadRef) -> str:
        return self._replies.needed.get(thread.channel_id, "")

    async def all_messages(self, thread: ThreadRef) -> Sequence[Spoken]:
        """Return every message of *thread* in full, as people saw it."""
        replies = self._replies.of(thread, required=True)
        messages = [message async for message in replies if not message.get("hidden")]
        contents = [self._content(message) for message in messages]
        names = await self._names(_authors(messages), contents)
        return [
            self._spoken(message, content, names, thread)
            for message, content in zip(messages, contents, strict=True)
        ]

    async def thread_roots(self, channel: str) -> AsyncGenerator[str, None]:
        """Yield the ts of every thread in a channel."""
        async for message in self._api.pages("conversations.history", "messages", channel=channel):
            if message.get("reply_count"):
                yield message["ts"]

    async def _utterances(
        self,
        thread: ThreadRef,
        replies: AsyncIterable[Json],
        wanted: Callable[[Json], bool],
        lengths: Lengths,
    ) -> Sequence[Utterance]:
        newest: deque[Json] = deque(maxlen=MOST_MESSAGES)
        async for message in replies:
            if wanted(message):
                newest.append(message)
        return await self._read(thread, newest, lengths)

    async def _read(
        self, thread: ThreadRef, newest: Sequence[Json], lengths: Lengths
    ) -> Sequence[Utterance]:
        contents = [self._content(message) for message in newest]
        names = await self._names(_authors(newest), contents)
        utterances = [
            _utterance(message, content, names, lengths.message, self._author(message, thread))
            for message, content in zip(newest, contents, strict=True)
        ]
        return newest_within(utterances, lengths.together)

    async def _names(
        self, authors: Sequence[UserId], contents: Iterable[MessageContent]
    ) -> Mapping[str, str]:
        written = (f"{content.text}\n{content.quoted}" for content in contents)
        return await self._mentions.names(authors, written)

    async def _asked(self, message: Message) -> MessageContent:
        """Return what *message* says, with what is said in recordings by now."""
        spoken = await self._recordings.transcripts(message.files)
        quoted = "\n\n".join(filter(None, (message.quoted, *spoken.values())))
        files = tuple(file for file in message.files if file.id not in spoken)
        return MessageContent(message.text, quoted, files, message.author_name)

    def _content(self, message: Json) -> MessageContent:
        """Return what *message* says; our own say the same in their text as in their blocks."""
        is_ours = message.get("bot_id") == self._bot_id
        return message_content.read({**message, "blocks": []} if is_ours else message)

    def _spoken(
        self, message: Json, content: MessageContent, names: Mapping[str, str], thread: ThreadRef
    ) -> Spoken:
        stamp = self._replies.stamp(message, thread)
        is_ours = message.get("bot_id") == self._bot_id
        markdown = message_content.without_buttons(message) if is_ours else ""
        parts = _readable(content, names)
        return Spoken(
            MessageTs(message["ts"]),
            _speaker(message, content, names),
            sanitize.from_slack(markdown, names) or "\n\n".join(filter(None, parts)),
            is_markdown=bool(markdown or (content.quoted and not content.words)),
            expert=ExpertName(stamp.expert) if stamp and stamp.expert else None,
            call_id=call_of(stamp.part) if stamp else None,
        )

    def _author(self, message: Json, thread: ThreadRef) -> Author:
        """Return who wrote *message*; it is an expert's only if we have signed it."""
        if stamp := self._replies.stamp(message, thread):
            return Author(stamp.expert, Role.EXPERT) if stamp.expert else Author("", Role.PANEL)
        if bot := message.get("bot_id"):
            return Author(str(bot), Role.PANEL if bot == self._bot_id else Role.APP)
        return Author(message.get("user") or "")

    def _is_talk(self, message: Json, thread: ThreadRef) -> bool:
        """Whether *message* belongs to the discussion: not a notice of Slack's or of the bot's."""
        if message.get("subtype") not in _TALK or message.get("hidden"):
            return False
        stamp = self._replies.stamp(message, thread)
        return stamp is None or not _ASIDES.fullmatch(stamp.part.partition(":")[0])


def _authors(messages: Iterable[Json]) -> list[UserId]:
    return [UserId(message["user"]) for message in messages if message.get("user")]


def _utterance(
    message: Json, content: MessageContent, names: Mapping[str, str], longest: int, author: Author
) -> Utterance:
    text, shown = _readable(content, names)
    text, shown = cut(text, longest), cut(shown, max(longest - len(text), 0))
    speaker = _speaker(message, content, names)
    edit = {} if message.get("bot_id") else message.get("edited") or {}  # apps update what they say
    ts, edited = MessageTs(message["ts"]), edit.get("ts")
    return Utterance(ts, speaker, text, content.files, edited, author, shown)


def _speaker(message: Json, content: MessageContent, names: Mapping[str, str]) -> str:
    known = message.get("username") or names.get(message.get("user", "")) or content.author_name
    return known or _SOMEBODY


def _readable(content: MessageContent, names: Mapping[str, str]) -> tuple[str, str]:
    """Return the author's words; and what is attached to them, and what they show besides."""
    text, quoted = (
        sanitize.from_slack(part, names).strip() for part in (content.words, content.quoted)
    )
    attached = ", ".join(" ".join(file.name.split()) for file in content.files)
    note = f"[attached: {attached}]" if attached else ""
    shown = "\n\n".join(filter(None, (note, quoted)))
    return text or ("" if shown else "[no text]"), shown
