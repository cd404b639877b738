"""The buttons that decide, and the message that they stand under."""

from dataclasses import replace

from bot.adapters.slack.buttons.reply_buttons import APPROVE, DECLINE, row
from bot.panel.messaging.messenger import Ending, Post
from bot.panel.model import ApprovalId, ConversationId, TurnId, UserId
from bot.playground.slack.workspace.company import ADA

APPROVAL = ApprovalId("T1:C1:1.0/call_1")
TEXT = "Legal wants to use `open_ticket`:\n```\ntitle: <!channel>\n```"
ENDING = Ending("Approved by {by}, {at}.", UserId(ADA), 1_795_000_000)


def asking(turn: str) -> Post:
    return Post(TurnId(turn), "approval:call_1", TEXT, ConversationId("conv_1"), approval=APPROVAL)


async def asked(neighbour):
    thread = neighbour.begin()
    post = asking(f"{thread.team_id}:{thread.channel_id}:{thread.thread_ts}")
    return thread, post, await neighbour.messenger.post(thread, post)


def test_a_question_has_two_buttons_that_say_what_they_do():
    (actions,) = row(asking("T1:C1:1.0"))

    buttons = actions["elements"]
    assert [button["action_id"] for button in buttons] == [APPROVE, DECLINE]
    assert [button["text"]["text"] for button in buttons] == ["Approve", "Decline"]
    assert all(button["value"] == APPROVAL for button in buttons)
    assert all(
        button["accessibility_label"].startswith(button["text"]["text"]) for button in buttons
    )


async def test_after_the_decision_a_note_replaces_the_buttons(neighbour):
    thread, post, ts = await asked(neighbour)

    for _again in range(2):
        await neighbour.messenger.send(neighbour.messenger.ended(thread, ts, post, ENDING))

    (message,) = neighbour.replies(thread)
    told, note = message.blocks
    assert told["text"] == "Legal wants to use `open_ticket`:\n```\ntitle: &lt;!channel&gt;\n```"
    when = "<!date^1795000000^{date_short_pretty} {time}|2026-11-18 11:06 UTC>"
    assert note["elements"][0]["text"] == f"Approved by <@{ADA}>, {when}."
    assert message.text.endswith(f"Approved by <@{ADA}>, 2026-11-18 11:06 UTC.")
    assert await neighbour.messenger.find(thread, post.turn, post.part) == ts


async def test_a_deleted_question_is_no_error(neighbour):
    thread, post, ts = await asked(neighbour)
    neighbour.slack.workspace.delete(neighbour.replies(thread)[0])

    await neighbour.messenger.send(neighbour.messenger.ended(thread, ts, post, ENDING))

    assert neighbour.replies(thread) == []


async def test_a_question_is_nothing_that_models_read(neighbour):
    thread, post, _ = await asked(neighbour)
    said = replace(post, part="synthesis:0", text="They agree.", approval=None)
    last = await neighbour.messenger.post(thread, said)

    told = await neighbour.transcript.earlier(thread, before=f"{float(last) + 1:.6f}", since=None)

    assert [one.text for one in told] == ["hello", "They agree."]
