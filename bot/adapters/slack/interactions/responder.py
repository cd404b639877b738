"""What all listeners share: who acted and where, and the ways to answer.

A message that cannot be sent is logged; it is no reason to fail.
"""

import hmac
import json
import logging
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import ClientError
from slack_bolt.async_app import AsyncRespond

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.blocks.answers import Answer
from bot.adapters.slack.blocks.elements import section
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.receiving import payloads
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import MessengerRefused, MessengerUnavailable, PanelError
from bot.panel.model import ThreadRef, UserId
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope

log = logging.getLogger(__name__)

_SEAL = "seal"
_NOT_A_MEMBER = frozenset({"channel_not_found", "not_in_channel"})


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asked for something, and where."""

    user: UserId
    team_id: str
    channel_id: str  # empty in the app's home
    trigger_id: str  # lets one modal be opened, within three seconds
    bot_user: str  # the bot, as people mention it

    def scope(self, *, for_defaults: bool) -> Scope:
        """Return the panel that the request is about."""
        if for_defaults:
            return WorkspaceScope(self.team_id)
        return ChannelScope(self.team_id, self.channel_id)


class Responder:
    """Answers people as *identity*, the bot's own user in one workspace."""

    def __init__(self, identity: Identity, api: SlackApi) -> None:
        self.api = api
        self.team_id = identity.team_id
        self._identity = identity

    def requester(self, body: Json, channel_id: str) -> Requester:
        """Return who acted; the workspace is always the bot's own, whatever the payload says."""
        user, trigger = payloads.user_of(body), body.get("trigger_id", "")
        return Requester(user, self.team_id, channel_id, trigger, self._identity.bot_user_id)

    def thread(self, body: Json) -> ThreadRef:
        """Return the thread of the message that was acted on. Raises KeyError without one."""
        return payloads.thread_clicked(body, self._identity)

    def sealed(self, view: Json, user: UserId) -> Json:
        """Return the modal *view* such that ``was_opened_for`` knows it again."""
        metadata = json.loads(view["private_metadata"])
        seal = self._seal(view["callback_id"], metadata, user)
        return view | {"private_metadata": json.dumps(metadata | {_SEAL: seal})}

    def was_opened_for(self, view: Json, user: UserId) -> bool:
        """Whether we have opened *view* for *user*, who then may see what it offers."""
        try:
            metadata = json.loads(view["private_metadata"])
            told = str(metadata.pop(_SEAL))
            seal = self._seal(str(view["callback_id"]), metadata, user)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
            return False
        return hmac.compare_digest(told.encode(), seal.encode())

    def _seal(self, callback: str, metadata: Json, user: UserId) -> str:
        return self.api.digest(json.dumps([callback, metadata, user], sort_keys=True))

    async def open_modal(self, trigger_id: str, view: Json) -> str:
        """Open a modal and return its id. Raises MessengerRefused once the trigger has expired."""
        opened = await self.api.write("views.open", trigger_id=trigger_id, view=view)
        return str(opened["view"]["id"])

    async def announce(self, announcement: Answer, requester: Requester) -> Answer | None:
        """Tell the channel; if that fails, return what to tell the requester."""
        try:
            await self.api.write(
                "chat.postMessage",
                channel=requester.channel_id,
                text=announcement.text,
                blocks=announcement.blocks,
                unfurl_links=False,
                unfurl_media=False,
            )
        except (MessengerRefused, MessengerUnavailable) as error:
            log.warning("change.not_announced", extra={"reason": str(error)})
            code, reason = str(error), ""
            if isinstance(error, MessengerRefused) and error.needed:
                reason = error_sentence(error)
            return not_announced(code, requester.channel_id, requester.bot_user, reason)
        return None

    async def tell(self, answer: Answer, requester: Requester) -> None:
        """Tell only the requester: in the channel, else in a direct message."""
        content: Json = {"text": answer.text, "blocks": answer.blocks}
        channel, user = requester.channel_id, requester.user
        try:
            if channel:
                with suppress(MessengerRefused):
                    await self.api.write(
                        "chat.postEphemeral", channel=channel, user=user, **content
                    )
                    return
            await self.api.write("chat.postMessage", channel=user, **content)
        except (MessengerRefused, MessengerUnavailable) as error:
            log.warning("requester.not_told", extra={"reason": str(error)})

    async def tell_in_thread(
        self,
        sentence: str,
        user: UserId,
        thread: ThreadRef,
        *,
        failed: str,
        has_replies: bool = True,
    ) -> None:
        """Tell only *user*, in a thread; *failed* is the event to log if that fails.

        Slack shows it in the channel while the thread has no replies.
        """
        try:
            await self.api.write(
                "chat.postEphemeral",
                channel=thread.channel_id,
                user=user,
                thread_ts=thread.thread_ts if has_replies else None,
                text=sentence,
            )
        except PanelError as error:
            log.warning(failed, extra={"reason": str(error)})


async def answer_command(respond: AsyncRespond, answer: Answer, *, replace: bool = False) -> None:
    """Answer by the response URL of a command or click; only the requester sees it."""
    try:
        response = await respond(
            text=answer.text,
            blocks=list(answer.blocks),
            response_type="ephemeral",
            replace_original=replace,
        )
    except (ClientError, OSError, TimeoutError) as error:
        log.warning("command.not_answered", extra={"reason": type(error).__name__})
        return
    if response.status_code != 200:
        log.warning("command.not_answered", extra={"reason": response.status_code})


def not_announced(code: str, channel_id: str, bot_user: str, reason: str = "") -> Answer:
    """Return the answer for a change that was made but could not be announced."""
    if code not in _NOT_A_MEMBER:
        text = gettext("Done, but I could not tell the others in this channel.")
        text = f"{text} {reason}".strip()
    elif channel_id.startswith("D"):
        text = gettext(
            "Done, but I take no part in direct messages between people and cannot answer here: "
            "write to {me}, or mention me in a channel.",
            me=f"<@{bot_user}>",
        )
    else:
        text = gettext(
            "Done. I am not in this channel, so I could not tell the others and cannot answer "
            "here: write `/invite` and then {me}.",
            me=f"<@{bot_user}>",
        )
    return Answer(text, [section(text)])
