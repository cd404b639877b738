"""Listeners for follow-ups (stop, ask others, try again, go deeper) and for the shortcuts.

A follow-up is queued like a message: it is answered once and in order, even after a crash.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.adapters.slack.api import last_states
from bot.adapters.slack.api.manifest import ADD_EXPERT, ASK_PANEL
from bot.adapters.slack.blocks import pickers
from bot.adapters.slack.blocks.answers import sentence
from bot.adapters.slack.buttons.reply_buttons import ASK_OTHERS, GO_ON, MORE, STOP, Pressed
from bot.adapters.slack.interactions.error_sentences import error_sentence, refuse_form
from bot.adapters.slack.interactions.expert_search import suggest
from bot.adapters.slack.interactions.responder import Responder, answer_command
from bot.adapters.slack.receiving.events import checked
from bot.adapters.slack.receiving.payloads import user_of
from bot.json_types import Json
from bot.language import gettext
from bot.panel.approvals.lost_turns import LostTurns
from bot.panel.errors import PanelError, Refused
from bot.panel.intake.intake import Intake
from bot.panel.messaging.outbox import Outbox
from bot.panel.model import Expert, MessageTs, Steer, ThreadRef, UserId, Wish
from bot.panel.roster.panel_editor import PanelEditor

log = logging.getLogger(__name__)


class FollowUpListeners:
    """Queues people's follow-ups to a question."""

    def __init__(
        self,
        intake: Intake,
        editor: PanelEditor,
        lost_turns: LostTurns,
        outbox: Outbox,
        responder: Responder,
    ) -> None:
        self._intake = intake
        self._lost_turns = lost_turns
        self._editor = editor
        self._outbox = outbox
        self._responder = responder

    def listen(self, app: AsyncApp) -> None:
        """Register for buttons, shortcuts and the modals that pick an expert."""
        app.action(STOP)(self.stop)
        app.action(MORE)(self.choose)
        app.action(ASK_OTHERS)(self.choose)
        app.action(GO_ON)(self.go_on)
        app.shortcut(ASK_PANEL)(self.ask_panel)
        app.shortcut(ADD_EXPERT)(self.offer_library)
        app.options(pickers.WHO)(self.suggest)
        app.view(pickers.ASK)(self.ask_picked)
        app.view(pickers.JOIN)(self.add_picked)
        app.event("agent_session_stopped")(self.stop_session)

    async def stop(self, ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        """Stop the turns of the thread."""
        await ack()
        try:
            await self._stop(self._responder.thread(body), _ts(action), user_of(body))
        except PanelError as error:
            await _refuse(respond, error)

    async def stop_session(self, event: Json) -> None:
        """Stop on a click on Slack's own stop button, and end the session in Slack."""
        match checked(event):
            case {"channel": channel, "thread_ts": thread_ts, "event_ts": ts, "user": user}:
                await self._stop_session(channel, thread_ts, MessageTs(ts), UserId(user))
            case _:
                log.warning("session.odd_event")

    async def _stop_session(
        self, channel: str, thread_ts: str, ts: MessageTs, user: UserId
    ) -> None:
        thread = ThreadRef(self._responder.team_id, channel, thread_ts)
        try:
            await self._stop(thread, ts, user)
        except PanelError as error:
            log.warning("session.not_stopped", extra={"reason": str(error)})
        for settled in (last_states.status_cleared(thread), last_states.session_settled(thread)):
            try:
                await last_states.send_or_keep(self._responder.api, self._outbox, settled)
            except PanelError as error:
                log.warning("session.not_settled", extra={"reason": str(error)})

    async def _stop(self, thread: ThreadRef, ts: MessageTs, user: UserId) -> None:
        """Stop the turns of *thread*; if there are none, it shows something that is not so."""
        if not await self._intake.stop(thread, ts, user):
            await self._lost_turns.settle(thread, until=ts)

    async def choose(self, ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        """Queue the chosen follow-up; first ask which expert, if another is to answer."""
        await ack()
        try:
            value = action.get("value") or action["selected_option"]["value"]
            pressed, thread = Pressed.load(value), self._responder.thread(body)
            steer = _steer(pressed, body)
            if pressed.wish is Wish.ANOTHER:
                panel = await self._editor.panel(thread)
                modal = pickers.ask(thread, _ts(action), steer, panel.experts, pressed.expert)
                modal = self._responder.sealed(modal, user_of(body))
                await self._responder.open_modal(body["trigger_id"], modal)
            else:
                await self._intake.press(thread, _ts(action), user_of(body), steer)
        except (KeyError, ValueError):
            log.warning("steering.odd_click")
        except PanelError as error:
            await _refuse(respond, error)

    async def go_on(self, ack: AsyncAck, body: Json, action: Json, respond: AsyncRespond) -> None:
        """Queue, once, that whoever wrote a reply that was cut goes on with it."""
        await ack()
        try:
            pressed, thread = Pressed.load(action["value"]), self._responder.thread(body)
            if pressed.expert and not (await self._editor.panel(thread)).find(pressed.expert):
                raise Refused(gettext("Whoever wrote this is not on the panel here any more."))
            steer = replace(_steer(pressed, body), wish=Wish.AGAIN, goes_on=True)
            if not await self._intake.go_on(thread, user_of(body), steer):
                raise Refused(gettext("Somebody has asked for that already."))
        except (KeyError, ValueError):
            log.warning("steering.odd_click")
        except PanelError as error:
            await _refuse(respond, error)

    async def ask_picked(self, ack: AsyncAck, body: Json, view: Json) -> None:
        """Queue the question for the expert that was picked."""
        try:
            thread, ts, steer = pickers.picked_to_ask(view)
            await self._intake.press(thread, ts, user_of(body), steer)
        except PanelError as error:
            await refuse_form(ack, view, error)
            return
        await ack()

    async def ask_panel(self, ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        """Ask the panel about any message, in its thread."""
        await ack()
        about = MessageTs(body["message"]["ts"])
        steer = Steer(Wish.ASK, since=about, until=about)
        try:
            ts = MessageTs(body["action_ts"])
            await self._intake.press(self._responder.thread(body), ts, user_of(body), steer)
        except PanelError as error:
            await _refuse(respond, error)

    async def offer_library(self, ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        """Open the modal that picks an expert for the thread."""
        await ack()
        thread = self._responder.thread(body)
        try:
            absent = await self._editor.addable(thread)
            modal = pickers.join(thread, MessageTs(body["action_ts"]), absent)
            modal = self._responder.sealed(modal, user_of(body))
            await self._responder.open_modal(body["trigger_id"], modal)
        except PanelError as error:
            await _refuse(respond, error)

    async def suggest(self, ack: AsyncAck, body: Json) -> None:
        """Offer those in a large menu that suit what was typed."""
        await suggest(ack, body, lambda: self._offered(body.get("view") or {}, user_of(body)))

    async def _offered(self, view: Json, user: UserId) -> Sequence[Expert]:
        if not self._responder.was_opened_for(view, user):
            return ()
        thread, but = pickers.place(view)
        if view["callback_id"] == pickers.JOIN:
            return await self._editor.addable(thread)
        return [one for one in (await self._editor.panel(thread)).experts if one.name != but]

    async def add_picked(self, ack: AsyncAck, body: Json, view: Json) -> None:
        """Queue ``add NAME`` for the expert that was picked, as if written in the thread."""
        try:
            thread, ts, name = pickers.picked_to_join(view)
            await self._intake.command(thread, ts, user_of(body), f"add {name}")
        except PanelError as error:
            await refuse_form(ack, view, error)
            return
        await ack()


async def _refuse(respond: AsyncRespond, error: PanelError) -> None:
    """Tell only the user who clicked why it cannot be done."""
    await answer_command(respond, sentence(error_sentence(error)))


def _steer(pressed: Pressed, body: Json) -> Steer:
    return Steer(
        pressed.wish,
        since=pressed.about,
        until=MessageTs(body["message"]["ts"]),
        experts=(pressed.expert,) if pressed.expert else (),
    )


def _ts(action: Json) -> MessageTs:
    return MessageTs(action["action_ts"])
