"""What a thread in Slack tells of us, and taking our own messages out of it."""

from dataclasses import dataclass

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.threads.replies import Replies
from bot.panel.errors import MessengerRefused
from bot.panel.model import ConversationId, MessageTs, ThreadRef, UserId

_GONE = "message_not_found"


@dataclass(frozen=True, slots=True)
class Traces:
    """Who has spoken in a thread, and which conversations our messages there name."""

    begun_by: UserId | None  # None: the first message is deleted, an app's, or cannot be seen
    people: frozenset[UserId]
    routers: tuple[ConversationId, ...]  # one after the other, where it had to begin anew
    ours: tuple[MessageTs, ...]


class BotMessages:
    """Reads threads, and deletes what the bot has posted there."""

    def __init__(self, api: SlackApi, identity: Identity, signer: StampSigner) -> None:
        self._api = api
        self._replies = Replies(api, identity, signer)
        self._bot_id = identity.bot_id

    async def of(self, thread: ThreadRef) -> Traces:
        """Return the traces in *thread*; none if it cannot be seen."""
        begun_by: UserId | None = None
        people: set[UserId] = set()
        routers: dict[ConversationId, None] = {}
        ours: list[MessageTs] = []
        async for message in self._replies.of(thread):
            if message.get("bot_id") == self._bot_id:
                ours.append(MessageTs(message["ts"]))
            elif not message.get("bot_id") and not message.get("hidden") and message.get("user"):
                people.add(UserId(message["user"]))
                if message["ts"] == thread.thread_ts:
                    begun_by = UserId(message["user"])
            stamp = self._replies.stamp(message, thread)
            if stamp and stamp.router:
                routers[ConversationId(stamp.router)] = None
        return Traces(begun_by, frozenset(people), tuple(routers), tuple(ours))

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> None:
        """Delete a message of ours; one that is gone is fine."""
        try:
            await self._api.rewrite("chat.delete", channel=thread.channel_id, ts=ts)
        except MessengerRefused as error:
            if error.code != _GONE:
                raise
