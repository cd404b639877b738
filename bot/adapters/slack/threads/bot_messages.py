"""Finding who wrote in a thread, and deleting the bot's own messages there."""

from bot.adapters.slack.api.answers import NO_MESSAGE
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.threads.replies import Replies
from bot.operations.slack_threads import BotMessages, ThreadTraces
from bot.panel.errors import MessengerRefused
from bot.panel.model import ConversationId, MessageTs, ThreadRef, UserId


class SlackBotMessages(BotMessages):
    """Reads threads, and deletes what the bot has posted there."""

    def __init__(self, api: SlackApi, identity: Identity, signer: StampSigner) -> None:
        self._api = api
        self._replies = Replies(api, identity, signer)
        self._bot_id = identity.bot_id

    async def traces(self, thread: ThreadRef) -> ThreadTraces:
        started_by: UserId | None = None
        people: set[UserId] = set()
        routers: dict[ConversationId, None] = {}
        bot_messages: list[MessageTs] = []
        async for message in self._replies.of(thread, required=True):
            if message.get("bot_id") == self._bot_id:
                bot_messages.append(MessageTs(message["ts"]))
            elif not message.get("bot_id") and not message.get("hidden") and message.get("user"):
                people.add(UserId(message["user"]))
                if message["ts"] == thread.thread_ts:
                    started_by = UserId(message["user"])
            stamp = self._replies.stamp(message, thread)
            if stamp and stamp.router:
                routers[ConversationId(stamp.router)] = None
        return ThreadTraces(started_by, frozenset(people), tuple(routers), tuple(bot_messages))

    async def delete(self, thread: ThreadRef, ts: MessageTs) -> None:
        try:
            await self._api.rewrite("chat.delete", channel=thread.channel_id, ts=ts)
        except MessengerRefused as error:
            if error.code != NO_MESSAGE:
                raise
