"""Clicks under messages: believed once we know that the message is ours and has the button.

1. A value is sealed for its message: by the ts, where that was known, else by the stamp that the
   message was to have, which Slack then tells of the message that was clicked.
2. What an older version has posted, without a seal, is good if Slack shows it in that message.
3. Whoever clicks is in the channel, as far as Slack tells.
"""

import asyncio
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot import runtime
from bot.adapters.slack.api.answers import NOT_THERE, SlackRefused
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.metadata import MessageStamp, StampSigner
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.blocks import seals
from bot.adapters.slack.receiving import payloads
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import MessengerUnavailable, Refused
from bot.panel.messaging.people import Members
from bot.panel.model import MessageTs, ThreadRef, UserId

log = logging.getLogger(__name__)

_TS = re.compile(r"\d{10}\.\d{6}", re.ASCII)
_AHEAD = 5 * 60.0  # seconds that Slack's clock may be ahead of ours


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody has pressed a button of ours, in a channel that they are in."""

    user: UserId
    thread: ThreadRef
    message: MessageTs  # that the button is under
    at: MessageTs
    value: str
    trigger: str  # lets one modal be opened, within three seconds


class Clicks:
    """Checks clicks, and who is where."""

    def __init__(
        self, api: SlackApi, identity: Identity, signer: StampSigner, members: Members
    ) -> None:
        self._api = api
        self._identity = identity
        self._signer = signer
        self._members = members

    async def take(self, body: Json, action: Json) -> Click:
        """Return the click in a payload. Raises Refused if it is not to be believed."""
        try:
            thread, user = payloads.thread_clicked(body, self._identity), payloads.user_of(body)
            ts, at = str(body["message"]["ts"]), acted_at(action)
        except (KeyError, TypeError) as error:
            raise _out_of_date(action, type(error).__name__) from error
        await self.check_member(thread.channel_id, user)
        if (value := await self._value(action, thread, body["message"])) is None:
            raise _out_of_date(action, "not sealed")
        trigger = str(body.get("trigger_id") or "")
        return Click(user, thread, MessageTs(ts), at, value, trigger)

    async def check_member(
        self, channel_id: str, user: UserId, *, within: float | None = None
    ) -> None:
        """Raise Refused if *user* is not in the channel, MessengerUnavailable if that is slow."""
        try:
            async with asyncio.timeout(within):
                is_member = await self._members.include(channel_id, user)
        except TimeoutError as error:
            raise MessengerUnavailable("members: too slow") from error
        if is_member is False:
            log.warning("click.refused", extra={"reason": "not a member", "user": user})
            raise Refused(gettext("Only members of this channel can do that."))

    async def shown(self, thread: ThreadRef, ts: str) -> Json | None:
        """Return the message *ts* of *thread* as Slack shows it; None if it is not ours."""
        try:
            answer = await self._api.read(
                "conversations.replies",
                channel=thread.channel_id,
                ts=thread.thread_ts,
                oldest=ts,
                latest=ts,
                inclusive=True,
                include_all_metadata=True,
            )
        except SlackRefused as error:
            if error.code in NOT_THERE:
                return None
            raise
        ours = self._identity.bot_id
        return next(
            (m for m in answer["messages"] if m.get("ts") == ts and m.get("bot_id") == ours), None
        )

    async def _value(self, action: Json, thread: ThreadRef, clicked: Json) -> str | None:
        """Return the value of a button that we have put under the message *clicked*, if we have."""
        for known in self._known_as(thread):
            place = seals.in_message(known, clicked["ts"])
            if (value := seals.value(action, self._signer, place)) is not None:
                return value
        try:
            message = await self.shown(thread, clicked["ts"])
        except SlackRefused as error:
            if not error.needed:
                raise
            return self._stamped_value(action, thread, clicked)  # its stamp is signed, at least
        if message is None:
            return None
        value = self._stamped_value(action, thread, message)
        is_ours = any(self._stamp(message, known) for known in self._known_as(thread))
        if value is None and is_ours:
            return seals.shown_value(action, message.get("blocks") or ())
        return value

    def _stamped_value(self, action: Json, thread: ThreadRef, message: Json) -> str | None:
        for known in self._known_as(thread):
            if stamp := self._stamp(message, known):
                place = seals.in_part(known, stamp.turn, stamp.part)
                return seals.value(action, self._signer, place)
        return None

    def _known_as(self, thread: ThreadRef) -> Iterator[ThreadRef]:
        """Yield *thread*, under each id that its channel has had."""
        ids = (thread.channel_id, *self._api.channels.others(thread.channel_id))
        for channel_id in dict.fromkeys(ids):
            yield ThreadRef(thread.team_id, channel_id, thread.thread_ts)

    def _stamp(self, message: Json, thread: ThreadRef) -> MessageStamp | None:
        return self._signer.read(
            message, team=thread.team_id, channel=thread.channel_id, thread_ts=thread.thread_ts
        )


def acted_at(action: Json) -> MessageTs:
    """Return when something was pressed. Raises TypeError if that is no time that was."""
    at = action.get("action_ts")
    if isinstance(at, str) and _TS.fullmatch(at) and float(at) < runtime.time() + _AHEAD:
        return MessageTs(at)
    raise TypeError("no time")


def _out_of_date(action: Json, reason: str) -> Refused:
    log.warning("click.refused", extra={"reason": reason, "action": action.get("action_id")})
    return seals.button_out_of_date()
