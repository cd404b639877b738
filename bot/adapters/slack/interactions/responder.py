"""What all listeners share: who acted and where, and the ways to answer.

A message that cannot be sent is logged; it is no reason to fail.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from aiohttp import ClientError

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.blocks import seals
from bot.adapters.slack.blocks.answers import Answer
from bot.adapters.slack.blocks.elements import section
from bot.adapters.slack.interactions.clicks import Clicks
from bot.adapters.slack.interactions.error_sentences import error_sentence, refuse_form
from bot.adapters.slack.markdown import sanitize
from bot.adapters.slack.receiving import payloads
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import MessengerRefused, MessengerUnavailable, PanelError
from bot.panel.messaging.people import Members
from bot.panel.model import ThreadRef, UserId
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope

if TYPE_CHECKING:  # workers and commands do without Bolt
    from slack_bolt.async_app import AsyncAck, AsyncRespond

log = logging.getLogger(__name__)

T = TypeVar("T")

_SEAL = "seal"
_WITHIN = 2.0  # seconds: Slack waits three for the answer to a form
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

    def __init__(
        self, identity: Identity, api: SlackApi, signer: StampSigner, members: Members
    ) -> None:
        self.api = api
        self.team_id = identity.team_id
        self.identity = identity
        self.members = members
        self.clicks = Clicks(api, identity, signer, members)
        self._signer = signer

    def requester(self, body: Json, channel_id: str) -> Requester:
        """Return who acted; the workspace is always the bot's own, whatever the payload says."""
        user, trigger = payloads.user_of(body), body.get("trigger_id", "")
        return Requester(user, self.team_id, channel_id, trigger, self.identity.bot_user_id)

    def thread(self, body: Json) -> ThreadRef:
        """Return the thread of the message that was acted on. Raises KeyError without one."""
        return payloads.thread_clicked(body, self.identity)

    async def open_modal(self, trigger_id: str, view: Json, user: UserId) -> str:
        """Open a modal, sealed for *user*; return its id. Raises MessengerRefused once expired."""
        if "private_metadata" in view:
            metadata = json.loads(view["private_metadata"])
            seal = self._signer.seal(*self._of_form(view, metadata, user))
            view = view | {"private_metadata": json.dumps(metadata | {_SEAL: seal})}
        opened = await self.api.write("views.open", trigger_id=trigger_id, view=view)
        return str(opened["view"]["id"])

    async def show(
        self, loading: Json, body: Json, make: Callable[[], Awaitable[Json]], *, failed: str
    ) -> None:
        """Open the modal *loading*, then fill it with what *make* returns; else log *failed*.

        Why that cannot be made, the modal says.
        """
        try:
            trigger = str(body.get("trigger_id") or "")
            view_id = await self.open_modal(trigger, loading, payloads.user_of(body))
            try:
                view = await make()
            except PanelError as error:
                log.warning(failed, extra={"reason": str(error)})
                view = loading | {"blocks": [section(sanitize.mrkdwn(error_sentence(error)))]}
            await self.api.rewrite("views.update", view_id=view_id, view=view)
        except (PanelError, ValueError) as error:
            log.warning(failed, extra={"reason": str(error)})

    async def check_form(self, view: Json, user: UserId) -> None:
        """Raise Refused unless we have opened the form *view* for *user*, who is in its channel."""
        if channel_id := self.check_opened(view, user):
            await self.clicks.check_member(channel_id, user, within=_WITHIN)

    async def accept(
        self, ack: "AsyncAck", body: Json, view: Json, act: Callable[[], Awaitable[T]]
    ) -> T | None:
        """Return what *act* makes of a submitted form; None if it stays open, with the reason."""
        try:
            await self.check_form(view, payloads.user_of(body))
            result = await act()
        except PanelError as error:
            await refuse_form(ack, view, error)
            return None
        await ack()
        return result

    def check_opened(self, view: Json, user: UserId) -> str:
        """Return the channel of a form, if any; Refused unless we have opened it for *user*.

        Enough for what is asked with every letter that they type in it.
        """
        try:
            metadata = json.loads(view["private_metadata"])
            told, fields = str(metadata.pop(_SEAL)), self._of_form(view, metadata, user)
            channel_id = str(metadata.get("channel") or "")
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            raise seals.form_out_of_date() from error
        if not self._signer.has_sealed(told, *fields):
            log.warning("form.refused", extra={"form": view.get("callback_id")})
            raise seals.form_out_of_date()
        return channel_id

    def _of_form(self, view: Json, metadata: Json, user: UserId) -> Sequence[str]:
        purpose = json.dumps(metadata, sort_keys=True)
        return "form", self.team_id, user, str(view["callback_id"]), purpose

    def sealed(self, blocks: Sequence[Json], place: seals.Place) -> list[Json]:
        """Return *blocks* such that ``value`` knows again what people do in them."""
        return seals.sealed(blocks, self._signer, place)

    def value(self, action: Json, place: seals.Place) -> str:
        """Return what was pressed or chosen in *place*. Raises Refused unless it was offered."""
        value = seals.value(action, self._signer, place)
        if value is None:
            log.warning("click.refused", extra={"action": action.get("action_id")})
            raise seals.button_out_of_date()
        return value

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

    async def tell_clicker(self, sentence: str, body: Json, *, failed: str) -> None:
        """Tell only whoever clicked, in the thread where they say that they did."""
        try:
            thread = payloads.thread_clicked(body, self.identity)
        except (KeyError, TypeError):
            log.warning(failed, extra={"reason": "odd click"})
            return
        await self.tell_in_thread(sentence, payloads.user_of(body), thread, failed=failed)

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


async def answer_command(respond: "AsyncRespond", answer: Answer, *, replace: bool = False) -> None:
    """Answer by the response URL of a command or click; only the requester sees it."""
    try:
        response = await respond(
            text=answer.text,
            blocks=list(answer.blocks),
            response_type="ephemeral",
            replace_original=replace,
        )
    except (ClientError, OSError, TimeoutError, ValueError) as error:  # or it names no address
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
