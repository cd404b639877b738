from dataclasses import replace

import pytest

from bot.adapters.slack.api.identity import identify
from bot.adapters.slack.posting.messenger import SlackMessenger
from bot.panel.errors import MessengerRefused, MessengerUnavailable, ThreadGone
from bot.panel.made_files import StoredFile
from bot.panel.messaging.messenger import Ending, PlanTask, Post, TaskState
from bot.panel.model import (
    ApprovalId,
    ConversationId,
    ExpertName,
    FileId,
    MessageTs,
    Persona,
    TurnId,
)
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests import slack_faults as hazards

LEGAL = Persona("Legal Counsel", ":scales:")
TURN = TurnId("T0ACME:C0GENERAL:1.0")


def post(text="Yes.", part="reply:call_1:0", persona=LEGAL):
    return Post(TURN, part, text, ConversationId("conv_1"), persona, ExpertName("legal"))


def tasks(state):
    return [PlanTask("call_1", LEGAL, "Licences.", state)]


async def test_an_expert_answers_under_its_persona(neighbour):
    thread = neighbour.begin()

    ts = await neighbour.messenger.post(thread, post("**Yes.**"))

    (reply,) = neighbour.replies(thread)
    assert reply.ts == ts
    assert (reply.username, reply.icon_emoji) == ("Legal Counsel", ":scales:")
    assert reply.blocks == [{"type": "markdown", "text": "**Yes.**"}]
    sent = neighbour.slack.calls[-1].args
    assert sent["unfurl_links"] == sent["unfurl_media"] == "false"


async def test_the_end_of_a_reply_carries_what_can_be_done_with_it(neighbour):
    thread = neighbour.begin()

    await neighbour.messenger.post(thread, replace(post("Yes."), ends_reply=True))

    (reply,) = neighbour.replies(thread)
    assert reply.username == "Legal Counsel"
    assert [block["type"] for block in reply.blocks] == ["markdown", "actions", "context_actions"]


async def test_a_reply_that_gets_its_name_afterwards_keeps_its_buttons(neighbour):
    neighbour.slack.state.scopes.discard("chat:write.customize")
    thread = neighbour.begin()

    await neighbour.messenger.post(thread, replace(post("Yes."), ends_reply=True))

    (reply,) = neighbour.replies(thread)
    assert "Legal Counsel" in reply.blocks[0]["text"]
    assert reply.blocks[1]["type"] == "actions"


async def test_nothing_in_a_reply_is_live(neighbour):
    thread = neighbour.begin()

    await neighbour.messenger.post(
        thread, post("<!channel> <@U0ADA> [safe](https://evil.example) ![x](https://i.example/x)")
    )

    (reply,) = neighbour.replies(thread)
    shown = reply.blocks[0]["text"] + reply.text
    assert "<" not in shown
    assert "](" not in shown
    assert "https://evil.example" in shown


@pytest.mark.parametrize("fault", [hazards.silence, hazards.reset, hazards.server_error])
async def test_a_message_whose_answer_gets_lost_is_posted_once(neighbour, fault):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("chat.postMessage", fault(after_effect=True))

    ts = await neighbour.messenger.post(thread, post())

    assert [reply.ts for reply in neighbour.replies(thread)] == [ts]


@pytest.mark.parametrize("fault", [hazards.reset, hazards.server_error])
async def test_a_message_that_did_not_arrive_is_posted_again(neighbour, fault):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("chat.postMessage", fault())

    await neighbour.messenger.post(thread, post())

    assert len(neighbour.replies(thread)) == 1


@pytest.mark.parametrize("fault", [hazards.rate_limited(1), hazards.rate_limited_in_body()])
async def test_slacks_wish_to_wait_is_granted(neighbour, fault):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("chat.postMessage", fault)

    await neighbour.messenger.post(thread, post())

    assert len(neighbour.replies(thread)) == 1


async def test_a_wish_to_wait_for_long_is_passed_on(neighbour):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("chat.postMessage", hazards.rate_limited(60))

    with pytest.raises(MessengerUnavailable) as caught:
        await neighbour.messenger.post(thread, post())

    assert caught.value.after == 60


