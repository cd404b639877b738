from dataclasses import replace

import pytest

from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.threads.lengths import HISTORY, MOST_MESSAGES, UNREAD
from bot.panel.messaging.handles import Handle
from bot.panel.messaging.messenger import Post
from bot.panel.model import (
    ConversationId,
    ExpertName,
    FileId,
    Message,
    MessageTs,
    Persona,
    SharedFile,
    ThreadRef,
    Turn,
    TurnId,
    UserId,
)
from bot.panel.utterance import Author, Role
from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL
from bot.playground.slack.workspace.messages import Message as PlayedMessage
from tests.fakes.people import whoever

TURN = TurnId("T0ACME:C0GENERAL:1.0")
FILES = (SharedFile(FileId("F1"), "a.pdf"), SharedFile(FileId("F2"), "b\nc.png"))
LEGAL = Persona("Legal Counsel", ":scales:")


def answer(part="reply:call_1:0", router="conv_1", text="Yes."):
    return Post(TURN, part, text, ConversationId(router), LEGAL, ExpertName("legal"))


async def test_mentions_are_read_as_names(neighbour):
    thread = neighbour.begin()
    message = Message(MessageTs("1.0"), UserId(ADA), f"ask <@{BEN}> &amp; me", files=FILES)

    (utterance,) = await neighbour.transcript.turn_messages(Turn(TURN, thread, (message,)))

    assert (utterance.speaker, utterance.author) == ("Ada", Author(ADA, Role.PERSON))
    assert (utterance.text, utterance.shown) == ("ask @Ben & me", "[attached: a.pdf, b c.png]")


async def test_handles_are_read_as_people_type_them(neighbour):
    thread = neighbour.begin("<!subteam^S1> may we?")
    await neighbour.handle_store.put("T0ACME", Handle("S1", ExpertName("legal"), "panel-legal"))
    message = Message(MessageTs("1.0"), UserId(ADA), "<!subteam^S1|@old> and <!subteam^S2>?")

    (asked,) = await neighbour.transcript.turn_messages(Turn(TURN, thread, (message,)))
    (kept,) = await neighbour.transcript.all_messages(thread)

    assert asked.text == "@panel-legal and @group?"
    assert kept.text == "@panel-legal may we?"


async def test_a_handle_summons_like_a_mention(neighbour):
    thread = neighbour.begin("<!subteam^S1> may we?")
    later = neighbour.slack.people.say(ADA, GENERAL, "well?", thread.thread_ts)
    before = MessageTs(later)
    assert not await neighbour.transcript.was_mentioned(thread, before=before, by=whoever)

    await neighbour.handle_store.put("T0ACME", Handle("S1", ExpertName("legal"), "panel-legal"))

    assert await neighbour.transcript.was_mentioned(thread, before=before, by=whoever)


async def test_a_message_without_text_is_read_as_such(neighbour):
    thread = neighbour.begin()
    message = Message(MessageTs("1.0"), UserId("U0NOBODY"), "")

    (utterance,) = await neighbour.transcript.turn_messages(Turn(TURN, thread, (message,)))

    assert (utterance.speaker, utterance.text) == ("Somebody", "[no text]")


async def test_earlier_talk_has_speakers_and_experts_but_no_plans(neighbour):
    thread = neighbour.begin("a question")
    say = neighbour.slack.people.say
    say(BEN, GENERAL, "a reply", thread.thread_ts)
    await neighbour.messenger.post_plan(thread, answer("plan"), [])
    await neighbour.messenger.post(thread, answer())
    last = say(ADA, GENERAL, "now", thread.thread_ts)

    utterances = await neighbour.transcript.earlier(thread, before=MessageTs(last), since=None)

    assert [(utterance.speaker, utterance.text) for utterance in utterances] == [
        ("Ada", "a question"),
        ("Ben", "a reply"),
        ("Legal Counsel", "Yes."),
    ]


async def test_what_was_asked_is_what_people_said_but_a_single_message_may_be_anybodys(neighbour):
    thread = neighbour.begin("a question")
    reply = await neighbour.messenger.post(thread, answer())
    root, transcript = MessageTs(thread.thread_ts), neighbour.transcript

    asked = await transcript.people_said(thread, since=root, until=reply)
    pointed_at = await transcript.people_said(thread, since=reply, until=reply)

    assert [(utterance.speaker, utterance.text) for utterance in asked] == [("Ada", "a question")]
    assert [(utterance.speaker, utterance.text) for utterance in pointed_at] == [
        ("Legal Counsel", "Yes.")
    ]


async def test_a_single_message_may_be_a_notice_of_slacks(neighbour):
    ts = neighbour.slack.people.say(ADA, GENERAL, "set the topic: boats", subtype="channel_topic")
    thread = ThreadRef(neighbour.slack.workspace.team_id, GENERAL, ts)

    (notice,) = await neighbour.transcript.people_said(thread, since=ts, until=ts)

    assert notice.text == "set the topic: boats"


