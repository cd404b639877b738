"""The buttons with which people choose who answers, where the router is unsure."""

from dataclasses import dataclass
from typing import Any, cast

import pytest

from bot.adapters.slack.buttons.button_listeners import ButtonListeners
from bot.adapters.slack.buttons.choices import ChoiceButtons
from bot.adapters.slack.buttons.reply_buttons import (
    CHOOSE,
    CHOOSE_ALL,
    CHOOSE_OTHER,
    CHOOSE_ROUTER,
    row,
)
from bot.panel.intake.intake import Intake
from bot.panel.messaging.messenger import Ending, Post
from bot.panel.model import Expert, ExpertName, MessageTs, Steer, ThreadRef, TurnId, UserId, Wish
from bot.panel.texts import sentences
from bot.playground.slack.workspace.company import ADA, BEN
from bot.playground.slack.workspace.messages import Message
from tests.adapters.slack.conftest import Neighbour
from tests.attacks.forging import Forge
from tests.fakes.audit_log import auditor
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.turn_queue import FakeTurnQueue
from tests.panel_editors import panel_editor

EXPERTS = tuple(
    Expert(ExpertName(name), title, ":scales:", "All of it.", "Answer.")
    for name, title in (("legal", "Legal {Counsel}"), ("finance", "Finance Partner"))
)


@dataclass
class Offered:
    """A message of buttons, and what listens to them."""

    neighbour: Neighbour
    thread: ThreadRef
    post: Post
    ts: MessageTs
    queue: FakeTurnQueue
    panels: FakePanelStore
    listeners: ButtonListeners

    @property
    def message(self) -> Message:
        return next(one for one in self.neighbour.replies(self.thread) if one.ts == self.ts)

    def payload(self, action: str, by: str = BEN) -> Any:
        return Forge(self.neighbour.slack).click(by, self.message, action)

    async def press(self, payload: Any) -> Steer | None:
        """Returns what is queued of it, if anything."""

        async def ack() -> None:
            pass

        before = (await self.queue.depth()).waiting
        await self.listeners.press(cast("Any", ack), payload, payload["actions"][0])
        if (await self.queue.depth()).waiting == before:
            return None
        claim = await self.queue.claim()
        await self.queue.done(claim)
        return claim.turn.steer

    def told(self, user: str = BEN) -> str:
        return str([one.text for one in self.neighbour.slack.workspace.ephemeral(user)])


@pytest.fixture
async def offered(neighbour: Neighbour) -> Offered:
    thread = neighbour.begin("Is this ours?")
    turn = TurnId(f"{thread.team_id}:{thread.channel_id}:{thread.thread_ts}")
    post = Post(turn, "offer", sentences.whom_to_ask(), candidates=EXPERTS)
    ts = await neighbour.messenger.post(thread, post)
    queue, threads = FakeTurnQueue(), FakeThreadStore()
    threads.queue = queue
    panels = FakePanelStore()
    editor = panel_editor(panels, neighbour.people, EXPERTS, EXPERTS)
    intake = Intake(queue, threads, auditor())
    buttons = ChoiceButtons(intake, editor, neighbour.transcript, neighbour.responder)
    listeners = ButtonListeners(neighbour.responder, buttons.acts)
    return Offered(neighbour, thread, post, ts, queue, panels, listeners)


def test_there_is_a_button_for_each_candidate_for_all_and_for_the_router():
    (actions,) = row(Post(TurnId("T1:C1:1.0"), "offer", "Who?", candidates=EXPERTS))

    named = [(one["action_id"], one["text"]["text"], one["value"]) for one in actions["elements"]]
    assert named == [
        (CHOOSE[0], "Legal {Counsel}", "1.0 legal"),
        (CHOOSE[1], "Finance Partner", "1.0 finance"),
        (CHOOSE_ALL, "Everyone", "1.0 legal finance"),
        (CHOOSE_ROUTER, "You decide", "1.0"),
        (CHOOSE_OTHER, "Someone else…", "1.0"),
    ]


@pytest.mark.parametrize(
    ("action", "experts"),
    [
        (CHOOSE[1], ("finance",)),
        (CHOOSE_ALL, ("legal", "finance")),
        (CHOOSE_ROUTER, ()),
    ],
)
async def test_a_press_queues_the_question_for_whom_it_names(offered, action, experts):
    steer = await offered.press(offered.payload(action))

    about = MessageTs(offered.thread.thread_ts)
    assert steer == Steer(Wish.ASK, about, offered.ts, experts, chosen=True)


async def test_who_has_left_cannot_be_chosen(offered):
    await offered.panels.remove(offered.thread, ExpertName("finance"))

    assert await offered.press(offered.payload(CHOOSE[1])) is None
    assert "no expert `finance` on this panel" in offered.told()
    steer = await offered.press(offered.payload(CHOOSE_ALL))
    assert steer
    assert "legal" in steer.experts


async def test_only_the_first_press_counts_whoever_presses_what(offered):
    second, again = offered.payload(CHOOSE_ALL, ADA), offered.payload(CHOOSE[0])
    assert await offered.press(offered.payload(CHOOSE[0])) is not None

    assert await offered.press(second) is None
    assert await offered.press(again) is None
    assert "chosen already" in offered.told(ADA)


async def test_what_was_passed_over_cannot_be_pressed_any_more(offered):
    stale = offered.payload(CHOOSE[0])
    (state,) = await offered.neighbour.messenger.settled(offered.thread, None, None, ())
    await offered.neighbour.messenger.send(state)

    assert "actions" not in str(offered.message.blocks)
    assert "Nobody chose" in str(offered.message.blocks)
    assert await offered.press(stale) is None
    assert "the thread has gone on" in offered.told()
    assert await offered.neighbour.messenger.settled(offered.thread, None, None, ()) == []


async def test_a_question_that_was_deleted_is_not_asked(offered):
    root = offered.neighbour.slack.workspace.thread(
        offered.thread.channel_id, offered.thread.thread_ts
    )[0]
    payload = offered.payload(CHOOSE[0])
    offered.neighbour.slack.workspace.delete(root)

    assert await offered.press(payload) is None
    assert "not there any more" in offered.told()


async def test_who_was_chosen_and_by_whom_stands_in_place_of_the_buttons(offered):
    ending = Ending(sentences.chosen(["Legal {Counsel}"]), by=UserId(BEN))
    messenger = offered.neighbour.messenger

    await messenger.send(messenger.ended(offered.thread, offered.ts, offered.post, ending))

    assert "actions" not in str(offered.message.blocks)
    assert f"<@{BEN}> chose Legal {{Counsel}}." in str(offered.message.blocks)


async def test_somebody_else_is_picked_in_a_form(offered):
    assert await offered.press(offered.payload(CHOOSE_OTHER)) is None

    (view,) = offered.neighbour.slack.workspace.views.values()
    assert '"chosen": true' in view.content["private_metadata"]
