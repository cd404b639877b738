"""Events that end installations, or let the app into workspaces of an organisation and out.

They come in any order, twice, and after the app was installed again. So none is believed before
Slack rejects our token, and each ends only the installation that it can be about. They are taken
before Bolt, which drops some of them.
"""

import logging
from collections.abc import Iterable

from aiohttp import ClientSession

from bot import runtime
from bot.adapters.slack.api.answers import REJECTED
from bot.adapters.slack.api.web_api import SlackApi, client
from bot.adapters.slack.receiving.events import event_of, event_time, revoked_bots
from bot.json_types import Json
from bot.operations.forgetting.removal import RemovedWorkspaces
from bot.panel.errors import MessengerRefused, MessengerUnavailable, PanelError
from bot.panel.installations.installation import Installation, InstallationStore
from bot.panel.messaging.rate_limiter import NoRateLimiter

log = logging.getLogger(__name__)

_ENDING = frozenset({"app_uninstalled", "tokens_revoked"})
_ACCESS = frozenset({"team_access_granted", "team_access_revoked"})
NO_ACCESS = "team_access_not_granted"  # where an admin has taken the app out of a workspace
_DEAD = REJECTED - {NO_ACCESS, "token_expired"}  # what ends an installation
_WITHIN = 2.0  # seconds: Slack waits for an answer, and tells it again if there is none
_PAGE = 1_000
_TOLD_FOR = 60.0  # seconds: strangers write in channels that they share with an organisation
_MOST_TOLD = 1_000


