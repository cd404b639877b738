"""The thumbs under a reply: pressed, explained, and kept."""

from dataclasses import dataclass, field, replace

import pytest

from bot.adapters.slack.buttons import thumbs
from bot.adapters.slack.buttons.feedback import FeedbackListeners
from bot.adapters.slack.receiving import receiver
from bot.adapters.slack.receiving.socket_mode import SocketModeReceiver
from bot.panel.errors import StoreUnavailable
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.messaging.locales import Locales
from bot.panel.messaging.messenger import Post
from bot.panel.model import ExpertName, Persona, TurnId
from bot.panel.reports.feedback import Opinion
from bot.panel.reports.feedback_recorder import FeedbackRecorder
from bot.playground.slack.workspace.company import ADA, BEN, GENERAL, GUEST
from bot.playground.slack.workspace.state import Message
from tests import slack_faults as hazards
from tests.adapters.slack.conftest import Neighbour
from tests.eventually import eventually
from tests.fakes.feedback_store import FakeFeedbackStore
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.report_store import FakeReportStore
from tests.fakes.turn_queue import FakeTurnQueue
from tests.panel_editors import panel_editor

LEGAL = Persona("Legal Counsel", ":scales:")

THANKS = "Thank you: your reason is kept for whoever looks after the panel."


class StumblingStore(FakeFeedbackStore):
    """A store that may be out of reach."""

    reachable = True

    async def save(self, team_id, feedback):
        if not self.reachable:
            raise StoreUnavailable("Redis: secret details")
        await super().save(team_id, feedback)


@dataclass
class Thread:
    """A thread with one reply, and a bot that takes clicks."""

    neighbour: Neighbour
    store: StumblingStore
    message: Message = field(init=False)

    async def reply(self):
        ref = self.neighbour.begin()
        turn = TurnId(f"{ref.team_id}:{ref.channel_id}:{ref.thread_ts}")
        begins = Post(turn, "reply:call_1:0", "Yes.", persona=LEGAL, expert=ExpertName("legal"))
        for piece in (begins, replace(begins, part="reply:call_1:1", ends_reply=True)):
            await self.neighbour.messenger.post(ref, piece)
        *_, self.message = self.neighbour.replies(ref)

    async def press(self, opinion, user=BEN):
        button = {"good": "positive_button", "bad": "negative_button"}[opinion]
        (element,) = self.message.blocks[-1]["elements"]
        value = element[button]["value"]
        await self.people.click(user, self.message, thumbs.FEEDBACK, value)

    @property
    def people(self):
        return self.neighbour.slack.people

    def voices(self):
        return list(self.store._feedback.values())

    def views(self):
        return [view for view in self.neighbour.slack.workspace.views.values() if view.is_open]

    def whispers(self, user=BEN):
        return [message.text for message in self.neighbour.slack.workspace.ephemeral(user, GENERAL)]


@pytest.fixture
async def thread(neighbour):
    store = StumblingStore()
    app = receiver.bolt_app(neighbour.api._web, neighbour.identity, Locales(neighbour.people))
    editor = panel_editor(FakePanelStore(), neighbour.people, (), ())
    reports = FakeReportStore(FakeTurnQueue())
    recorder = FeedbackRecorder(store, reports, editor, ModelChoice())
    FeedbackListeners(recorder, neighbour.responder).listen(app)
    sockets = SocketModeReceiver(app, neighbour.slack.app_token, app.client, 1)
    await sockets.start()
    opened = Thread(neighbour, store)
    await opened.reply()
    yield opened
    await sockets.stop()


@pytest.mark.parametrize("user", [BEN, GUEST])
async def test_a_thumb_up_is_recorded_and_its_giver_alone_is_thanked(thread, user):
    await thread.press("good", user)

    await eventually(lambda: thread.whispers(user) == ["Thanks! Your 👍 is recorded."])
    (voice,) = thread.voices()
    assert (voice.opinion, voice.by, voice.judged.expert) == (Opinion.GOOD, user, "legal")
    assert voice.judged.reply == "reply:call_1"
    assert thread.views() == thread.whispers(ADA) == []


async def test_a_thumb_down_counts_at_once_and_asks_why(thread):
    await thread.press("bad")
    await eventually(lambda: thread.whispers() == ["Thanks! Your 👎 is recorded."])
    assert [voice.reason for voice in thread.voices()] == [""]

    (view,) = thread.views()
    await thread.people.submit_view(BEN, view.id, {"reason": "That law was repealed."})

    await eventually(lambda: thread.whispers()[1:] == [THANKS])
    (voice,) = thread.voices()
    assert (voice.opinion, voice.reason) == (Opinion.BAD, "That law was repealed.")


async def test_a_change_of_mind_takes_the_place_of_the_first_opinion(thread):
    await thread.press("bad")
    await eventually(thread.voices)

    await thread.press("good")

    await eventually(lambda: [voice.opinion for voice in thread.voices()] == [Opinion.GOOD])


async def test_an_opinion_counts_also_where_the_form_cannot_be_shown(thread, caplog):
    thread.neighbour.slack.hazards.on("views.open", hazards.error("expired_trigger_id"))

    await thread.press("bad")

    await eventually(lambda: "feedback.not_asked" in caplog.messages)
    assert thread.voices()


async def test_a_user_is_told_if_an_opinion_cannot_be_recorded(thread):
    thread.store.reachable = False

    await thread.press("good")

    await eventually(thread.whispers)
    (told,) = thread.whispers()
    assert "try again" in told
    assert "secret" not in told


async def test_a_reason_is_not_logged(thread, caplog):
    caplog.set_level("DEBUG")
    await thread.press("bad")
    await eventually(thread.views)
    (view,) = thread.views()

    await thread.people.submit_view(BEN, view.id, {"reason": "a secret reason"})

    await eventually(lambda: [voice.reason for voice in thread.voices()] == ["a secret reason"])
    assert "secret reason" not in caplog.text


async def test_a_button_of_another_version_is_logged_and_counts_nothing(thread, caplog):
    await thread.people.click(BEN, thread.message, thumbs.FEEDBACK, "what?")

    await eventually(lambda: "feedback.odd" in caplog.messages)
    assert thread.voices() == []