async def test_our_own_asides_are_no_talk(neighbour):
    thread = neighbour.begin("a question")
    for part in ("help:0", "refused:0", "gave-up", "gave-up-2", "no-credit:0", "plan"):
        await neighbour.messenger.post(thread, replace(answer(part), persona=None))
    closing = replace(answer("synthesis:0", text="Both agree."), persona=None, expert=None)
    await neighbour.messenger.post(thread, closing)
    last = neighbour.slack.people.say(ADA, GENERAL, "now", thread.thread_ts)

    utterances = await neighbour.transcript.earlier(thread, before=MessageTs(last), since=None)

    assert [(utterance.speaker, utterance.text) for utterance in utterances] == [
        ("Ada", "a question"),
        ("Panelbot", "Both agree."),
    ]


async def test_only_what_was_said_since_then_is_read(neighbour):
    thread = neighbour.begin("the root")
    say = neighbour.slack.people.say
    say(BEN, GENERAL, "heard", thread.thread_ts)
    since = say(BEN, GENERAL, "unheard", thread.thread_ts)
    before = say(ADA, GENERAL, "now", thread.thread_ts)
    say(BEN, GENERAL, "later", thread.thread_ts)

    utterances = await neighbour.transcript.earlier(
        thread, before=MessageTs(before), since=MessageTs(since)
    )

    assert [utterance.text for utterance in utterances] == ["unheard"]


async def test_notices_of_the_channel_are_no_talk_but_other_bots_are(neighbour):
    thread = neighbour.begin("a question")
    post = neighbour.slack.workspace.post
    hanging = {"channel": GENERAL, "thread_ts": thread.thread_ts}
    new_ts = neighbour.slack.workspace.new_ts
    post(PlayedMessage(new_ts(), text="joined", user=BEN, subtype="channel_join", **hanging))
    alert = {"bot_id": "B0ALERT", "username": "Alerts", "subtype": "bot_message"}
    post(PlayedMessage(new_ts(), text="It burns", **alert, **hanging))
    post(PlayedMessage(new_ts(), text="Silently", bot_id="B0MUTE", **hanging))
    last = neighbour.slack.people.say(ADA, GENERAL, "now", thread.thread_ts)

    utterances = await neighbour.transcript.earlier(thread, before=MessageTs(last), since=None)

    assert [(utterance.speaker, utterance.text) for utterance in utterances[1:]] == [
        ("Alerts", "It burns"),
        ("Somebody", "Silently"),
    ]


async def test_of_a_long_thread_the_oldest_is_left_out(neighbour):
    thread = neighbour.begin("the root")
    say = neighbour.slack.people.say
    for number in range(MOST_MESSAGES):
        last = say(BEN, GENERAL, f"reply {number}", thread.thread_ts)

    utterances = await neighbour.transcript.earlier(thread, before=MessageTs(last), since=None)

    assert len(utterances) == MOST_MESSAGES
    assert (utterances[0].text, utterances[-1].text) == ("the root", f"reply {MOST_MESSAGES - 2}")

    last = say(ADA, GENERAL, "now", thread.thread_ts)
    utterances = await neighbour.transcript.earlier(thread, before=MessageTs(last), since=None)

    assert (utterances[0].text, len(utterances)) == ("reply 0", MOST_MESSAGES)


async def test_of_much_text_the_oldest_is_left_out(neighbour):
    thread = neighbour.begin("the root")
    say = neighbour.slack.people.say
    for letter in "abc":
        say(BEN, GENERAL, letter * (HISTORY.message - 100), thread.thread_ts)
    last = say(ADA, GENERAL, "now", thread.thread_ts)

    utterances = await neighbour.transcript.earlier(thread, before=MessageTs(last), since=None)
    assert [utterance.text[0] for utterance in utterances] == ["t", "a", "b", "c"]

    last = say(ADA, GENERAL, "x" * 500, thread.thread_ts)
    last = say(ADA, GENERAL, "now", thread.thread_ts)
    utterances = await neighbour.transcript.earlier(thread, before=MessageTs(last), since=None)
    assert [utterance.text[0] for utterance in utterances] == ["b", "c", "n", "x"]
    assert sum(len(utterance.text) for utterance in utterances) <= HISTORY.together


async def test_a_very_long_message_is_cut(neighbour):
    thread = neighbour.begin("x" * 39_000)
    last = neighbour.slack.people.say(ADA, GENERAL, "now", thread.thread_ts)

    (utterance,) = await neighbour.transcript.earlier(thread, before=MessageTs(last), since=None)

    assert utterance.text == "x" * HISTORY.message + " […]"


async def test_what_has_not_been_read_yet_is_cut_later(neighbour):
    thread = neighbour.begin("x" * 39_000)
    root = MessageTs(thread.thread_ts)
    last = MessageTs(neighbour.slack.people.say(ADA, GENERAL, "now", thread.thread_ts))
    transcript = neighbour.transcript

    (unread,) = await transcript.earlier(thread, before=last, since=root)
    (about,) = await transcript.people_said(thread, since=root, until=root)

    assert unread.text == about.text == "x" * UNREAD.message + " […]"


