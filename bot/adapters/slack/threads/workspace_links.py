"""Links that people give: those of this workspace, or of its organisation, lead to its messages."""

import re
from urllib.parse import urlsplit

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import MessengerRefused, Refused

_ORGANISATION = ".enterprise.slack.com"
_ANY_ORGANISATION = re.compile(r"[a-z0-9-]+" + re.escape(_ORGANISATION))


class WorkspaceLinks:
    """Knows the addresses of the workspace: the bot's own, and those that ``team.info`` tells."""

    def __init__(self, api: SlackApi, identity: Identity) -> None:
        self._api = api
        self._own = urlsplit(identity.url).netloc
        self._told: frozenset[str] | None = None

    async def check(self, link: str) -> None:
        """Raise Refused if *link* leads elsewhere, though it may look like one to a message."""
        host, hosts = urlsplit(link.strip()).netloc, await self._hosts()
        is_organisation = hosts == {self._own} and _ANY_ORGANISATION.fullmatch(host)
        if host not in hosts and not is_organisation:
            raise Refused(gettext("That link does not lead to this Slack workspace."), field="link")

    async def _hosts(self) -> frozenset[str]:
        if self._told is None:
            try:
                team: Json = (await self._api.read("team.info"))["team"]
            except MessengerRefused:  # without the scope, it may be any organisation's
                team = {}
            domain, organisation = team.get("domain"), team.get("enterprise_domain")
            told = {f"{domain}.slack.com"} if domain else set()
            told |= {f"{organisation}{_ORGANISATION}"} if organisation else set()
            self._told = frozenset({self._own, *told})
        return self._told
