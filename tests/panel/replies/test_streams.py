"""Replies that grow while they are written: nothing is lost, doubled, or left growing."""

import asyncio
from dataclasses import replace

import pytest

from bot.panel.errors import (
    MessengerRefused,
    MessengerUnavailable,
    ModelFault,
    ModelRefused,
    ModelUnavailable,
    StoreUnavailable,
)
from bot.panel.journal.failures import Failure
from bot.panel.journal.post_events import PostStarted, StreamGrowing, StreamStarted
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model.exchange import Prompt
from bot.panel.messaging.messenger import Post
from bot.panel.model import Claim, CollectionId, UserId
from bot.panel.replies.streams import Streams
from bot.panel.roster.roster import ChannelScope, Setting
from bot.panel.texts import failure_sentences, sentences
from tests.eventually import eventually
from tests.fakes.language_model import LIMIT, ROUTER, Reply, written
from tests.panel.conftest import EXPERTS, HURRY, THREAD, Bench, Dying, consult, own_id

CUT = MessengerUnavailable("cut")
OVER = MessengerRefused("message_not_in_streaming_state")
LIVE = replace(HURRY, stream_updates=0)


ANSWER = written("Yes, ", "you ", "may.")


@pytest.fixture
def bench() -> Bench:
    return streaming_bench()


def streaming_bench() -> Bench:
    bench = Bench(timeouts=LIVE)
    bench.messenger.private = True
    answers(bench, ANSWER)
    return bench


def answers(bench: Bench, answer: Reply) -> None:
    """Let Legal Counsel be asked and give *answer*."""

    def reply(prompt: Prompt) -> Reply:
        if not prompt.tools:
            return answer
        return [consult("legal")] if prompt.may_call else "Sorry."

    bench.model.reply = reply


def said(bench: Bench) -> list[str]:
    """What Legal Counsel said, message by message."""
    return [text for who, text in bench.messenger.said if who == "Legal Counsel"]


def ends(bench: Bench) -> list[bool]:
    posts = [post for _, _, post in bench.messenger.posts if post.expert == "legal"]
    return [post.ends_reply for post in posts]


async def test_a_reply_grows_under_its_persona_and_is_one_message(bench):
    await bench.ask("May we?")

    assert bench.messenger.grown == ["Yes, ", "Yes, you ", "Yes, you may."]
    assert said(bench) == ["Yes, you may."]
    assert ends(bench) == [True]
    assert bench.messenger.open == {}


async def test_a_text_of_which_nothing_can_be_shown_yet_is_not_read_with_each_word(bench):
    answers(bench, written(*"x" * 4_000))  # one word, letter by letter

    await bench.ask("May we?")

    assert len(bench.messenger.read) < 100
    assert bench.messenger.grown == []


async def test_in_a_channel_replies_are_posted_whole(bench):
    bench.messenger.private = False

    await bench.ask("May we?")

    assert bench.messenger.grown == []
    assert said(bench) == ["Yes, you may."]


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_channels_setting_decides(bench, streaming):
    bench.messenger.private = not streaming
    await bench.panels.set(ChannelScope("T1", "C1"), Setting.STREAMING, streaming)

    await bench.ask("May we?")

    assert bool(bench.messenger.grown) is streaming
    assert said(bench) == ["Yes, you may."]


async def test_who_asked_sees_it_grow(bench):
    gate = asyncio.Event()
    answers(bench, written("Yes, ", gate, "you may."))
    asking = asyncio.create_task(bench.ask("May we?"))
    await eventually(lambda: bench.messenger.open)
    assert list(bench.messenger.open.values()) == ["UMEMBER"]
    gate.set()
    await asking


async def test_the_synthesis_grows_too(bench):
    both = [consult("legal"), consult("finance")]
    bench.model.script(ROUTER, both, written("They ", "agree."))

    await bench.ask("May we, and at what cost?")

    assert "They " in bench.messenger.grown
    assert bench.messenger.said[-1] == (None, "They agree.")


