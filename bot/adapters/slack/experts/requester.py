"""Who gives commands, and what they are told when something does not work."""

import logging
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import ClientError
from slack_bolt.async_app import AsyncAck, AsyncRespond

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.experts import announcements, expert_form
from bot.adapters.slack.experts.panel_lists import Answer
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import (
    MessengerRefused,
    MessengerUnavailable,
    ModelRefused,
    ModelUnavailable,
    PanelError,
    Refused,
)
from bot.panel.model import UserId
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope

log = logging.getLogger(__name__)

_SLOW = frozenset({"exchanged_trigger_id", "expired_trigger_id", "trigger_expired"})


@dataclass(frozen=True, slots=True)
class Requester:
    """Who gave a command, and where."""

    user: UserId
    team_id: str
    channel_id: str
    trigger_id: str  # lets one modal be opened, within three seconds
    bot_user: str  # we, as people mention us

    def scope(self, *, for_defaults: bool) -> Scope:
        """Return what the command is about."""
        if for_defaults:
            return WorkspaceScope(self.team_id)
        return ChannelScope(self.team_id, self.channel_id)


def requester_of(identity: Identity, body: Json, user: str, channel: str) -> Requester:
    """Return who gave a command; the workspace is ours, whatever a payload says of it."""
    trigger = body.get("trigger_id", "")
    return Requester(UserId(user), identity.team_id, channel, trigger, identity.bot_user_id)


def explained(error: PanelError) -> str:
    """Return one sentence for whoever met *error*."""
    match error:
        case Refused():
            return str(error)
        case MessengerRefused(code=code) if code in _SLOW:
            return gettext("That took me too long; please give the command again.")
        case MessengerRefused():
            return gettext("Slack did not let me do that; please tell whoever runs me.")
        case MessengerUnavailable():
            return gettext("I cannot reach Slack just now; please try again in a minute.")
        case ModelRefused():
            return gettext("The model service did not let me do that; please tell whoever runs me.")
        case ModelUnavailable():
            return gettext(
                "I cannot reach the model service just now; please try again in a minute."
            )
        case _:
            return gettext("I cannot reach my memory just now; please try again in a minute.")


async def announce(api: SlackApi, news: Answer, giver: Requester) -> Answer | None:
    """Tell the channel; returns what to tell the giver if that cannot be."""
    try:
        await api.write(
            "chat.postMessage",
            channel=giver.channel_id,
            text=news.text,
            blocks=news.blocks,
            unfurl_links=False,
            unfurl_media=False,
        )
    except (MessengerRefused, MessengerUnavailable) as error:
        log.warning("change.not_announced", extra={"reason": str(error)})
        return announcements.not_told(str(error), giver.channel_id, giver.bot_user)
    return None


async def tell_alone(api: SlackApi, answer: Answer, giver: Requester) -> None:
    """Tell the giver alone, directly where we are not in the channel; else nobody is told."""
    said: Json = {"text": answer.text, "blocks": answer.blocks}
    channel, user = giver.channel_id, giver.user
    try:
        if channel:
            with suppress(MessengerRefused):
                await api.write("chat.postEphemeral", channel=channel, user=user, **said)
                return
        await api.write("chat.postMessage", channel=user, **said)
    except (MessengerRefused, MessengerUnavailable) as error:
        log.warning("giver.not_told", extra={"reason": str(error)})


async def whisper(
    api: SlackApi, sentence: str, user: str, channel: str, thread_ts: str | None, *, failed: str
) -> None:
    """Say something to *user* alone, in a thread; *failed* is what the log calls it if not."""
    try:
        await api.write(
            "chat.postEphemeral", channel=channel, user=user, thread_ts=thread_ts, text=sentence
        )
    except PanelError as error:
        log.warning(failed, extra={"reason": str(error)})


async def refuse_form(ack: AsyncAck, view: Json, error: PanelError) -> None:
    """Leave a form open, with what is wrong beside the field that it is about."""
    field = error.field if isinstance(error, Refused) else None
    await ack(response_action="errors", errors=expert_form.errors(view, explained(error), field))


async def tell(respond: AsyncRespond, answer: Answer, *, replace: bool = False) -> None:
    """Answer the giver alone; whoever is not reached is no reason to fail."""
    try:
        response = await respond(
            text=answer.text,
            blocks=list(answer.blocks),
            response_type="ephemeral",
            replace_original=replace,
        )
    except (ClientError, OSError, TimeoutError) as error:
        log.warning("command.not_answered", extra={"reason": type(error).__name__})
        return
    if response.status_code != 200:
        log.warning("command.not_answered", extra={"reason": response.status_code})
