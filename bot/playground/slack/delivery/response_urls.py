"""Response URLs: five uses within half an hour, for who gave the command or pressed the button."""

import time
from dataclasses import dataclass

from aiohttp import web

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.web_api.validation.messages import check_message
from bot.playground.slack.workspace.messages import Message, snapshot

_MAX_USES = 5
LIFETIME_SECONDS = 30 * 60


@dataclass(slots=True)
class Origin:
    """The command or click that a URL was issued for."""

    state: ServerState  # of the workspace whose bot answers
    user: str
    channel: str
    message: Message | None
    since: float
    uses: int = 0


class ResponseUrls:
    """Issues the URLs and handles what is sent to them."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._origins: dict[str, Origin] = {}

    def new(
        self,
        user: str,
        channel: str,
        message: Message | None = None,
        owner: ServerState | None = None,
    ) -> str:
        """Return a new URL; *message* is the one with the button, which *owner*'s bot posted."""
        key = self._state.workspace.new_id("R")
        self._origins[key] = Origin(owner or self._state, user, channel, message, time.monotonic())
        return f"{self._state.url}/response/{key}"

    async def handle(self, request: web.Request) -> web.Response:
        """Handle a request of the bot."""
        origin = self._origins.get(request.match_info["key"])
        if origin is None:
            return web.json_response({"ok": False, "error": "no_such_url"}, status=404)
        origin.uses += 1
        if origin.uses > _MAX_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        if time.monotonic() - origin.since > LIFETIME_SECONDS:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        try:
            answer = await request.json()
        except (ValueError, UnicodeDecodeError):
            answer = None
        if not isinstance(answer, dict):
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        try:
            self._apply(origin, answer)
        except ApiError as error:
            return web.json_response({"ok": False, "error": error.code}, status=400)
        return web.Response(text="ok")

    def post(self, url: str, answer: Json) -> None:
        """Handle the answer in the bot's acknowledgement."""
        self._apply(self._origins[url.rpartition("/")[2]], answer)

    def post_ephemeral(self, user: str, channel: str, text: str) -> None:
        """Show *user* a message that nobody else sees."""
        self._post_answer(
            Origin(self._state, user, channel, None, 0), {"text": text}, ephemeral=True
        )

    def _apply(self, origin: Origin, answer: Json) -> None:
        if answer.get("delete_original") and origin.message:
            self._check_exists(origin, origin.message)
            origin.state.workspace.delete(origin.message)
            return
        check_message(answer)
        if answer.get("replace_original") and origin.message:
            self._replace(origin, origin.message, answer)
            return
        self._post_answer(origin, answer, ephemeral=answer.get("response_type") != "in_channel")

    def _replace(self, origin: Origin, message: Message, answer: Json) -> None:
        self._check_exists(origin, message)
        before = snapshot(message)
        message.text = answer.get("text", "")
        message.blocks = answer.get("blocks", [])
        origin.state.workspace.updated(message, before)

    def _check_exists(self, origin: Origin, message: Message) -> None:
        workspace = origin.state.workspace
        if message.ephemeral_for:
            exists = any(other is message for other in workspace.ephemeral(message.ephemeral_for))
        else:
            exists = workspace.message(message.channel, message.ts) is message
        if not exists:
            raise ApiError("message_not_found")

    def _post_answer(self, origin: Origin, answer: Json, *, ephemeral: bool) -> None:
        thread = answer.get("thread_ts") or (origin.message.thread_ts if origin.message else None)
        workspace = origin.state.workspace
        workspace.post(
            Message(
                ts=workspace.new_ts(),
                channel=origin.channel,
                text=answer.get("text", ""),
                user=workspace.bot_user,
                bot_id=workspace.bot_id,
                blocks=answer.get("blocks", []),
                thread_ts=thread,
                ephemeral_for=origin.user if ephemeral else None,
            )
        )
