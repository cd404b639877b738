"""Listeners for follow-ups (stop, ask others, try again, go deeper) and for the shortcuts.

A follow-up is queued like a message: it is answered once and in order, even after a crash.
"""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.adapters.slack.api import last_states
from bot.adapters.slack.app.manifest import ADD_EXPERT, ASK_PANEL
from bot.adapters.slack.blocks import pickers
from bot.adapters.slack.blocks.answers import sentence
from bot.adapters.slack.buttons.button_listeners import Act
from bot.adapters.slack.buttons.reply_buttons import ASK_OTHERS, GO_ON, MORE, STOP, Pressed
from bot.adapters.slack.interactions.clicks import Click, acted_at
from bot.adapters.slack.interactions.error_sentences import error_sentence
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
        self.acts: Mapping[str, Act] = {
            STOP: lambda click: self._stop(click.thread, click.at, click.user),
            MORE: self._choose,
            ASK_OTHERS: self._choose,
            GO_ON: self._go_on,
        }

    def listen(self, app: AsyncApp) -> None:
        app.shortcut(ASK_PANEL)(self.ask_panel)
        app.shortcut(ADD_EXPERT)(self.offer_library)
        app.options(pickers.WHO)(self.suggest)
        app.view(pickers.ASK)(self.ask_picked)
        app.view(pickers.JOIN)(self.add_picked)
        app.event("agent_session_stopped")(self.stop_session)

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
            await self._responder.clicks.check_member(channel, user)
            await self._stop(thread, ts, user)
        except Refused:
            return
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

    async def _choose(self, click: Click) -> None:
        """Queue the chosen follow-up; first ask which expert, if another is to answer."""
        pressed = Pressed.load(click.value)
        steer = _steer(pressed, click.message)
        if pressed.wish is Wish.ANOTHER:
            panel = await self._editor.panel(click.thread)
            modal = pickers.ask(click.thread, click.at, steer, panel.experts, pressed.expert)
            await self._responder.open_modal(click.trigger, modal, click.user)
        else:
            await self._intake.press(click.thread, click.at, click.user, steer)

    async def _go_on(self, click: Click) -> None:
        """Queue, once, that whoever wrote a reply that was cut goes on with it."""
        pressed, panel = Pressed.load(click.value), await self._editor.panel(click.thread)
        if pressed.expert and not panel.find(pressed.expert):
            raise Refused(gettext("Whoever wrote this is not on the panel here any more."))
        steer = replace(_steer(pressed, click.message), wish=Wish.AGAIN, goes_on=True)
        if not await self._intake.press_once(click.thread, click.user, steer):
            raise Refused(gettext("Somebody has asked for that already."))

    async def ask_picked(self, ack: AsyncAck, body: Json, view: Json) -> None:
        async def ask() -> None:
            thread, ts, steer = pickers.picked_to_ask(view)
            if not steer.chosen:
                await self._intake.press(thread, ts, user_of(body), steer)
            elif not await self._intake.press_once(thread, user_of(body), steer):
                raise pickers.chosen_before()

        await self._responder.accept(ack, body, view, ask)

    async def ask_panel(self, ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        """Ask the panel about any message, in its thread."""
        await ack()
        about = MessageTs(body["message"]["ts"])
        steer = Steer(Wish.ASK, since=about, until=about)
        async with _refusals_told(respond):
            thread, user = self._responder.thread(body), user_of(body)
            await self._responder.clicks.check_member(thread.channel_id, user)
            await self._intake.press(thread, acted_at(body), user, steer)

    async def offer_library(self, ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        await ack()
        thread, user = self._responder.thread(body), user_of(body)
        async with _refusals_told(respond):
            await self._responder.clicks.check_member(thread.channel_id, user)
            modal = pickers.join(thread, acted_at(body), await self._editor.addable(thread))
            await self._responder.open_modal(str(body.get("trigger_id") or ""), modal, user)

    async def suggest(self, ack: AsyncAck, body: Json) -> None:
        await suggest(ack, body, lambda: self._offered(body.get("view") or {}, user_of(body)))

    async def _offered(self, view: Json, user: UserId) -> Sequence[Expert]:
        self._responder.check_opened(view, user)
        thread, but = pickers.place(view)
        if view["callback_id"] == pickers.JOIN:
            return await self._editor.addable(thread)
        return [one for one in (await self._editor.panel(thread)).experts if one.name != but]

    async def add_picked(self, ack: AsyncAck, body: Json, view: Json) -> None:
        """Queue ``add NAME`` for the expert that was picked, as if written in the thread."""

        async def add() -> None:
            thread, ts, name = pickers.picked_to_join(view)
            await self._intake.command(thread, ts, user_of(body), f"add {name}")

        await self._responder.accept(ack, body, view, add)


@asynccontextmanager
async def _refusals_told(respond: AsyncRespond) -> AsyncIterator[None]:
    """Tell only the user who clicked why it cannot be done."""
    try:
        yield
    except (TypeError, ValueError):
        log.warning("steering.odd_click")
    except PanelError as error:
        await answer_command(respond, sentence(error_sentence(error)))


def _steer(pressed: Pressed, until: MessageTs) -> Steer:
    experts = (pressed.expert,) if pressed.expert else ()
    return Steer(pressed.wish, since=pressed.about, until=until, experts=experts)
