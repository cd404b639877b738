"""Threads of thousands of replies: read from their end, in a bounded number of calls."""

import pytest

from bot.adapters.slack.api.metadata import MessageStamp
from bot.adapters.slack.threads.lengths import HISTORY, MOST_MESSAGES
from bot.panel.model import ConversationId, MessageTs, ThreadRef, TurnId
from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL
from bot.playground.slack.workspace.messages import Message
from tests.fakes.people import whoever

MONTH = 30 * 24 * 3600.0
REPLIES = 5_000
THREAD_TS = "1700000000.000000"


def steadily(part: float) -> float:
    return part


def lately(part: float) -> float:
    """Nearly all at the end."""
    return part**0.01


def at_first(part: float) -> float:
    """Nearly all at the beginning."""
    return part**100


def long_thread(neighbour, replies=REPLIES, pace=steadily, ours=(), mentions=()) -> ThreadRef:
    """A thread of numbered replies, of which some are *ours*, and some mention us."""
    workspace = neighbour.slack.workspace
    thread = ThreadRef(workspace.team_id, GENERAL, THREAD_TS)
    workspace.post(Message(THREAD_TS, GENERAL, "the question", user=ADA))
    for number in range(1, replies + 1):
        after = MONTH * pace(number / replies) + number / 1_000
        ts = f"{float(THREAD_TS) + after:.6f}"
        text = f"reply {number}" + (f" <@{BOT_USER}>" if number in mentions else "")
        message = Message(ts, GENERAL, text, user=BEN, thread_ts=THREAD_TS)
        if number in ours:
            stamp = MessageStamp(
                TurnId(f"T:C:{number}"), "reply:call_1:0", "legal", f"conv_{number}"
            )
            place = {"team": thread.team_id, "channel": GENERAL, "thread_ts": THREAD_TS}
            message.metadata = neighbour.signer.metadata(stamp, **place)
            message.user, message.bot_id = BOT_USER, neighbour.identity.bot_id
        workspace.post(message)
    return thread


def end_of(neighbour, thread: ThreadRef) -> MessageTs:
    return MessageTs(f"{float(neighbour.replies(thread)[-1].ts) + 1:.6f}")


@pytest.fixture
def calls(neighbour):
    """How often a part of a thread was read."""
    return lambda: neighbour.count("conversations.replies")


@pytest.mark.parametrize(("pace", "most"), [(steadily, 5), (lately, 10), (at_first, 16)])
async def test_the_newest_messages_are_read_in_a_few_calls(neighbour, calls, pace, most):
    thread = long_thread(neighbour, pace=pace)

    said = await neighbour.transcript.earlier(thread, before=end_of(neighbour, thread), since=None)

    numbers = [int(one.text.removeprefix("reply ")) for one in said]
    assert numbers == list(range(REPLIES - MOST_MESSAGES + 1, REPLIES + 1))
    assert sum(len(one.speaker + one.whole) for one in said) <= HISTORY.together
    assert calls() <= most


async def test_of_thousands_of_unread_replies_the_newest_are_read(neighbour, calls):
    thread = long_thread(neighbour)
    since = MessageTs(neighbour.replies(thread)[999].ts)

    said = await neighbour.transcript.earlier(thread, before=end_of(neighbour, thread), since=since)

    numbers = [int(one.text.removeprefix("reply ")) for one in said]
    assert numbers == list(range(REPLIES - MOST_MESSAGES + 1, REPLIES + 1))
    assert calls() <= 6


@pytest.mark.parametrize(("ours", "most"), [(4_990, 3), (4_000, 10), (2_500, 29), (10, 29)])
async def test_the_newest_conversation_is_found_wherever_it_is_named(neighbour, calls, ours, most):
    thread = long_thread(neighbour, ours=(5, ours))

    named = await neighbour.transcript.routers_of(thread)

    assert named.signed == ConversationId(f"conv_{ours}")
    assert calls() <= most


async def test_a_thread_in_which_we_never_spoke_is_known_after_hardly_more_calls_than_pages(
    neighbour, calls
):
    thread = long_thread(neighbour)
    assert (await neighbour.transcript.routers_of(thread)).signed is None
    assert calls() <= 29


async def test_a_short_thread_is_read_in_one_call(neighbour, calls):
    thread = long_thread(neighbour, replies=198, ours=(3, 100))

    named = await neighbour.transcript.routers_of(thread)

    assert named.signed == ConversationId("conv_100")
    assert calls() == 1


async def test_where_slack_gives_fifteen_messages_a_minute_only_the_newest_are_read(
    neighbour, calls
):
    neighbour.slack.hazards.most_on_a_page = 15
    thread = long_thread(neighbour)

    said = await neighbour.transcript.earlier(thread, before=end_of(neighbour, thread), since=None)

    assert said[0].text == "the question"
    assert said[-1].text == f"reply {REPLIES}"
    assert len(said) > 30
    assert calls() <= 6


@pytest.mark.parametrize(("mentioned", "found"), [(4_950, True), (0, False)])
async def test_whether_a_thread_of_others_is_ours_is_found_in_a_few_calls(
    neighbour, calls, mentioned, found
):
    thread = long_thread(neighbour, mentions=(mentioned,))
    before = end_of(neighbour, thread)

    was = await neighbour.transcript.was_mentioned(thread, before=before, by=whoever)

    assert was is found
    assert calls() <= 6


async def test_what_seems_to_wait_is_looked_for_among_the_newest_messages(neighbour, calls):
    thread = long_thread(neighbour, ours=(4_990,))

    assert await neighbour.messenger.settled(thread, None, None, ()) == []
    assert calls() <= 10
