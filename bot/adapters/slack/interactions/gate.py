"""Nobody commands, clicks, submits or stops anything who may not use the bot.

One place for all of it, in front of every listener: whatever a payload says, it is its user who is
asked about. Approvals are decided by people who need not be askers; they have rules of their own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.response import BoltResponse

from bot.adapters.slack.blocks.answers import Answer, notice
from bot.adapters.slack.blocks.elements import section
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Responder
from bot.adapters.slack.markdown import sanitize
from bot.adapters.slack.receiving.events import event_of
from bot.adapters.slack.receiving.payloads import user_of
from bot.json_types import Json
from bot.panel.access import sentences
from bot.panel.access.access import Access
from bot.panel.access.policy import Denial
from bot.panel.errors import MessengerUnavailable, PanelError, Refused
from bot.panel.model import ThreadRef, UserId

log = logging.getLogger(__name__)

_WITHIN = 1.5  # seconds, of the three that Slack waits: people are mostly known by then


@dataclass(frozen=True, slots=True)
class _Act:
    """Who does something, and where; outside a channel it is in the app's home or in a form."""

    user: UserId
    channel: str
    thread_ts: str = ""
    has_replies: bool = True


class Gate:
    """Bolt's middleware that asks *access*.

    *deciding* and *showing* are ids of actions: those that decide on approvals need only the
    channel, those that show what an answer relies on are not for all.
    """

    def __init__(
        self,
        access: Access,
        responder: Responder,
        *,
        deciding: Collection[str] = (),
        showing: Collection[str] = (),
    ) -> None:
        self._access = access
        self._responder = responder
        self._deciding = frozenset(deciding)
        self._showing = frozenset(showing)
        self._telling: set[asyncio.Task[None]] = set()

    async def check(
        self, body: Json, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        """Go on if whoever acted may use the bot there; else tell them alone why not."""
        act = _act(body)
        if act is None:
            return await next_()
        try:
            async with asyncio.timeout(_WITHIN):
                await self._check(act, body)
        except (PanelError, TimeoutError) as error:
            known = error if isinstance(error, PanelError) else MessengerUnavailable("too slow")
            log.info("act.denied", extra={"reason": type(known).__name__})
            return self._denied(act, body, error_sentence(known))
        return await next_()

    async def _check(self, act: _Act, body: Json) -> None:
        actions = {str(action.get("action_id")) for action in body.get("actions") or ()}
        if actions and actions <= self._deciding:
            if act.channel and self._access.closes(act.channel):
                raise Refused(sentences.denied(Denial.CHANNEL))
        elif actions & self._showing:
            await self._access.check_sees(act.user, act.channel)
        else:
            await self._access.check(act.user, act.channel)

    def _denied(self, act: _Act, body: Json, reason: str) -> BoltResponse:
        modal = notice(Answer(reason, [section(sanitize.mrkdwn(reason))]))
        match body.get("type"):
            case None if "command" in body:
                return BoltResponse(status=200, body={"response_type": "ephemeral", "text": reason})
            case "block_suggestion":
                return BoltResponse(status=200, body={"options": []})
            case "view_submission":
                return BoltResponse(status=200, body={"response_action": "update", "view": modal})
        task = asyncio.create_task(self._tell(act, body, reason, modal))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
        return BoltResponse(status=200)

    async def _tell(self, act: _Act, body: Json, reason: str, modal: Json) -> None:
        if act.channel:
            thread = ThreadRef(self._responder.team_id, act.channel, act.thread_ts)
            await self._responder.tell_in_thread(
                reason,
                act.user,
                thread,
                failed="denial.not_told",
                has_replies=bool(act.thread_ts and act.has_replies),
            )
            return
        try:
            await self._responder.open_modal(str(body.get("trigger_id")), modal, act.user)
        except PanelError as error:
            log.warning("denial.not_told", extra={"reason": str(error)})


def _act(body: Json) -> _Act | None:
    """Return who does something with *body*; None if it is an event, but that of a stop."""
    if "event" in body:
        match event_of(body):
            case {"type": "agent_session_stopped", "user": user, "channel": channel, **more}:
                return _Act(UserId(user), channel, more.get("thread_ts", ""))
        return None
    try:
        user = user_of(body)
    except (KeyError, TypeError):  # nobody's: Slack checks the certificate of our address
        return None
    channel = body.get("channel_id") or _dict(body, "channel").get("id") or ""
    message = _dict(body, "message")
    has_replies = bool(message.get("thread_ts") or message.get("reply_count"))
    thread_ts = message.get("thread_ts") or message.get("ts") or ""
    return _Act(user, channel, thread_ts, has_replies)


def _dict(body: Json, name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}