async def test_the_reply_of_an_expert_that_cites_documents_is_posted_whole(bench):
    learned = replace(EXPERTS[1], collections=(CollectionId("vs_1"),))
    await bench.panels.add(ChannelScope("T1", "C1"), learned)

    await bench.ask("May we?")

    assert bench.messenger.grown == []
    assert said(bench) == ["Yes, you may."]


async def test_a_stream_that_cannot_begin_is_a_plain_post(bench):
    bench.messenger.fail_next("open", MessengerRefused("channel_type_not_supported"))

    await bench.ask("May we?")

    assert bench.messenger.grown == []
    assert (said(bench), ends(bench)) == (["Yes, you may."], [True])


async def test_a_stream_that_may_have_begun_is_withdrawn(bench):
    bench.messenger.fail_next("open", CUT, after_effect=True)

    await bench.ask("May we?")

    assert bench.messenger.withdrawn == [f"reply:{own_id('call_legal')}:0"]
    assert said(bench) == ["Yes, you may."]
    assert bench.messenger.open == {}


async def test_what_may_or_may_not_have_been_added_is_withdrawn_and_said_whole(bench):
    bench.messenger.fail_next("extend", CUT, after_effect=True)

    await bench.ask("May we?")

    assert (said(bench), ends(bench)) == (["Yes, you may."], [True])
    assert bench.messenger.open == {}


@pytest.mark.parametrize("method", ["extend", "close"])
async def test_a_stream_that_is_over_is_followed_by_the_rest(bench, method):
    bench.messenger.fail_next(method, OVER)
    bench.messenger.fail_next("close", OVER)

    await bench.ask("May we?")

    shown = "Yes, " if method == "extend" else "Yes, you "
    assert said(bench) == [shown, "Yes, you may.".removeprefix(shown)]
    assert ends(bench) == [False, True]


async def test_a_stream_that_shows_all_but_got_no_buttons_is_posted_anew(bench):
    answers(bench, written("Yes, you may. ", "\n"))
    bench.messenger.fail_next("close", OVER)

    await bench.ask("May we?")

    assert said(bench) == ["Yes, you may. \n"]
    assert ends(bench) == [True]
    assert bench.messenger.withdrawn


async def test_what_could_not_be_added_comes_at_the_end(bench):
    bench.messenger.fail_next("extend", MessengerRefused("stopped_by_user"))

    await bench.ask("May we?")

    assert said(bench) == ["Yes, you may."]


async def test_an_end_whose_answer_is_lost_is_not_made_twice(bench):
    bench.messenger.fail_next("close", CUT, after_effect=True)
    claim = await bench.claim("May we?")
    with pytest.RaisesGroup(MessengerUnavailable, flatten_subgroups=True):
        await bench.runner().run(claim)

    await bench.resume(claim)

    assert (said(bench), ends(bench)) == (["Yes, you may."], [True])


async def test_after_its_time_the_rest_is_a_message_of_its_own(bench):
    bench.timeouts = replace(LIVE, stream=0)

    await bench.ask("May we?")

    assert said(bench) == ["Yes, ", "you may."]
    assert ends(bench) == [False, True]


async def test_an_early_end_whose_answer_is_lost_loses_no_rest(bench):
    bench.timeouts = replace(LIVE, stream=0)
    bench.messenger.fail_next("close", CUT, after_effect=True)

    await bench.ask("May we?")

    assert said(bench) == ["Yes, ", "you may."]
    assert ends(bench) == [False, True]


async def test_what_is_too_long_for_a_message_goes_on_in_others(bench):
    bench.messenger.limit = 6

    await bench.ask("May we?")

    assert "".join(said(bench)) == "Yes, you may."
    assert said(bench)[0] == "Yes, "
    assert ends(bench) == [False, False, True]


