from dataclasses import replace

import pytest

from bot.adapters.slack.buttons import sources_modal
from bot.adapters.slack.buttons.reply_buttons import (
    ASK_OTHERS,
    GO_ON,
    MORE,
    RETRY,
    SHOW_WORK,
    STOP,
    Pressed,
    Subject,
    plan_row,
    row,
)
from bot.panel.messaging.messenger import Post, Sources
from bot.panel.model import (
    ConversationId,
    ExpertName,
    MessageTs,
    Persona,
    TurnId,
    Wish,
)

TURN = TurnId("T1:C1:1.0")


def test_a_button_knows_the_call_that_its_message_answers():
    subject = Subject.load(Subject(TURN, "reply:call_1:12").dump())
    assert (subject.turn, subject.call_id) == (TURN, "call_1")


@pytest.mark.parametrize("part", ["synthesis:0", "router:0"])
def test_what_the_router_wrote_answers_no_call(part):
    assert Subject.load(Subject(TURN, part).dump()).call_id is None


@pytest.mark.parametrize("value", ["", "T1:C1:1.0", " part", "turn "])
def test_a_value_that_we_did_not_write_is_refused(value):
    with pytest.raises(ValueError, match="not the subject"):
        Subject.load(value)


def test_what_a_reply_relies_on_opens_from_the_same_row():
    behind = Sources(ConversationId("conv_1"), 'ref="call_1"')
    actions, _ = row(Post(TURN, "reply:c:0", "…", ends_reply=True, sources=behind))
    assert [button["action_id"] for button in actions["elements"]] == [
        SHOW_WORK,
        sources_modal.ACTION,
        MORE,
    ]


def test_only_the_end_of_a_reply_has_buttons():
    assert row(Post(TURN, "help:0", "…")) == []

    actions, thumbs = row(
        Post(TURN, "reply:c:0", "…", persona=Persona("A" * 80, ":a:"), ends_reply=True)
    )

    button, menu = actions["elements"]
    assert menu["action_id"] == MORE
    assert button["action_id"] == SHOW_WORK
    assert len(button["accessibility_label"]) <= 75
    assert thumbs["type"] == "context_actions"


def test_what_can_only_be_retried_is_not_judged():
    (actions,) = row(Post(TURN, "gave_up", "…", offers_retry=True))
    assert [button["action_id"] for button in actions["elements"]] == [RETRY]


@pytest.mark.parametrize("expert", [None, ExpertName("legal")])
def test_what_was_pressed_comes_back(expert):
    pressed = Pressed(Wish.ANOTHER, MessageTs("1.0"), expert)

    assert Pressed.load(pressed.dump()) == pressed


@pytest.mark.parametrize("value", ["", "again", "dance 1.0 legal", "again 1.0 legal x"])
def test_an_odd_press_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011 - what it says of it is Python's own
        Pressed.load(value)


@pytest.mark.parametrize("value", ["again x legal", "again nan legal", "again 1.0\n legal"])
def test_a_press_about_no_message_is_refused(value):
    with pytest.raises(ValueError, match="not about a message"):
        Pressed.load(value)


def test_a_reply_that_was_cut_offers_first_to_go_on():
    reply = Post(
        TURN,
        "reply:c:0",
        "…",
        persona=Persona("A" * 80, ":a:"),
        expert=ExpertName("legal"),
        about=MessageTs("1.0"),
        ends_reply=True,
        is_cut=True,
    )

    actions, _ = row(reply)

    assert [one["action_id"] for one in actions["elements"]] == [GO_ON, SHOW_WORK, MORE]
    button = actions["elements"][0]
    assert Pressed.load(button["value"]) == Pressed(Wish.AGAIN, MessageTs("1.0"), reply.expert)
    assert button["accessibility_label"].startswith("Go on")
    assert len(button["accessibility_label"]) <= 75
    assert row(replace(reply, ends_reply=False)) == []


def test_the_plan_can_be_stopped_while_experts_work():
    post = Post(TurnId("T1:C1:1.0"), "plan", "Asking Legal")

    (working,), (over,) = plan_row(post, working=True), plan_row(post, working=False)

    assert [e["action_id"] for e in working["elements"]] == [STOP, ASK_OTHERS]
    assert [e["action_id"] for e in over["elements"]] == [ASK_OTHERS]


def test_a_function_is_not_asked_to_go_deeper():
    post = Post(TURN, "reply:call_1:0", "7", expert=ExpertName("orders"), ends_reply=True)

    told = {
        by_function: str(row(replace(post, by_function=by_function)))
        for by_function in (False, True)
    }

    assert "Go deeper" in told[False]
    assert "Go deeper" not in told[True]
    assert "Try again" in told[True]
