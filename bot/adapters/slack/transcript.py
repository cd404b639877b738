"""What was said in a thread, as a model reads it; and what our own messages there tell of us."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence

from bot.adapters.slack import text
from bot.adapters.slack.identity import Identity
from bot.adapters.slack.metadata import MessageStamp, StampSigner
from bot.adapters.slack.web_api import Json, SlackApi
from bot.panel.errors import MessengerRefused
from bot.panel.model import ConversationId, MessageTs, ThreadRef, Turn, UserId, Utterance
from bot.panel.ports import People, Transcript

MOST_MESSAGES = 200
MOST_CHARACTERS = 12_000

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)")
_NOT_THERE = frozenset({"thread_not_found", "channel_not_found", "not_in_channel"})


class SlackTranscript(Transcript):
    """Reads threads with ``conversations.replies``."""

    def __init__(
        self, api: SlackApi, identity: Identity, signer: StampSigner, people: People
    ) -> None:
        self._api = api
        self._identity = identity
        self._signer = signer
        self._people = people

    async def readable(self, turn: Turn) -> Sequence[Utterance]:
        mentioned = [user for message in turn.messages for user in _mentioned(message.text)]
        authors = [message.author for message in turn.messages]
        names = await self._names([*authors, *mentioned])
        return [
            Utterance(
                message.ts,
                names.get(message.author, "Somebody"),
                _readable(message.text, names, message.files),
            )
            for message in turn.messages
        ]

    async def earlier(
        self, thread: ThreadRef, *, before: MessageTs, since: MessageTs | None
    ) -> Sequence[Utterance]:
        found = [
            message
            async for message in self._replies(thread)
            if float(since or 0) <= float(message["ts"]) < float(before)
        ]
        wanted = [m for m in found if self._is_talk(m, thread)][-MOST_MESSAGES:]
        users = [UserId(message["user"]) for message in wanted if message.get("user")]
        mentioned = [user for message in wanted for user in _mentioned(message.get("text", ""))]
        names = await self._names([*users, *mentioned])
        return _bounded([self._utterance(message, names) for message in wanted])

    async def router_of(self, thread: ThreadRef) -> ConversationId | None:
        newest = None
        async for message in self._replies(thread):
            stamp = self._stamp(message, thread)
            if stamp and stamp.router:
                newest = ConversationId(stamp.router)
        return newest

    async def thread_roots(self, channel: str) -> AsyncIterator[str]:
        """Yield the ts of every thread in a channel."""
        async for message in self._api.pages("conversations.history", "messages", channel=channel):
            if message.get("reply_count"):
                yield message["ts"]

    async def _replies(self, thread: ThreadRef) -> AsyncIterator[Json]:
        pages = self._api.pages(
            "conversations.replies",
            "messages",
            channel=thread.channel_id,
            ts=thread.thread_ts,
            include_all_metadata=True,
        )
        try:
            async for message in pages:
                yield message
        except MessengerRefused as error:
            if error.code not in _NOT_THERE:
                raise

    async def _names(self, users: Sequence[UserId]) -> Mapping[UserId, str]:
        return await self._people.names(users)

    def _is_talk(self, message: Json, thread: ThreadRef) -> bool:
        """Whether *message* is something said, and not our plan or a channel notice."""
        if message.get("subtype") in ("channel_join", "channel_leave", "tombstone"):
            return False
        stamp = self._stamp(message, thread)
        return stamp is None or stamp.part != "plan"

    def _utterance(self, message: Json, names: Mapping[UserId, str]) -> Utterance:
        speaker = message.get("username") or names.get(message.get("user", ""), "Somebody")
        if message.get("bot_id") == self._identity.bot_id and not message.get("username"):
            speaker = "Panelbot"
        said = _readable(message.get("text", ""), names, len(message.get("files", ())))
        return Utterance(MessageTs(message["ts"]), speaker, said)

    def _stamp(self, message: Json, thread: ThreadRef) -> MessageStamp | None:
        if message.get("bot_id") != self._identity.bot_id:
            return None
        return self._signer.read(
            message, team=thread.team_id, channel=thread.channel_id, thread_ts=thread.thread_ts
        )


def _mentioned(slack_text: str) -> list[UserId]:
    return [UserId(found) for found in _MENTION.findall(slack_text)]


def _readable(slack_text: str, names: Mapping[UserId, str], files: int) -> str:
    said = text.from_slack(slack_text, {str(user): name for user, name in names.items()}).strip()
    note = f"[{files} file{'s' if files > 1 else ''} attached]" if files else ""
    return "\n".join(filter(None, (said, note))) or "[no text]"


def _bounded(said: Sequence[Utterance]) -> Sequence[Utterance]:
    """Return the newest of *said* that fit the limit together."""
    kept: list[Utterance] = []
    room = MOST_CHARACTERS
    for one in reversed(said):
        room -= len(one.speaker) + len(one.text)
        if room < 0:
            break
        kept.append(one)
    return kept[::-1]
