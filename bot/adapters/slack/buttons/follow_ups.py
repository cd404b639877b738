"""Bolt's listeners for steering a panel: stop it, ask others, again, deeper; and shortcuts.

A pressed button is queued like a message, so what holds for messages holds for it: it is
answered once, in its order, whatever crashes.
"""

import logging

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.manifest import ADD_EXPERT, ASK_PANEL
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.blocks import pickers
from bot.adapters.slack.buttons.reply_buttons import ASK_OTHERS, MORE, STOP, Pressed
from bot.adapters.slack.experts.requester import explained
from bot.adapters.slack.receiving.payloads import thread_clicked
from bot.json_types import Json
from bot.panel.errors import PanelError
from bot.panel.intake.intake import Intake
from bot.panel.model import MessageTs, Steer, ThreadRef, UserId, Wish
from bot.panel.roster.panel_editor import PanelEditor

log = logging.getLogger(__name__)


def register(
    app: AsyncApp, intake: Intake, editor: PanelEditor, identity: Identity, api: SlackApi
) -> None:
    """Let *app* take what people press to steer."""
    hand = _Hand(intake, editor, identity, api)
    app.action(STOP)(hand.stop)
    app.action(MORE)(hand.choose)
    app.action(ASK_OTHERS)(hand.choose)
    app.shortcut(ASK_PANEL)(hand.ask_panel)
    app.shortcut(ADD_EXPERT)(hand.offer_library)
    app.view(pickers.ASK)(hand.ask_picked)
    app.view(pickers.JOIN)(hand.add_picked)
    app.event("agent_session_stopped")(hand.stop_session)


class _Hand:
    """What presses have in common: where it was, who it was, and what went wrong."""

    def __init__(
        self, intake: Intake, editor: PanelEditor, identity: Identity, api: SlackApi
    ) -> None:
        self._intake = intake
        self._editor = editor
        self._identity = identity
        self._api = api

    async def stop(self, ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        """Stop what is going on in the thread."""
        await ack()
        try:
            await self._intake.stop(thread_clicked(body, self._identity), _ts(action), _user(body))
        except PanelError as error:
            await _whisper(respond, explained(error))

    async def stop_session(self, event: Json) -> None:
        """Obey Slack's own stop button, and leave no session waiting for a word of ours."""
        channel, thread_ts = event["channel"], event["thread_ts"]
        thread = ThreadRef(self._identity.team_id, channel, thread_ts)
        place = {"channel_id": channel, "thread_ts": thread_ts}
        try:
            await self._intake.stop(thread, MessageTs(event["event_ts"]), UserId(event["user"]))
        except PanelError as error:
            log.warning("session.not_stopped", extra={"reason": str(error)})
        for method, state in (
            ("assistant.threads.setStatus", ""),
            ("agents.sessions.setStatus", "active"),
        ):
            try:
                await self._api.rewrite(method, status=state, **place)
            except PanelError as error:
                log.warning("session.not_settled", extra={"reason": str(error)})

    async def choose(self, ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        """Queue what was chosen; where somebody else is to be asked, ask who."""
        await ack()
        value = action.get("value") or action["selected_option"]["value"]
        try:
            pressed, thread = Pressed.load(value), thread_clicked(body, self._identity)
            steer = Steer(
                pressed.wish,
                since=pressed.about,
                until=MessageTs(body["message"]["ts"]),
                experts=(pressed.expert,) if pressed.expert else (),
            )
            if pressed.wish is Wish.ANOTHER:
                panel = await self._editor.panel(thread)
                experts = [one for one in panel.experts if one.name != pressed.expert]
                await self._open(body, pickers.ask(thread, _ts(action), steer, experts))
            else:
                await self._intake.press(thread, _ts(action), _user(body), steer)
        except (KeyError, ValueError):
            log.warning("steering.odd_click")
        except PanelError as error:
            await _whisper(respond, explained(error))

    async def ask_picked(self, ack: AsyncAck, body: Json, view: Json) -> None:
        """Queue the question for whom somebody picked."""
        thread, ts, steer = pickers.picked_to_ask(view)
        try:
            await self._intake.press(thread, ts, _user(body), steer)
        except PanelError as error:
            await ack(response_action="errors", errors={pickers.WHO: explained(error)})
            return
        await ack()

    async def ask_panel(self, ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        """Ask the panel about any message, in its thread."""
        await ack()
        about = MessageTs(body["message"]["ts"])
        steer = Steer(Wish.ASK, since=about, until=about)
        try:
            ts = MessageTs(body["action_ts"])
            await self._intake.press(thread_clicked(body, self._identity), ts, _user(body), steer)
        except PanelError as error:
            await _whisper(respond, explained(error))

    async def offer_library(self, ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        """Let somebody pick an expert for the thread."""
        await ack()
        thread = thread_clicked(body, self._identity)
        try:
            absent = await self._editor.addable(thread)
            await self._open(body, pickers.join(thread, MessageTs(body["action_ts"]), absent))
        except PanelError as error:
            await _whisper(respond, explained(error))

    async def add_picked(self, ack: AsyncAck, body: Json, view: Json) -> None:
        """Let the expert join, as if somebody had said so in the thread."""
        thread, ts, name = pickers.picked_to_join(view)
        try:
            await self._intake.command(thread, ts, _user(body), f"add {name}")
        except PanelError as error:
            await ack(response_action="errors", errors={pickers.WHO: explained(error)})
            return
        await ack()

    async def _open(self, body: Json, view: Json) -> None:
        await self._api.write("views.open", trigger_id=body["trigger_id"], view=view)


async def _whisper(respond: AsyncRespond, sentence: str) -> None:
    """Tell whoever pressed, and nobody else."""
    await respond(text=sentence, response_type="ephemeral", replace_original=False)


def _ts(action: Json) -> MessageTs:
    return MessageTs(action["action_ts"])


def _user(body: Json) -> UserId:
    return UserId(body["user"]["id"])