async def test_a_reply_that_is_begun_anew_replaces_the_old_one(bench):
    bench.model.script("legal", written("Perhaps, ", ModelUnavailable("down")))

    await bench.ask("May we?")

    assert "Perhaps, " in bench.messenger.grown
    assert (said(bench), ends(bench)) == (["Yes, you may."], [True])
    assert bench.messenger.open == {}


async def test_a_reply_that_is_begun_anew_in_the_same_words_goes_on(bench):
    bench.model.script("legal", written("Yes, ", ModelUnavailable("down")))

    await bench.ask("May we?")

    assert bench.messenger.grown == ["Yes, ", "Yes, you ", "Yes, you may."]
    assert bench.messenger.withdrawn == []


async def test_an_answer_that_breaks_off_stays_and_says_so(bench):
    answers(bench, written("Yes, ", ModelRefused(ModelFault.TOOLS, "no")))

    await bench.ask("May we?")

    line = failure_sentences.expert_failed(Failure.TOOLS, "legal")
    (reply,) = said(bench)
    assert reply == f"Yes, \n\n{line}"
    assert bench.messenger.withdrawn == []
    assert bench.messenger.open == {}


@pytest.mark.parametrize("fault", [ModelFault.FILTERED, ModelFault.FILTERED_QUESTION])
async def test_what_was_shown_of_an_answer_that_is_filtered_is_taken_back(bench, fault):
    answers(bench, written("Yes, ", ModelRefused(fault, "content_filter")))

    await bench.ask("May we?")

    (reply,) = said(bench)
    assert "Yes" not in reply
    assert "content filter" in reply
    assert bench.messenger.open == {}


async def test_an_answer_that_is_cut_goes_on_to_the_line_that_says_so(bench):
    answers(bench, [written("Yes, ", "you may, as"), LIMIT])

    await bench.ask("May we?")

    assert said(bench) == [f"Yes, you may, as\n\n{sentences.cut_off()}"]
    assert bench.messenger.withdrawn == []
    assert [post.is_cut for _, _, post in bench.messenger.posts if post.expert] == [True]


async def interrupted(bench: Bench) -> Claim:
    """Return the claim of a turn that was cut off while its reply grew."""
    answers(bench, written("Yes, ", asyncio.Event()))
    claim = await bench.claim("May we?")
    running = asyncio.create_task(bench.runner().run(claim))
    await eventually(lambda: bench.messenger.open)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return claim


async def test_a_turn_that_is_stopped_leaves_nothing_growing(bench):
    claim = await interrupted(bench)

    await bench.runner().stop(claim)

    assert bench.messenger.open == {}
    assert said(bench) == ["Yes, "]
    assert bench.messenger.said[-1] == (None, sentences.stopped(["Legal Counsel"]))


async def test_a_turn_that_is_given_up_leaves_nothing_growing(bench):
    claim = await interrupted(bench)

    await bench.runner().give_up(claim, CUT)

    assert bench.messenger.open == {}
    assert said(bench) == ["Yes, "]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 26))
async def test_stopped_at_any_entry_of_the_journal(bench, stop_at, after):
    claim = await bench.claim("May we?")
    await bench.die(claim, stop_at, after=after)

    await bench.resume(claim)

    assert "".join(said(bench)) == "Yes, you may."
    assert ends(bench)[-1]
    assert bench.messenger.open == {}


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("method", ["open", "extend", "close", "withdraw"])
@pytest.mark.parametrize("stop_at", range(10, 20))
async def test_failing_slack_and_a_dying_worker(bench, stop_at, method, after_effect):
    claim = await bench.claim("May we?")
    bench.journal.append = Dying(bench, stop_at, after=True).append
    bench.messenger.fail_next(method, CUT, after_effect=after_effect)
    try:
        await bench.runner().run(claim)
    except* (StoreUnavailable, MessengerUnavailable):
        pass
    del bench.journal.append
    bench.lose()
    again = await bench.queue.claim()
    try:
        await bench.runner().run(again)
    except* MessengerUnavailable:
        await bench.runner().run(again)

    assert "".join(said(bench)) == "Yes, you may."
    assert bench.messenger.open == {}