async def test_not_everybody_whom_a_long_list_mentions_is_looked_up(neighbour):
    listed = " ".join(f"<@U0X{number}>" for number in range(500))
    message = Message(MessageTs("1.0"), UserId(ADA), "look", quoted=f"> {listed}")

    await neighbour.transcript.turn_messages(Turn(TURN, neighbour.begin(), (message,)))

    assert neighbour.count("users.info") == 101


async def test_a_thread_that_cannot_be_seen_tells_nothing(neighbour):
    nowhere = ThreadRef("T0ACME", GENERAL, "1.000001")

    assert (await neighbour.transcript.routers_of(nowhere)).signed is None
    assert not await neighbour.transcript.earlier(nowhere, before=MessageTs("2.0"), since=None)


@pytest.mark.parametrize("written", ["`<@{}>`", "```a\n<@{}>```", "&gt; <@{}> hello\nso what?"])
async def test_code_and_quotes_summon_nobody(neighbour, written):
    thread = neighbour.begin(written.format(BOT_USER))
    later = neighbour.slack.people.say(BEN, GENERAL, "well?", thread.thread_ts)

    assert not await neighbour.transcript.was_mentioned(thread, before=MessageTs(later), by=whoever)


async def test_a_summons_counts_for_what_comes_after_it(neighbour):
    thread = neighbour.begin("lunch?")
    say = neighbour.slack.people.say
    between = say(ADA, GENERAL, "where, <@U0BEN>?", thread.thread_ts)
    say(BEN, GENERAL, f"ask <@{BOT_USER}>", thread.thread_ts)
    after = say(ADA, GENERAL, "yes, please", thread.thread_ts)

    assert not await neighbour.transcript.was_mentioned(
        thread, before=MessageTs(between), by=whoever
    )
    assert await neighbour.transcript.was_mentioned(thread, before=MessageTs(after), by=whoever)


async def test_our_own_messages_tell_the_router(neighbour):
    thread = neighbour.begin()
    await neighbour.messenger.post(thread, answer(router="conv_1"))
    await neighbour.messenger.post(thread, answer("reply:call_2:0", router="conv_2"))

    assert (await neighbour.transcript.routers_of(thread)).signed == "conv_2"


async def test_a_stamp_signed_by_another_is_not_believed(neighbour):
    thread = neighbour.begin()
    neighbour.messenger._signer = StampSigner(["another-secret-entirely"])
    await neighbour.messenger.post(thread, answer())

    assert (await neighbour.transcript.routers_of(thread)).signed is None


async def test_threads_of_a_channel_are_listed(neighbour):
    thread = neighbour.begin()
    neighbour.begin("nobody replies")
    await neighbour.messenger.post(thread, answer())

    roots = [ts async for ts in neighbour.transcript.thread_roots(GENERAL)]

    assert roots == [thread.thread_ts]


async def test_all_messages_are_returned_as_people_saw_them(neighbour):
    thread = neighbour.begin("a *question* &amp; more")
    long = "\n\n".join(f"Paragraph {number} of many < others." for number in range(300))
    await neighbour.messenger.post_plan(thread, answer("plan", text="Asking Legal"), [])
    await neighbour.messenger.post(thread, replace(answer(text=long), ends_reply=True))

    ada, plan, legal = await neighbour.transcript.all_messages(thread)

    assert (ada.speaker, ada.text, ada.is_markdown) == ("Ada", "a *question* & more", False)
    assert (plan.text, plan.expert, plan.call_id) == ("Asking Legal", "legal", None)
    assert (legal.speaker, legal.expert, legal.call_id) == ("Legal Counsel", "legal", "call_1")
    assert (legal.text, legal.is_markdown) == (long, True)


async def test_a_reply_that_slack_stores_as_rich_text_is_read_completely(neighbour):
    thread = neighbour.begin()
    await neighbour.messenger.post(thread, answer(text="x" * 5_000))
    (reply,) = neighbour.replies(thread)
    words = {"type": "text", "text": "x" * 5_000}
    section = {"type": "rich_text_section", "elements": [words]}
    reply.blocks[:] = [{"type": "rich_text", "elements": [section]}]

    _, legal = await neighbour.transcript.all_messages(thread)

    assert legal.text == "x" * 5_000


async def test_messages_are_read_as_they_were_edited(neighbour):
    people = neighbour.slack.people
    thread = neighbour.begin("one")
    second, third = (people.say(BEN, GENERAL, text, thread.thread_ts) for text in ("two", "three"))
    people.edit(BEN, GENERAL, second, "deux")
    people.delete(BEN, GENERAL, third)

    root, edited = await neighbour.transcript.some(thread, [third, second, thread.thread_ts])

    assert (root.text, root.edited) == ("one", None)
    assert (edited.text, float(edited.edited) > float(third)) == ("deux", True)
    assert await neighbour.transcript.some(thread, []) == ()
