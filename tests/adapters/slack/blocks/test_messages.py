import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from bot.adapters.slack.blocks import messages
from bot.adapters.slack.markdown import sanitize, splitting
from bot.panel.messaging.messenger import PlanTask, TaskState
from bot.panel.model import Persona

LEGAL = Persona("M&A Counsel", ":scales:")
LIVE = "R&D <!channel> <@U1> @here"


def task(state=TaskState.WORKING, reason=LIVE, number=1):
    return PlanTask(f"call_{number}", LEGAL, reason, state)


SHOWN = [
    messages.reply("**Yes.**"),
    *messages.simplified(messages.reply("**Yes.**"), (), 4_000),
    messages.plan("Asking M&A Counsel", [task(state) for state in TaskState]),
    messages.plan("Asking nobody yet", []),
    messages.plain_plan("Asking M&A Counsel", [task(reason="")]),
]


@pytest.mark.parametrize("shown", SHOWN)
def test_slack_takes_what_we_show(shared, shown):
    schema = json.loads((shared / "slack/schemas/A_chat_postMessage.json").read_text())
    args = {"channel": "C1", "thread_ts": "1.0", "token": "xoxb-1", **shown}

    Draft7Validator(schema).validate(args)
    for block in shown.get("blocks", []):  # the schema lets any other block pass
        kinds = json.loads((shared / "slack/schemas/BlocksAny.json").read_text())
        kinds["$ref"] = "#/definitions/KnownBlock"
        Draft7Validator(kinds).validate(block)


def test_every_task_of_a_plan_is_a_card_that_slack_knows(shared):
    schema = json.loads((shared / "slack/schemas/BlocksAny.json").read_text())
    schema["$ref"] = "#/definitions/TaskCardBlock"
    (plan,) = messages.plan("Asking", [task(state) for state in TaskState])["blocks"]

    for card in plan["tasks"]:
        Draft7Validator(schema).validate(card)
    states = ["in_progress", "complete", "error", "pending", "error"]
    assert [card["status"] for card in plan["tasks"]] == states


def test_a_notification_reads_as_the_message_does():
    neutral = sanitize.markdown("R&D says **5 < 6** &amp; more")

    assert messages.fallback(neutral) == "R&amp;D says **5 &lt; 6** &amp;amp; more"


def test_a_notification_is_never_empty():
    assert messages.fallback("\u200b") == "…"


def test_a_plan_shows_signs_as_they_are_where_slack_decodes_nothing():
    (plan,) = messages.plan("Asking M&A Counsel", [task(reason="R&D: 5 < 6")])["blocks"]
    (card,) = plan["tasks"]

    assert plan["title"] == "Asking M&A Counsel"
    assert card["title"] == "M&A Counsel"
    assert card["details"]["elements"][0]["elements"][0]["text"] == "R&D: 5 ‹ 6"  # noqa: RUF001


@pytest.mark.parametrize("show", [messages.plan, messages.plain_plan])
def test_nothing_in_a_plan_is_live(show):
    shown = json.dumps(show(LIVE, [task()]), ensure_ascii=False)

    assert "<" not in shown
    assert "@here" not in shown


def test_a_task_without_a_reason_has_no_details():
    (plan,) = messages.plan("Asking", [task(reason=" \n")])["blocks"]

    assert "details" not in plan["tasks"][0]


def test_the_plan_text_has_experts_reasons_and_progress():
    words = messages.plan_text("Asking", [task(TaskState.FAILED, "First\nsecond")])

    assert words == "Asking\n• M&amp;A Counsel (no answer): First second"


@pytest.mark.parametrize(("count", "listed"), [(9, 9), (60, 60), (500, None)])
def test_the_text_of_a_long_plan_leaves_out_reasons_and_says_how_many_tasks_it_lacks(count, listed):
    words = messages.plan_text("Asking", [task(reason="why " * 99, number=n) for n in range(count)])
    heading, *lines = words.split("\n")
    shown = [line for line in lines if line.startswith("• M&amp;A Counsel (at work)")]
    assert heading == "Asking"
    assert len(words) <= messages.LONGEST_FALLBACK
    assert len(shown) == (listed or len(lines) - 1)
    assert lines[len(shown) :] == ([] if listed else [f"And {count - len(shown)} more."])


def test_an_introduction_cannot_be_forged():
    shown = messages.introduced(Persona("<!channel> [x](https://x)", ":scales:"), "Yes.")

    assert "<" not in shown
    assert "](" not in shown


@given(st.text(alphabet="ab <>[]()!`*\\\n#-|:/.&;", max_size=120))
def test_a_piece_is_the_same_when_it_is_neutralised_again(markdown):
    for piece in splitting.split(sanitize.markdown(markdown), 60):
        assert sanitize.markdown(piece) == piece
