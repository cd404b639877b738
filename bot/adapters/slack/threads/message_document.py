"""A Slack message as a document for experts."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bot.adapters.slack.api import permalinks
from bot.adapters.slack.api.answers import NOT_THERE
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.permalinks import Place
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.content import message_content
from bot.adapters.slack.markdown import sanitize
from bot.adapters.slack.receiving.mentions import Mentions
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import MessengerRefused, Refused
from bot.panel.language_model import frames
from bot.panel.model import UserId
from bot.panel.roster.documents.knowledge import Upload


class MessageReading:
    """Reads single messages of the channel in which a command was given."""

    def __init__(self, api: SlackApi, mentions: Mentions) -> None:
        self._api = api
        self._mentions = mentions

    def check(self, link: str, channel_id: str) -> Place:
        """Return where *link* leads. Raises Refused unless that is a message of the channel."""
        place = permalinks.parse(link.strip())
        if place is None:
            raise Refused(
                gettext(
                    "That is no link to a message: take it from the message's menu, *Copy link*."
                ),
                field="link",
            )
        if self._api.channels.first(place.channel_id) != channel_id:
            raise Refused(
                gettext("I take messages only of the channel in which the command is given."),
                field="link",
            )
        return place

    async def document(self, place: Place, link: str) -> Upload:
        message = await self._message(place)
        said = message_content.read(message)
        author = UserId(message.get("user") or "")
        written = f"{said.words}\n\n{said.quoted}"
        names = await self._mentions.names([author] if author else [], [written])
        text = sanitize.from_slack(written, names).strip()
        if not text:
            raise Refused(gettext("That message has no text."))
        day = datetime.fromtimestamp(float(place.ts), UTC).date().isoformat()
        speaker = message.get("username") or names.get(author) or said.author_name or "somebody"
        head = f"# {frames.name(speaker)} in Slack, {day}"  # a name is no heading of its own
        where = permalinks.link(link.strip(), self._api.channels.current(place.channel_id), place)
        content = f"{head}\n\n{frames.quote(text)}\n\nThe message: {where}\n"
        return Upload(f"slack-{day}-{place.ts.replace('.', '-')}.md", content.encode())

    async def _message(self, place: Place) -> Json:
        missing = Refused(gettext("I cannot see that message; am I in the channel?"))
        try:
            answer = await self._api.read(
                "conversations.replies",
                channel=place.channel_id,
                ts=place.thread_ts,
                oldest=place.ts,
                latest=place.ts,
                inclusive=True,
            )
        except MessengerRefused as error:
            raise missing if error.code in NOT_THERE else error from None
        for message in answer["messages"]:
            if message["ts"] == place.ts:
                return message  # type: ignore[no-any-return]
        raise missing


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