class Removals:
    """Ends the installations in *store* that Slack, at *api_url*, has ended."""

    def __init__(
        self,
        store: InstallationStore,
        removed: RemovedWorkspaces,
        api_url: str,
        session: ClientSession,
    ) -> None:
        self._store = store
        self._removed = removed
        self._api_url = api_url
        self._session = session
        self._told: dict[tuple[str, str], tuple[float, bool]] = {}  # when, by acts_in

    async def take_in(self, body: Json) -> bool:
        """Do what such an event means; False if *body* is something else.

        Raises MessengerUnavailable or StoreUnavailable: Slack has to deliver it again.
        """
        event = event_of(body)
        kind = event.get("type")
        if kind in _ENDING:
            for installation in await self._meant(body, event):
                await self._end(installation, kind, event_time(body))
        elif kind in _ACCESS:
            await self._change_access(body, event)
        return kind in _ENDING or kind in _ACCESS

    async def rejected(self, installation: Installation) -> None:
        """Look whether an installation has ended, as Slack rejects its token: events get lost.

        What cannot be looked up is logged: the next rejection is looked into again.
        """
        try:
            current = await self._store.find(installation.key)
            if current and _is_same(current, installation):
                await self._end(current, "rejected", int(runtime.time()))
        except PanelError as error:
            log.warning("installation.unknown", extra={"reason": str(error)})

    async def refused_in(self, installation: Installation, team_id: str) -> None:
        """Look whether an organisation's installation may still act in a workspace.

        Raises MessengerUnavailable or StoreUnavailable.
        """
        asked = frozenset({team_id})
        if installation.is_org_wide and not asked & await self._listed(installation):
            now = runtime.time()
            await self._store.drop_teams(installation.key, asked, at=now)
            if await self._store.for_team(team_id) is None:
                await self._removed.removed(team_id, NO_ACCESS, int(now))

    async def acts_in(self, enterprise_id: str, team_id: str) -> bool:
        """Whether an organisation's installation acts in a workspace that a payload names.

        Slack is asked: it may name the workspace of another company, with which a channel is
        shared. Where Slack refuses to tell, it is believed. Raises MessengerUnavailable or
        StoreUnavailable.
        """
        acting = await self._store.for_team(team_id)
        if acting and enterprise_id in (acting.key, acting.enterprise_id):
            return True
        place, now = (enterprise_id, team_id), runtime.monotonic()
        told_at, is_listed = self._told.get(place, (float("-inf"), False))
        if now - told_at < _TOLD_FOR:
            return is_listed
        installation = await self._store.find(enterprise_id)
        is_listed = installation is not None and await self._is_listed(installation, team_id)
        if is_listed and acting is None:
            await self._store.note_teams(enterprise_id, frozenset({team_id}), at=runtime.time())
        if len(self._told) >= _MOST_TOLD:
            self._told.clear()
        self._told[place] = now, is_listed
        return is_listed

    async def _is_listed(self, installation: Installation, team_id: str) -> bool:
        try:
            return team_id in await self._listed(installation)
        except MessengerUnavailable as error:
            if isinstance(error.__cause__, MessengerRefused):
                return True
            raise

    async def is_installed(self, team_id: str) -> bool:
        """Whether Slack lets us into a workspace."""
        found = await self._store.for_team(team_id)
        return found is not None and not await self._has_ended(found)

    async def installed(self, installation: Installation) -> None:
        """Keep what was to be deleted, after an installation was saved.

        Of an organisation's, Slack is asked where it may act: what it told before may be about a
        former one.
        """
        if installation.is_org_wide:
            try:
                await self._read_teams(installation)
            except MessengerUnavailable as error:  # each payload says as well
                log.warning("installation.teams_unknown", extra={"reason": str(error)})
        for team_id in sorted(await self._store.teams(installation.key)):
            await self._removed.is_back(team_id)

    async def _read_teams(self, installation: Installation) -> None:
        key, now = installation.key, runtime.time()
        listed = await self._listed(installation)
        await self._store.drop_teams(key, await self._store.teams(key) - listed, at=now)
        await self._store.note_teams(key, listed, at=now)

    async def _meant(self, body: Json, event: Json) -> list[Installation]:
        """Return the installations that may be meant: of the workspace, of its organisation.

        The envelope of an org-wide one may name a workspace all the same.
        """
        ids = [body.get("team_id"), body.get("enterprise_id")]
        found = [await self._store.find(id_) for id_ in ids if id_ and isinstance(id_, str)]
        bots, at = revoked_bots(event), event_time(body)
        return [
            one
            for one in found
            if one is not None
            and body.get("api_app_id") in (None, one.app_id)
            and at >= int(one.installed_at)
            and (event["type"] != "tokens_revoked" or one.bot_user_id in bots)
        ]

    async def _end(self, installation: Installation, why: str, at: int) -> None:
        """Remove an installation, and have what is kept of its workspaces deleted some days later.

        If this stops halfway, it is done again: the installation goes last.
        """
        if not await self._has_ended(installation):
            log.info("app.installed_still", extra={"installation": installation.key})
            return
        for team_id in await self._only_through(installation):
            await self._removed.removed(team_id, why, at)
        await self._store.remove(installation.key, installation.generation)

    async def _only_through(self, installation: Installation) -> list[str]:
        """Return the workspaces in which nothing but *installation* lets us act."""
        teams = await self._store.teams(installation.key)
        if installation.is_org_wide:
            own = {team_id for team_id in teams if await self._store.find(team_id)}
            return sorted(teams - own)
        organisation = installation.enterprise_id
        if organisation and await self._store.find(organisation):
            teams -= await self._store.teams(organisation)
        return sorted(teams)

    async def _has_ended(self, installation: Installation) -> bool:
        """Whether Slack has no use for a token any more, which it may say by mistake elsewhere."""
        try:
            await self._as(installation).read("auth.test")
        except MessengerRefused as refusal:
            return refusal.code in _DEAD
        return False

    async def _listed(self, installation: Installation) -> frozenset[str]:
        """Return the workspaces in which Slack lets an organisation's installation act."""
        pages = self._as(installation).pages("auth.teams.list", "teams", limit=_PAGE)
        try:
            return _ids([team.get("id") async for team in pages])
        except MessengerRefused as refusal:
            raise MessengerUnavailable(f"auth.teams.list: {refusal.code}") from refusal

    def _as(self, installation: Installation) -> SlackApi:
        """Return what asks Slack with a token: once, as Slack waits for us meanwhile."""
        web = client(installation.token, self._api_url, self._session)
        return SlackApi(web, NoRateLimiter(), longest=0, retries=0, timeout=_WITHIN)

    async def _change_access(self, body: Json, event: Json) -> None:
        """Note in which workspaces an organisation's installation may act.

        A late word that it may is about a former one, unless Slack says the same now.
        """
        organisation, teams = body.get("enterprise_id"), _ids(event.get("team_ids"))
        at = min(float(event.get("event_ts", event_time(body))), runtime.time())
        if not isinstance(organisation, str) or not organisation or not teams:
            return
        if event["type"] == "team_access_granted":
            current = await self._store.find(organisation)
            teams &= await self._listed(current) if current else teams
            await self._store.note_teams(organisation, teams, at=at)
        else:
            await self._store.drop_teams(organisation, teams, at=at)
        for team_id in sorted(teams):
            acting = await self._store.for_team(team_id)
            if acting is None and event["type"] == "team_access_revoked":
                await self._removed.removed(team_id, event["type"], event_time(body))
            elif acting is not None and event["type"] == "team_access_granted":
                await self._removed.is_back(team_id)


def _is_same(one: Installation, other: Installation) -> bool:
    return (one.generation, one.token) == (other.generation, other.token)


def _ids(listed: object) -> frozenset[str]:
    listed_ids: Iterable[object] = listed if isinstance(listed, list) else ()
    return frozenset(id_ for id_ in listed_ids if id_ and isinstance(id_, str))
