"""Giving each payload to the workspace that it is for, where one app is installed in many.

In a channel in which several installations take part, Slack may name any of them, and may deliver
an event for each. So a question belongs to the installation whose bot it mentions, and a reply to
the one that was asked in its thread; only what says neither goes where Slack says.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence

from slack_bolt.response import BoltResponse

from bot.adapters.redis.stores.workspace_stores import RedisSharedThreadStore
from bot.adapters.slack.receiving import mentions
from bot.adapters.slack.receiving.events import event_of, event_time
from bot.adapters.slack.receiving.receiver import MESSAGES, malformed_warning, received
from bot.adapters.slack.receiving.recipients import Recipient, recipient_of, sent_to
from bot.assembly.workspaces.reception import Reception
from bot.assembly.workspaces.workspaces import Workspaces
from bot.json_types import Json
from bot.logs import RepeatedWarning
from bot.panel.errors import PanelError
from bot.panel.installations.installation import InstallationStore, NotInstalled

log = logging.getLogger(__name__)

TakeIn = Callable[[Json], Awaitable[bool]]


class PayloadSorting:
    """Receives the payloads of all workspaces; *take_in* may take those about installations."""

    def __init__(
        self,
        workspaces: Workspaces[Reception],
        installations: InstallationStore,
        threads: RedisSharedThreadStore,
        take_in: TakeIn,
    ) -> None:
        self._workspaces = workspaces
        self._installations = installations
        self._threads = threads
        self._take_in = take_in
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
            if await self._take_in(body):
                return BoltResponse(status=200)
            return await self._give(body)
        except PanelError as error:  # Slack delivers it again
            self._failed.tell(type(error).__name__, error)
            return BoltResponse(status=503)

    async def _give(self, body: Json) -> BoltResponse:
        recipient = recipient_of(body)
        for team_id in await self._teams(body, recipient):
            try:
                async with self._workspaces.use(team_id) as there:
                    if recipient.bot_id in ("", there.slack.identity.bot_id):
                        return await there.app.respond(sent_to(body, team_id))
            except NotInstalled:
                continue
        log.info("payload.not_installed", extra={"teams": ",".join(recipient.teams)})
        return BoltResponse(status=200)

    async def _teams(self, body: Json, recipient: Recipient) -> Sequence[str]:
        """Return the workspaces to try, in order."""
        if recipient.is_org_wide and recipient.enterprise_id:
            await self._note_workspace(recipient, event_time(body))
        if not body.get("is_ext_shared_channel"):
            return recipient.teams
        event = event_of(body)
        owner = await self._owner(event, recipient) if event.get("type") in MESSAGES else None
        return (owner, *recipient.teams) if owner else recipient.teams

    async def _note_workspace(self, recipient: Recipient, at: int) -> None:
        """Note in which workspace of an organisation its installation acts: each payload says."""
        for team_id in recipient.teams[:1]:
            if await self._installations.for_team(team_id) is None:
                noted = frozenset({team_id})
                await self._installations.note_teams(recipient.enterprise_id, noted, at=at)

    async def _owner(self, event: Json, recipient: Recipient) -> str | None:
        """Return whose bot a message in a shared channel mentions, else who was asked before."""
        said = event.get("message") or event
        channel, ts = event.get("channel"), said.get("ts") or event.get("deleted_ts")
        if not (channel and ts):
            return None
        thread_ts = said.get("thread_ts") or ts
        mentioned = await self._mentioned(mentions.live(said).users, recipient)
        if mentioned:
            await self._threads.note(channel, thread_ts, mentioned)
        return mentioned or await self._threads.owner(channel, thread_ts)

    async def _mentioned(self, users: Sequence[str], recipient: Recipient) -> str | None:
        """Return the workspace whose bot is the first of *users* that is one."""
        bots = await self._installations.of_bots(users)
        for keys in filter(None, map(bots.get, users)):
            sent_there = {*recipient.teams, recipient.enterprise_id} & keys
            if sent_there:
                return next((one for one in recipient.teams if one in keys), recipient.teams[0])
            if workspaces := sorted(key for key in keys if key.startswith("T")):
                return workspaces[0]
        return None
