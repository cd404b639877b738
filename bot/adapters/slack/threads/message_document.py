"""A Slack message as a document for experts."""

from datetime import UTC, datetime

from bot.adapters.slack.api import permalinks
from bot.adapters.slack.api.permalinks import Place
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.content import message_content
from bot.adapters.slack.markdown import sanitize
from bot.adapters.slack.receiving.mentions import Mentions
from bot.adapters.slack.threads.replies import NOT_THERE
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
        """Return where *link* leads; Refused if that is not a message of the channel.

        The bot may be in channels that the requester is not in.
        """
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
        """Return the message as a document."""
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
