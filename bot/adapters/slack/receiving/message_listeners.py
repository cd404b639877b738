"""Listeners for events: messages are queued, a few others are logged.

Bolt acknowledges an event before it runs the event's listener. So messages are queued before
they reach Bolt: one that could not be queued is not acknowledged, and Slack delivers it again.
"""

import logging
from collections.abc import Mapping, Set
from dataclasses import replace
from functools import partial

from bot.adapters.slack.api import channels
from bot.adapters.slack.api.channel_facts import SlackChannelFacts
from bot.adapters.slack.api.channels import Channels
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.receiving import move_check, payloads
from bot.adapters.slack.receiving.copies import Copies
from bot.adapters.slack.receiving.events import event_of
from bot.adapters.slack.receiving.payloads import Amendment
from bot.adapters.slack.receiving.receiver import MESSAGES, BoltApp
from bot.json_types import Json
from bot.operations.chores import Chore, ChoreKind, ChoreStore
from bot.panel.intake import thread_commands
from bot.panel.intake.intake import Incoming, Intake
from bot.panel.messaging.channel_moves import ChannelsMoved
from bot.panel.messaging.handles import Handle, HandleStore
from bot.panel.routing.corrections import CorrectionStore, forget_message

log = logging.getLogger(__name__)

_A_MOMENT = 1.0  # seconds, for a turn that answers what was deleted to end first


class MessageListeners:
    """Queues the messages that people write, edit and delete, and what *apps* ask."""

    def __init__(
        self,
        intake: Intake,
        handles: HandleStore,
        chores: ChoreStore,
        identity: Identity,
        apps: Set[str] = frozenset(),
        api: SlackApi | None = None,
        facts: SlackChannelFacts | None = None,
        *,
        corrections: CorrectionStore | None = None,
    ) -> None:
        self._corrections = corrections  # None: none are kept
        self._facts = facts
        self._chores = chores
        self._api = api  # None: channels keep their ids
        self._channels = api.channels if api else Channels()
        self._intake = intake
        self._handles = handles
        self._identity = identity
        self._apps = apps
        self._copies = Copies()

    def listen(self, app: BoltApp) -> None:
        app.take_in, app.channels = self.take_in, self._channels

    async def take_in(self, body: Json) -> bool:
        """Queue the message in an event; False if the event is not about a message."""
        event = event_of(body)
        if event.get("type") == channels.EVENT:
            if payloads.is_for_us(body, self._identity):
                await self._take_move(event)
            return True
        if event.get("type") not in MESSAGES:
            return False
        if payloads.is_no_concern(event, self._identity):
            return True
        await self._copies.once(event, partial(self._take_in_message, {**body, "event": event}))
        return True

    async def _take_in_message(self, body: Json) -> None:
        if not await self._queue_mention(body):
            await self._read_and_take_in(body)

    async def _queue_mention(self, body: Json) -> bool:
        """Queue a mention in one trip to Redis; False if channels moved, or it is no new one."""
        is_mention = payloads.is_new_mention(event_of(body), self._identity)
        if not (is_mention and self._intake.checks_moves):
            return False
        body = await self._channels.incoming(body, anew=False)
        known = self._channels.known
        await self._note_channel(body)
        incoming = await self.incoming(body)
        if incoming is None or thread_commands.is_stop(incoming.message):
            return False
        try:
            await self._intake.receive(replace(incoming, moves=known))
        except ChannelsMoved:
            return False
        return True

    async def _read_and_take_in(self, body: Json) -> None:
        body = await self._channels.incoming(body)
        await self._note_channel(body)
        if incoming := await self.incoming(body):
            await self._intake.receive(incoming)
        elif amendment := payloads.amendment(body, self._identity, await self._find_handles(body)):
            await self._amend(amendment)
        elif reply := payloads.overheard(body, self._identity):
            await self._intake.note(*reply)
        elif bot := payloads.app_asking_in_vain(body, self._identity):
            log.info("app.may_not_ask", extra={"bot": bot})  # what PANELBOT_APPS can list

    async def _amend(self, amendment: Amendment) -> None:
        thread, ts = amendment.thread, amendment.ts
        may_be_read = await self._intake.amend(
            thread, ts, amendment.changed, before=amendment.before, at=amendment.at
        )
        if may_be_read:
            chore = Chore.in_thread(ChoreKind.WITHDRAW, thread, ts=ts)
            await self._chores.put(chore, after=_A_MOMENT)
        elif self._corrections and amendment.changed:
            await forget_message(self._corrections, thread, ts)

    async def _take_move(self, event: Json) -> None:
        move = channels.move_in(event)
        if move is None:
            log.warning("channel.move_malformed")
        elif self._api and await move_check.is_true(self._api, move):
            await self._channels.note(move)

    async def incoming(self, body: Json) -> Incoming | None:
        """Return the message in an event; None if nobody who may ask us wrote it."""
        handles = await self._find_handles(body)
        return payloads.incoming(body, self._identity, handles, self._apps)

    async def _note_channel(self, body: Json) -> None:
        """Note whether the channel of an event is shared, and public: every event says so."""
        event = event_of(body)
        channel, shared = event.get("channel"), body.get("is_ext_shared_channel")
        if not (self._facts and channel and payloads.is_for_us(body, self._identity)):
            return
        if event.get("channel_type") not in (None, "channel"):
            self._facts.note_private(channel)
        if isinstance(shared, bool):
            await self._facts.note(channel, shared=shared)

    async def _find_handles(self, body: Json) -> Mapping[str, Handle]:
        groups = payloads.groups(body)
        return await self._handles.find(self._identity.team_id, groups) if groups else {}
