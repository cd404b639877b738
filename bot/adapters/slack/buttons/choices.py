"""The listener for the buttons with which people choose who answers, where the router is unsure."""

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.blocks import pickers
from bot.adapters.slack.buttons.answering import carry_out
from bot.adapters.slack.buttons.reply_buttons import (
    CHOOSE,
    CHOOSE_ALL,
    CHOOSE_OTHER,
    CHOOSE_ROUTER,
    Wanted,
)
from bot.adapters.slack.interactions.clicks import Click
from bot.adapters.slack.interactions.responder import Responder
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import MessengerRefused, Refused
from bot.panel.intake.intake import Intake
from bot.panel.messaging.transcript import Transcript
from bot.panel.model import Steer, Wish
from bot.panel.roster.panel_editor import PanelEditor


class ChoiceListeners:
    """Queues the question for whoever is chosen first, once."""

    def __init__(
        self, intake: Intake, editor: PanelEditor, transcript: Transcript, responder: Responder
    ) -> None:
        self._intake = intake
        self._editor = editor
        self._transcript = transcript
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        """Register for the buttons."""
        for action in (*CHOOSE, CHOOSE_ALL, CHOOSE_ROUTER, CHOOSE_OTHER):
            app.action(action)(self.choose)

    async def choose(self, ack: AsyncAck, body: Json, action: Json) -> None:
        """Queue the question for the chosen; first ask who that is, if it is somebody else."""

        async def choose(click: Click) -> str:
            wanted = Wanted.load(click.value)
            until, experts = click.message, wanted.experts
            steer = Steer(Wish.ASK, wanted.about, until, experts, chosen=True, last=wanted.until)
            await self._check(click, steer)
            if action["action_id"] == CHOOSE_OTHER:
                panel = await self._editor.panel(click.thread)
                modal = pickers.ask(click.thread, click.at, steer, panel.experts)
                await self._responder.open_modal(click.trigger, modal, click.user)
            elif not await self._intake.press_once(click.thread, click.user, steer):
                raise pickers.chosen_before()
            return ""

        await carry_out(self._responder, ack, body, action, choose)

    async def _check(self, click: Click, steer: Steer) -> None:
        """Raise Refused if the buttons or the question are not there any more."""
        try:
            shown = await self._responder.clicks.shown(click.thread, click.message)
        except MessengerRefused:  # without the scope; the queue takes one choice in any case
            return
        if shown is None or CHOOSE_ROUTER not in str(shown.get("blocks")):
            raise pickers.chosen_before()
        if not await self._transcript.some(click.thread, {steer.since}):
            raise Refused(gettext("The question is not there any more."))