PART = f"reply:{own_id('call_legal')}:0"


def post_of(claim: Claim, text: str, part: str = PART) -> Post:
    legal = EXPERTS[1]
    return Post(claim.turn.id, part, text, persona=legal.persona, expert=legal.name)


async def test_a_plain_post_in_place_of_a_stream_that_never_opened_is_found(bench):
    """As the last version left it, which went on where an entry was in doubt."""
    claim = await bench.claim("May we?")
    record = TurnRecord(claim, bench.journal, ())
    await record.note(StreamStarted(PART, EXPERTS[1].persona, EXPERTS[1].name))
    await record.note(PostStarted(PART))
    await bench.messenger.post(THREAD, replace(post_of(claim, "Yes, you may."), ends_reply=True))

    await bench.resume(claim)

    assert (said(bench), ends(bench)) == (["Yes, you may."], [True])


async def test_an_end_that_comes_as_late_as_the_next_one_is_not_said_again(bench):
    claim = await bench.claim("May we?")
    reply = post_of(claim, "Yes, you may.")
    record = TurnRecord(claim, bench.journal, ())
    await Streams(record, bench.messenger).open(replace(reply, text="Yes, "), UserId("U1"))
    await record.note(PostStarted(PART))
    await record.note(StreamGrowing(PART, "you may."))
    close = bench.messenger.close_stream

    async def close_twice(*request):
        await close(*request)  # of the worker that died
        return await close(*request)

    bench.messenger.close_stream = close_twice
    again = await TurnRecord.read(claim, bench.journal)
    shown, rest = await Streams(again, bench.messenger).finish(
        replace(reply, part=PART.removesuffix(":0"))
    )

    assert (shown, rest) == ("Yes, you may.", "")
    assert PART in again.progress.posts.posted


async def test_a_stream_that_opens_is_not_taken_for_one_that_is_looked_for(bench):
    claim = await bench.claim("May we?")
    streams = Streams(TurnRecord(claim, bench.journal, ()), bench.messenger)
    lost, other = post_of(claim, "Perhaps, "), post_of(claim, "Yes, ", "reply:another:0")
    bench.messenger.fail_next("open", CUT, after_effect=True)
    with pytest.raises(MessengerUnavailable):
        await streams.open(lost, UserId("U1"))
    open_stream = bench.messenger.open_stream

    async def open_slowly(*request):
        ts = await open_stream(*request)
        await asyncio.sleep(0.01)
        return ts

    bench.messenger.open_stream = open_slowly
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(streams.open(other, UserId("U1")))
        await asyncio.sleep(0)
        tasks.create_task(streams.withdraw(lost))

    assert said(bench) == ["Yes, "]


@pytest.mark.parametrize("error", [StoreUnavailable("lost"), asyncio.CancelledError()])
async def test_a_record_whose_entry_is_in_doubt_takes_no_more(bench, error):
    record = TurnRecord(await bench.claim("May we?"), bench.journal, ())

    async def append(*_, **__):
        raise error

    bench.journal.append = append
    with pytest.raises(type(error)):
        await record.note(PostStarted(PART))
    del bench.journal.append

    with pytest.raises(StoreUnavailable):
        await record.note(PostStarted(PART))
    assert await bench.journal.read(record.claim) == ()


@pytest.mark.parametrize("stop_at", range(1, 26))
async def test_redis_may_know_less_of_the_journal_than_was_done(stop_at):
    for known in range(stop_at):
        bench = streaming_bench()
        claim = await bench.claim("May we?")
        bench.transcript.history = [*await bench.transcript.turn_messages(claim.turn)]
        await bench.die(claim, stop_at, after=True)
        bench.queue.fall_behind(known)

        await bench.resume(claim)

        assert (said(bench), ends(bench)[-1:]) == (["Yes, you may."], [True])
        assert bench.messenger.open == {}
