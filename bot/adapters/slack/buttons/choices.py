"""The buttons with which people choose who answers, where the router is unsure."""

from collections.abc import Mapping

from bot.adapters.slack.blocks import pickers
from bot.adapters.slack.buttons.button_listeners import Act
from bot.adapters.slack.buttons.reply_buttons import (
    CHOOSE,
    CHOOSE_ALL,
    CHOOSE_OTHER,
    CHOOSE_ROUTER,
    Wanted,
)
from bot.adapters.slack.interactions.clicks import Click
from bot.adapters.slack.interactions.responder import Responder
from bot.language import gettext
from bot.panel.errors import MessengerRefused, Refused
from bot.panel.intake.intake import Intake
from bot.panel.messaging.transcript import Transcript
from bot.panel.model import Steer, Wish
from bot.panel.roster.panel_editor import PanelEditor


class ChoiceButtons:
    """Queues the question for whoever is chosen first, once."""

    def __init__(
        self, intake: Intake, editor: PanelEditor, transcript: Transcript, responder: Responder
    ) -> None:
        self._intake = intake
        self._editor = editor
        self._transcript = transcript
        self._responder = responder
        self.acts: Mapping[str, Act] = {
            **dict.fromkeys((*CHOOSE, CHOOSE_ALL, CHOOSE_ROUTER), self._choose),
            CHOOSE_OTHER: self._choose_other,
        }

    async def _choose(self, click: Click) -> None:
        if not await self._intake.press_once(click.thread, click.user, await self._wanted(click)):
            raise pickers.chosen_before()

    async def _choose_other(self, click: Click) -> None:
        """Ask who it is to be."""
        steer = await self._wanted(click)
        panel = await self._editor.panel(click.thread)
        modal = pickers.ask(click.thread, click.at, steer, panel.experts)
        await self._responder.open_modal(click.trigger, modal, click.user)

    async def _wanted(self, click: Click) -> Steer:
        wanted, until = Wanted.load(click.value), click.message
        about, experts, last = wanted.about, wanted.experts, wanted.until
        steer = Steer(Wish.ASK, about, until, experts, chosen=True, last=last)
        await self._check(click, steer)
        if len(experts) == 1:
            await self._editor.find(click.thread, *experts)  # it may have left meanwhile
        return steer

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
