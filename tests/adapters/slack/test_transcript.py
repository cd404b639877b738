from bot.adapters.slack.metadata import StampSigner
from bot.adapters.slack.transcript import MOST_CHARACTERS
from bot.panel.model import (
    ConversationId,
    ExpertName,
    Message,
    MessageTs,
    Persona,
    Turn,
    TurnId,
    UserId,
)
from bot.panel.ports import Post
from bot.playground.slack.company import ADA, BEN, GENERAL

TURN = TurnId("T0ACME:C0GENERAL:1.0")
LEGAL = Persona("Legal Counsel", ":scales:")


def answer(part="reply:call_1:0", router="conv_1", text="Yes."):
    return Post(TURN, part, text, ConversationId(router), LEGAL, ExpertName("legal"))


async def test_mentions_are_read_as_names(neighbour):
    thread = neighbour.begin()
    message = Message(MessageTs("1.0"), UserId(ADA), f"ask <@{BEN}> &amp; me", files=2)

    (said,) = await neighbour.transcript.readable(Turn(TURN, thread, (message,)))

    assert (said.speaker, said.text) == ("Ada", "ask @Ben & me\n[2 files attached]")


async def test_a_message_without_text_is_read_as_such(neighbour):
    thread = neighbour.begin()
    message = Message(MessageTs("1.0"), UserId("U0NOBODY"), "")

    (said,) = await neighbour.transcript.readable(Turn(TURN, thread, (message,)))

    assert (said.speaker, said.text) == ("Somebody", "[no text]")


async def test_earlier_talk_has_speakers_and_experts_but_no_plans(neighbour):
    thread = neighbour.begin("a question")
    say = neighbour.slack.people.say
    say(BEN, GENERAL, "a reply", thread.thread_ts)
    await neighbour.messenger.post_plan(thread, answer("plan"), [])
    await neighbour.messenger.post(thread, answer())
    last = say(ADA, GENERAL, "now", thread.thread_ts)

    said = await neighbour.transcript.earlier(thread, before=MessageTs(last), since=None)

    assert [(one.speaker, one.text) for one in said] == [
        ("Ada", "a question"),
        ("Ben", "a reply"),
        ("Legal Counsel", "Yes."),
    ]


async def test_of_a_long_thread_the_oldest_is_left_out(neighbour):
    thread = neighbour.begin("x" * MOST_CHARACTERS)
    say = neighbour.slack.people.say
    say(BEN, GENERAL, "short", thread.thread_ts)
    last = say(ADA, GENERAL, "now", thread.thread_ts)

    said = await neighbour.transcript.earlier(thread, before=MessageTs(last), since=None)

    assert [one.text for one in said] == ["short"]


async def test_our_own_messages_tell_the_router(neighbour):
    thread = neighbour.begin()
    await neighbour.messenger.post(thread, answer(router="conv_1"))
    await neighbour.messenger.post(thread, answer("reply:call_2:0", router="conv_2"))

    assert await neighbour.transcript.router_of(thread) == "conv_2"


async def test_a_stamp_signed_by_another_is_not_believed(neighbour):
    thread = neighbour.begin()
    neighbour.messenger._signer = StampSigner(["another-secret-entirely"])
    await neighbour.messenger.post(thread, answer())

    assert await neighbour.transcript.router_of(thread) is None


async def test_threads_of_a_channel_are_listed(neighbour):
    thread = neighbour.begin()
    neighbour.begin("nobody replies")
    await neighbour.messenger.post(thread, answer())

    roots = [ts async for ts in neighbour.transcript.thread_roots(GENERAL)]

    assert roots == [thread.thread_ts]
