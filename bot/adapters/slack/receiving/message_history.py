"""What people wrote while nobody listened, read from Slack as if its events had arrived."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.panel.errors import MessengerRefused
from bot.panel.intake.intake import Incoming
from bot.panel.intake.missed_messages import MessageHistory, SeenThread
from bot.panel.model import ThreadRef

_WITHIN = 20.0  # seconds: the calls yield to those that somebody waits for
_PAGE, _PAGES = 100, 3
_TYPES = "public_channel,private_channel,mpim,im"


class SlackMessageHistory(MessageHistory):
    """Reads what Slack shows; *receive* returns what an event's message says to us, if anything."""

    def __init__(
        self, api: SlackApi, team_id: str, receive: Callable[[Json], Awaitable[Incoming | None]]
    ) -> None:
        self._api = api
        self._team_id = team_id
        self._receive = receive

    async def channels(self) -> Sequence[str]:
        answer = await self._api.read(
            "users.conversations", within=_WITHIN, types=_TYPES, exclude_archived=True, limit=_PAGE
        )
        return [self._api.channels.first(str(one["id"])) for one in answer["channels"]]

    async def threads(self, channel_id: str, since: float) -> Sequence[SeenThread]:
        seen: list[SeenThread] = []
        async for page in self._pages("conversations.history", channel=channel_id):
            begun = [m for m in page if m.get("thread_ts", m["ts"]) == m["ts"]]  # no broadcasts
            seen += [await self._seen(message, channel_id, since) for message in begun]
            if page and float(page[-1]["ts"]) < since:
                break
        return seen

    async def messages(self, thread: ThreadRef, since: float) -> Sequence[Incoming]:
        received: dict[str, Incoming] = {}
        pages = self._pages(
            "conversations.replies",
            channel=thread.channel_id,
            ts=thread.thread_ts,
            oldest=f"{since:.6f}",
            inclusive=True,
        )
        try:
            async for page in pages:
                for message in page:  # the root may come with each of them
                    if incoming := await self._incoming(message, thread.channel_id, since):
                        received[message["ts"]] = incoming
        except MessengerRefused as error:
            if error.code != "thread_not_found":
                raise
        return list(received.values())

    async def _seen(self, message: Json, channel_id: str, since: float) -> SeenThread:
        return SeenThread(
            ThreadRef(self._team_id, channel_id, message["ts"]),
            float(message.get("latest_reply") or message["ts"]),
            await self._incoming(message, channel_id, since),
            has_replies=bool(message.get("reply_count")),
        )

    async def _incoming(self, message: Json, channel_id: str, since: float) -> Incoming | None:
        if float(message["ts"]) < since:
            return None
        kind = {"channel_type": "im"} if channel_id.startswith("D") else {}
        event = {**message, "type": "message", "channel": channel_id, **kind}
        return await self._receive({"event": event})

    async def _pages(self, method: str, **args: object) -> AsyncIterator[Sequence[Json]]:
        cursor = ""
        for _ in range(_PAGES):
            answer = await self._api.read(
                method, within=_WITHIN, limit=_PAGE, cursor=cursor or None, **args
            )
            yield answer["messages"]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return
