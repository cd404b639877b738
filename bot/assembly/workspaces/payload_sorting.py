"""Giving each payload to the workspace that it is for, where one app is installed in many.

In a channel in which several installations take part, Slack may name any of them, and may deliver
an event for each. So a question belongs to the installation whose bot it mentions, and a reply to
the one that was asked in its thread; only what says neither goes where Slack says.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from slack_bolt.response import BoltResponse

from bot.adapters.redis.stores.workspace_stores import RedisSharedThreadStore
from bot.adapters.slack.installing.removal import Removals
from bot.adapters.slack.receiving import mentions
from bot.adapters.slack.receiving.events import event_of
from bot.adapters.slack.receiving.receiver import MESSAGES, malformed_warning, received
from bot.adapters.slack.receiving.recipients import Recipient, recipient_of, sent_to
from bot.assembly.workspaces.reception import Reception
from bot.assembly.workspaces.workspaces import Workspaces
from bot.json_types import Json
from bot.logs import RepeatedWarning
from bot.panel.errors import PanelError
from bot.panel.installations.installation import InstallationStore, NotInstalled

log = logging.getLogger(__name__)


class PayloadSorting:
    """Receives the payloads of all workspaces; *removals* take those about installations."""

    def __init__(
        self,
        workspaces: Workspaces[Reception],
        installations: InstallationStore,
        threads: RedisSharedThreadStore,
        removals: Removals,
    ) -> None:
        self._workspaces = workspaces
        self._installations = installations
        self._threads = threads
        self._removals = removals
        self._malformed = malformed_warning()
        self._failed = RepeatedWarning(log, "payload.not_sorted")

    async def receive(self, payload: object) -> BoltResponse:
        """Return the response to any payload; one for an unknown workspace ends quietly."""
        return await received(payload, self._respond, self._malformed)

    async def _respond(self, body: Json) -> BoltResponse:
        if "challenge" in body:
            return BoltResponse(status=200, body=str(body["challenge"]))
        if "ssl_check" in body:
            return BoltResponse(status=200)
        try:
            if await self._removals.take_in(body):
                return BoltResponse(status=200)
            return await self._give(body)
        except Exception as error:  # noqa: BLE001 - Slack gets an answer, and delivers it again
            self._failed.tell(type(error).__name__, error)
            return BoltResponse(status=503 if isinstance(error, PanelError) else 500)

    async def _give(self, body: Json) -> BoltResponse:
        recipient = await self._within_organisation(body, recipient_of(body))
        for team_id in await self._teams(body, recipient):
            try:
                async with self._workspaces.use(team_id) as there:
                    if recipient.bot_id in ("", there.slack.identity.bot_id):
                        return await there.app.respond(sent_to(body, team_id))
            except NotInstalled:
                continue
        log.info("payload.not_installed", extra={"teams": ",".join(recipient.teams)})
        return BoltResponse(status=200)

    async def _within_organisation(self, body: Json, recipient: Recipient) -> Recipient:
        """Return *recipient* with a workspace of the organisation whose installation it is.

        In a channel of another company, it may only be told that company's.
        """
        organisation, named = recipient.enterprise_id, recipient.teams[:1]
        if not (recipient.is_org_wide and organisation):
            return recipient
        if named and await self._removals.acts_in(organisation, named[0]):
            return recipient
        if not body.get("is_ext_shared_channel"):
            return recipient
        own = sorted(await self._installations.teams(organisation))
        return replace(recipient, teams=tuple(own[:1]))

    async def _teams(self, body: Json, recipient: Recipient) -> Sequence[str]:
        """Return the workspaces to try, in order."""
        if not body.get("is_ext_shared_channel"):
            return recipient.teams
        event = event_of(body)
        owner = await self._owner(event, recipient) if event.get("type") in MESSAGES else None
        return (owner, *recipient.teams) if owner else recipient.teams

    async def _owner(self, event: Json, recipient: Recipient) -> str | None:
        """Return whose bot a message in a shared channel mentions, else who was asked before."""
        said = event.get("message") or event
        channel, ts = event.get("channel"), said.get("ts") or event.get("deleted_ts")
        if not (channel and ts):
            return None
        thread_ts = said.get("thread_ts") or ts
        mentioned = await self._mentioned(mentions.live(said).users, recipient, channel)
        if mentioned:
            await self._threads.note(channel, thread_ts, mentioned)
        return mentioned or await self._threads.owner(channel, thread_ts)

    async def _mentioned(
        self, users: Sequence[str], recipient: Recipient, channel: str
    ) -> str | None:
        """Return the workspace whose bot is the first of *users* that is one, and in *channel*."""
        bots = await self._installations.of_bots(users)
        for keys in filter(None, map(bots.get, users)):
            sent_there = {*recipient.teams, recipient.enterprise_id} & keys
            if sent_there:
                return next((one for one in recipient.teams if one in keys), recipient.teams[0])
            for team_id in sorted(key for key in keys if key.startswith("T")):
                if await self._takes_part(team_id, channel):
                    return team_id
        return None

    async def _takes_part(self, team_id: str, channel: str) -> bool:
        """Whether a workspace shares *channel*: anybody elsewhere may mention its bot."""
        try:
            async with self._workspaces.use(team_id) as there:
                return await there.slack.channel_facts.is_known(channel)
        except NotInstalled:
            return False