async def test_a_posted_message_is_found_by_its_turn_and_part(neighbour):
    thread = neighbour.begin()
    ts = await neighbour.messenger.post(thread, post())

    assert await neighbour.messenger.find(thread, TURN, "reply:call_1:0") == ts
    assert await neighbour.messenger.find(thread, TURN, "reply:call_2:0") is None


async def test_only_the_part_of_a_long_thread_that_the_turn_can_have_written_is_searched(neighbour):
    thread = neighbour.begin()
    say = neighbour.slack.people.say
    for number in range(250):
        last = say(ADA, GENERAL, f"message {number}", thread.thread_ts)
    turn = TurnId(f"T0ACME:{GENERAL}:{last}")
    ts = await neighbour.messenger.post(thread, replace(post(), turn=turn))

    assert await neighbour.messenger.find(thread, turn, "reply:call_1:0") == ts
    assert neighbour.count("conversations.replies") == 1


async def test_another_apps_copy_of_a_stamp_is_not_taken_for_ours(neighbour):
    thread = neighbour.begin()
    await neighbour.messenger.post(thread, post())
    (ours,) = neighbour.replies(thread)
    ours.bot_id = "B0OTHER"

    assert await neighbour.messenger.find(thread, TURN, "reply:call_1:0") is None


async def test_a_persona_message_is_never_edited(neighbour):
    thread = neighbour.begin()

    await neighbour.messenger.post(thread, post())
    await neighbour.messenger.post(thread, post("A synthesis.", "synthesis:0", None))

    assert neighbour.count("chat.update") == 0


async def test_without_the_scope_the_name_leads_the_text(neighbour):
    thread = neighbour.begin()
    neighbour.slack.state.scopes.discard("chat:write.customize")
    web = neighbour.api._web
    messenger = SlackMessenger(
        neighbour.api, await identify(web), neighbour.signer, neighbour.outbox
    )

    await messenger.post(thread, post())

    (reply,) = neighbour.replies(thread)
    assert reply.username is None
    assert reply.blocks[0]["text"] == ":scales: **Legal Counsel**\n\nYes."


@pytest.mark.parametrize("personas", ["ignored", "refused"])
async def test_a_persona_that_slack_does_not_take_leads_the_text(neighbour, personas):
    thread = neighbour.begin()
    neighbour.slack.hazards.personas = personas

    await neighbour.messenger.post(thread, post("One."))
    await neighbour.messenger.post(thread, post("Two.", "reply:call_2:0"))

    texts = [reply.blocks[0]["text"] for reply in neighbour.replies(thread)]
    assert texts == [":scales: **Legal Counsel**\n\nOne.", ":scales: **Legal Counsel**\n\nTwo."]


async def test_a_name_that_slack_reserves_leads_its_text_only(neighbour):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("chat.postMessage", hazards.error("reserved_username"))

    await neighbour.messenger.post(thread, post("One."))
    await neighbour.messenger.post(thread, post("Two.", "reply:call_2:0"))

    shown = [(reply.username, reply.blocks[0]["text"]) for reply in neighbour.replies(thread)]
    assert shown == [
        (None, ":scales: **Legal Counsel**\n\nOne."),
        ("Legal Counsel", "Two."),
    ]


async def test_a_name_that_cannot_be_added_afterwards_does_not_undo_the_post(neighbour):
    thread = neighbour.begin()
    neighbour.slack.hazards.personas = "ignored"
    neighbour.slack.hazards.on("chat.update", hazards.error("edit_window_closed"))

    ts = await neighbour.messenger.post(thread, post())

    assert [reply.ts for reply in neighbour.replies(thread)] == [ts]


UNFIT = ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"]
REPLY = """# Title

**5 < 6** <!channel> and `a.csv`:

| a | b |
|---|---|
| c | d |

1. one
   - inner"""


