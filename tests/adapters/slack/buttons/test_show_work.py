"""The click on *Show work*: a modal at once, and what it is for as soon as it is known."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from bot.adapters.slack.buttons.reply_buttons import SHOW_WORK
from bot.adapters.slack.buttons.show_work import ShowWorkListeners
from bot.adapters.slack.markdown.link_domains import LinkDomains
from bot.adapters.slack.receiving import receiver
from bot.adapters.slack.receiving.socket_mode import SocketModeReceiver
from bot.panel.errors import ModelUnavailable, Refused
from bot.panel.messaging.locales import Locales
from bot.panel.messaging.messenger import Post
from bot.panel.model import (
    CallId,
    ConversationId,
    Expert,
    ExpertName,
    Panel,
    Persona,
    ThreadRef,
    TurnId,
)
from bot.panel.reports.turn_inspector import TurnInspector
from bot.panel.reports.turn_trace import ExpertTrace, TurnTrace
from bot.panel.routing.decision import NotAsked, WhyNot
from bot.playground.slack.workspace.company import BEN, GUEST
from tests import slack_faults as hazards
from tests.adapters.slack.conftest import Neighbour
from tests.eventually import eventually

LEGAL = Persona("Legal Counsel", ":scales:")
WORK = TurnTrace(
    (ExpertTrace(CallId("call_1"), "Legal Counsel", "Licences.", "Look at MIT."),),
    seconds=1.0,
    not_asked=(NotAsked(ExpertName("tax"), WhyNot.UNSAID),),
)


class ScriptedDesk(TurnInspector):
    """Says what a test tells it to, when it tells it to."""

    def __init__(self) -> None:
        self.answer: TurnTrace | Exception = WORK
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.asked: list[object] = []

    async def trace(self, thread, turn):
        self.asked.append((thread, turn))
        await self.may_answer.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def _panel_of(_thread: ThreadRef) -> Panel:
    return Panel((Expert(ExpertName("tax"), "Tax Adviser", ":coin:", "Taxes.", "Count."),))


@dataclass
class Thread:
    """A thread with one reply, and a bot that takes clicks."""

    neighbour: Neighbour
    desk: ScriptedDesk
    ref: ThreadRef = field(init=False)

    async def reply(self):
        self.ref = self.neighbour.begin()
        turn = TurnId(f"{self.ref.team_id}:{self.ref.channel_id}:{self.ref.thread_ts}")
        post = Post(turn, "reply:call_1:0", "Yes.", ConversationId("conv_1"), LEGAL)
        await self.neighbour.messenger.post(
            self.ref, replace(post, expert=ExpertName("legal"), ends_reply=True)
        )
        (message,) = self.neighbour.replies(self.ref)
        return message

    async def click(self, user=BEN, **more):
        message = await self.reply()
        await self.neighbour.slack.people.click(user, message, SHOW_WORK, **more)

    def views(self):
        return list(self.neighbour.slack.workspace.views.values())

    def shown(self) -> str:
        return str([view.content["blocks"] for view in self.views()])


@pytest.fixture
async def thread(neighbour):
    desk = ScriptedDesk()
    app = receiver.bolt_app(neighbour.api._web, neighbour.identity, Locales(neighbour.people))
    ShowWorkListeners(desk, _panel_of, neighbour.responder, LinkDomains(), timeout=0.2).listen(app)
    sockets = SocketModeReceiver(app, neighbour.slack.app_token, app.client, 1)
    await sockets.start()
    yield Thread(neighbour, desk)
    await sockets.stop()


@pytest.mark.parametrize("user", [BEN, GUEST])
async def test_anybody_who_sees_a_reply_may_see_its_trace(thread, user):
    await thread.click(user)

    await eventually(lambda: "Look at MIT." in thread.shown())
    (view,) = thread.views()
    assert view.user == user
    turn = f"{thread.ref.team_id}:{thread.ref.channel_id}:{thread.ref.thread_ts}"
    assert thread.desk.asked == [(thread.ref, turn)]
    assert "Tax Adviser: the router did not say why." in thread.shown()


async def test_the_modal_opens_before_anything_is_looked_up(thread):
    thread.desk.may_answer.clear()

    await thread.click()

    await eventually(lambda: "Looking up" in thread.shown())
    thread.desk.may_answer.set()
    await eventually(lambda: "Look at MIT." in thread.shown())


async def test_a_timeout_is_explained(thread):
    thread.desk.may_answer.clear()

    await thread.click()

    await eventually(lambda: "took me too long" in thread.shown())


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Refused("I no longer know how this came about."), "no longer know"),
        (ModelUnavailable("secret details"), "try again in a minute"),
    ],
)
async def test_an_error_is_explained_in_a_sentence(thread, error, told):
    thread.desk.answer = error

    await thread.click()

    await eventually(lambda: told in thread.shown())
    assert "secret details" not in thread.shown()


@pytest.mark.parametrize(
    ("method", "code"), [("views.open", "expired_trigger_id"), ("views.update", "not_found")]
)
async def test_a_modal_that_cannot_be_shown_is_logged(thread, caplog, method, code):
    thread.neighbour.slack.hazards.on(method, hazards.error(code))

    await thread.click()

    await eventually(lambda: code in [getattr(r, "reason", "") for r in caplog.records])


async def test_a_button_that_we_have_not_put_there_shows_nothing(thread):
    await thread.click(value="what?")

    await eventually(lambda: "This button is out of date" in thread.shown())
    assert thread.desk.asked == []
