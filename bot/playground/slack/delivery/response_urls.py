"""Response URLs: five uses in half an hour, for whoever gave the command or pressed the button."""

import time
from dataclasses import dataclass

from aiohttp import web

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.web_api.validation.messages import check_message
from bot.playground.slack.workspace.company import BOT_ID, BOT_USER
from bot.playground.slack.workspace.messages import Message, snapshot

_USES = 5
LASTS = 30 * 60


@dataclass(slots=True)
class Place:
    """Where answers to one URL go."""

    user: str
    channel: str
    message: Message | None
    since: float
    uses: int = 0


class ResponseUrls:
    """Hands out the URLs and takes what is sent to them."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._places: dict[str, Place] = {}

    def new(self, user: str, channel: str, message: Message | None = None) -> str:
        """Return a new URL; *message* is the one that was acted on."""
        key = self._state.workspace.new_id("R")
        self._places[key] = Place(user, channel, message, time.monotonic())
        return f"{self._state.url}/response/{key}"

    async def handle(self, request: web.Request) -> web.Response:
        """Take what the bot sends."""
        place = self._places.get(request.match_info["key"])
        if place is None:
            return web.json_response({"ok": False, "error": "no_such_url"}, status=404)
        place.uses += 1
        if place.uses > _USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        if time.monotonic() - place.since > LASTS:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        try:
            answer = await request.json()
        except (ValueError, UnicodeDecodeError):
            answer = None
        if not isinstance(answer, dict):
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        try:
            self._apply(place, answer)
        except ApiError as error:
            return web.json_response({"ok": False, "error": error.code}, status=400)
        return web.Response(text="ok")

    def post(self, url: str, answer: Json) -> None:
        """Take what the bot put into its acknowledgement."""
        self._apply(self._places[url.rpartition("/")[2]], answer)

    def whisper(self, user: str, channel: str, text: str) -> None:
        """Tell *user* something that nobody else sees."""
        self._show(Place(user, channel, None, 0), {"text": text}, ephemeral=True)

    def _apply(self, place: Place, answer: Json) -> None:
        if answer.get("delete_original") and place.message:
            self._check_there(place.message)
            self._state.workspace.delete(place.message)
            return
        check_message(answer)
        if answer.get("replace_original") and place.message:
            self._replace(place.message, answer)
            return
        self._show(place, answer, ephemeral=answer.get("response_type") != "in_channel")

    def _replace(self, message: Message, answer: Json) -> None:
        self._check_there(message)
        before = snapshot(message)
        message.text = answer.get("text", "")
        message.blocks = answer.get("blocks", [])
        self._state.workspace.updated(message, before)

    def _check_there(self, message: Message) -> None:
        workspace = self._state.workspace
        if message.ephemeral_for:
            there = any(one is message for one in workspace.ephemeral(message.ephemeral_for))
        else:
            there = workspace.message(message.channel, message.ts) is message
        if not there:
            raise ApiError("message_not_found")

    def _show(self, place: Place, answer: Json, *, ephemeral: bool) -> None:
        thread = answer.get("thread_ts") or (place.message.thread_ts if place.message else None)
        self._state.workspace.post(
            Message(
                ts=self._state.workspace.new_ts(),
                channel=place.channel,
                text=answer.get("text", ""),
                user=BOT_USER,
                bot_id=BOT_ID,
                blocks=answer.get("blocks", []),
                thread_ts=thread,
                ephemeral_for=place.user if ephemeral else None,
            )
        )