@pytest.mark.parametrize("code", UNFIT)
async def test_markdown_that_slack_does_not_take_is_posted_in_sections(neighbour, code):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("chat.postMessage", hazards.error(code))
    file = StoredFile(FileId("F1"), "a.csv", "https://a.example/a.csv")

    await neighbour.messenger.post(
        thread, replace(post(REPLY), ends_reply=True, stored_files=(file,))
    )

    (reply,) = neighbour.replies(thread)
    assert reply.username == "Legal Counsel"
    kinds = ["section", "section", "actions", "context_actions"]
    assert [block["type"] for block in reply.blocks] == kinds
    assert reply.blocks[0]["text"]["text"] == (
        "*Title*\n\n*5 &lt; 6* &lt;!channel&gt; and `a.csv`:\n\n"
        "```\na | b\n- | -\nc | d\n```\n\n1. one\n    • inner"
    )
    assert "a.csv" in reply.blocks[1]["text"]["text"]
    assert await neighbour.messenger.find(thread, TURN, "reply:call_1:0") == reply.ts


async def test_without_support_for_thumbs_the_other_buttons_stay(neighbour):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("chat.postMessage", hazards.error("invalid_blocks"), times=2)

    await neighbour.messenger.post(thread, replace(post("Yes."), ends_reply=True))
    await neighbour.messenger.post(thread, replace(post("No.", "reply:2:0"), ends_reply=True))

    first, second = neighbour.replies(thread)
    assert [block["type"] for block in first.blocks] == ["section", "actions"]
    assert [block["type"] for block in second.blocks] == ["markdown", "actions", "context_actions"]


async def test_of_what_slack_takes_in_no_form_the_whole_text_is_posted(neighbour):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("chat.postMessage", hazards.error("invalid_blocks"), times=3)
    text = "word " * 2_000

    await neighbour.messenger.post(thread, replace(post(text), ends_reply=True))

    (reply,) = neighbour.replies(thread)
    assert (reply.username, reply.blocks) == ("Legal Counsel", [])
    assert reply.text.split() == text.split()


@pytest.mark.parametrize("strict", [True, False])
async def test_what_is_split_is_taken_as_it_is(neighbour, strict):
    thread = neighbour.begin()
    neighbour.slack.hazards.strict_markdown = strict
    rows = "| a | b |\n|---|---|\n" + "| c | d |\n" * 250
    text = f"{rows}\n" + "# h\n\n---\n\n" * 60 + "|" + "x|" * 25 + "\n|" + "-|" * 25

    pieces = neighbour.messenger.pieces(text)
    for number, piece in enumerate(pieces):
        reply = replace(post(piece, f"reply:call_1:{number}"), ends_reply=True)
        await neighbour.messenger.post(thread, reply)

    replies = neighbour.replies(thread)
    assert neighbour.count("chat.postMessage") == len(replies) == len(pieces) > 3


@pytest.mark.parametrize("code", UNFIT)
async def test_an_ending_in_a_message_that_slack_does_not_take_is_shown_in_sections(
    neighbour, code
):
    thread = neighbour.begin()
    asked = replace(post("May I?", "approval", None), approval=ApprovalId("a1"))
    ts = await neighbour.messenger.post(thread, asked)
    neighbour.slack.hazards.on("chat.update", hazards.error(code))

    await neighbour.messenger.send(neighbour.messenger.ended(thread, ts, asked, Ending("Closed.")))

    (shown,) = neighbour.replies(thread)
    assert [block["type"] for block in shown.blocks] == ["section", "context"]


async def test_a_long_reply_comes_in_pieces_that_slack_takes(neighbour):
    thread = neighbour.begin()
    text = "\n\n".join(f"Paragraph {n}. " + "word " * 300 for n in range(30))

    pieces = neighbour.messenger.pieces(text)
    for number, piece in enumerate(pieces):
        await neighbour.messenger.post(thread, post(piece, f"reply:call_1:{number}"))

    assert len(neighbour.replies(thread)) == len(pieces) > 1
    assert [r.blocks[0]["text"] for r in neighbour.replies(thread)] == list(pieces)


async def test_the_plan_is_one_message_that_changes(neighbour):
    thread = neighbour.begin()
    plan = post("Asking Legal Counsel", "plan", None)

    ts = await neighbour.messenger.post_plan(thread, plan, tasks(TaskState.WORKING))
    await neighbour.messenger.update_plan(thread, ts, plan, tasks(TaskState.DONE))

    (shown,) = neighbour.replies(thread)
    block, _buttons = shown.blocks
    assert block["type"] == "plan"
    assert block["tasks"][0]["status"] == "complete"
    assert "Legal Counsel (answered): Licences." in shown.text
    assert await neighbour.messenger.find(thread, TURN, "plan") == ts


async def test_a_last_state_whose_answer_gets_lost_is_brought_about_again(neighbour):
    thread = neighbour.begin()
    plan = post("Asking", "plan", None)
    ts = await neighbour.messenger.post_plan(thread, plan, tasks(TaskState.WORKING))
    neighbour.slack.hazards.on("chat.update", hazards.reset())

    ended = neighbour.messenger.plan_ended(thread, ts, plan, tasks(TaskState.DONE))
    await neighbour.messenger.send(ended)

    (shown,) = neighbour.replies(thread)
    assert shown.blocks[0]["tasks"][0]["status"] == "complete"


async def test_a_slack_without_plan_blocks_gets_updates_in_words(neighbour):
    thread = neighbour.begin()
    plan = post("Asking", "plan", None)
    ts = await neighbour.messenger.post_plan(thread, plan, tasks(TaskState.WORKING))
    neighbour.slack.hazards.on("chat.update", hazards.error("invalid_blocks"))

    ended = neighbour.messenger.plan_ended(thread, ts, plan, tasks(TaskState.STOPPED))
    await neighbour.messenger.send(ended)

    (shown,) = neighbour.replies(thread)
    assert "Legal Counsel (was stopped): Licences." in shown.blocks[0]["text"]["text"]


async def test_a_plan_whose_message_is_gone_has_no_last_state(neighbour):
    thread, gone = neighbour.begin(), MessageTs("1.000001")

    with pytest.raises(MessengerRefused, match="message_not_found"):
        await neighbour.messenger.update_plan(thread, gone, post(), tasks(TaskState.DONE))
    await neighbour.messenger.send(
        neighbour.messenger.plan_ended(thread, gone, post(), tasks(TaskState.DONE))
    )


async def test_a_stopped_task_is_no_failure(neighbour):
    thread, plan = neighbour.begin(), post("Stopped asking Legal Counsel", "plan", None)
    ts = await neighbour.messenger.post_plan(thread, plan, tasks(TaskState.WORKING))

    await neighbour.messenger.send(
        neighbour.messenger.plan_ended(thread, ts, plan, tasks(TaskState.STOPPED))
    )

    (shown,) = neighbour.replies(thread)
    (card,) = shown.blocks[0]["tasks"]
    assert (card["status"], card["title"]) == ("error", "Legal Counsel (stopped)")


async def test_a_slack_without_plan_blocks_gets_the_plan_in_words(neighbour):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("chat.postMessage", hazards.error("invalid_blocks"))

    await neighbour.messenger.post_plan(
        thread, post("Asking", "plan", None), tasks(TaskState.FAILED)
    )

    (shown,) = neighbour.replies(thread)
    assert "no answer" in shown.blocks[0]["text"]["text"]


async def test_the_status_shows_until_it_is_cleared(neighbour):
    thread = neighbour.begin()
    await neighbour.messenger.show_status(thread, "is reading…")
    assert next(iter(neighbour.slack.workspace.statuses.values())).text == "is reading…"

    await neighbour.messenger.show_status(thread, "")
    assert not neighbour.slack.workspace.statuses


@pytest.mark.parametrize("fault", [hazards.error("no_permission"), hazards.rate_limited(60)])
async def test_a_status_that_cannot_be_shown_is_complained_of_once(neighbour, fault, caplog):
    thread = neighbour.begin()
    neighbour.slack.hazards.on("assistant.threads.setStatus", fault, times=2)

    is_settled = [
        await neighbour.messenger.show_status(thread, status) for status in ("is reading…", "…")
    ]

    assert is_settled == [fault.error == "no_permission"] * 2
    assert [record.message for record in caplog.records] == ["status.not_shown"]


async def test_an_archived_channel_is_said_to_be_so(neighbour):
    thread = neighbour.begin()
    neighbour.slack.workspace.channels[thread.channel_id].is_archived = True

    with pytest.raises(ThreadGone, match="is_archived"):
        await neighbour.messenger.post(thread, post())
