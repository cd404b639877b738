"""Where the router is unsure, people choose who answers."""

from dataclasses import replace

import pytest

from bot.panel.errors import MessengerUnavailable, leading
from bot.panel.journal.events import LikelihoodsJudged
from bot.panel.language_model.exchange import UserSaid
from bot.panel.model import Claim, ExpertName, Message, MessageTs, Steer, UserId, WhenUnsure, Wish
from bot.panel.roster.roster import Setting
from bot.panel.routing.gate import Look, Thresholds
from bot.panel.routing.likelihoods import Likelihoods
from bot.panel.utterance import Author, Utterance
from tests.fakes.language_model import ROUTER
from tests.panel.conftest import THREAD, Bench, consult

FINANCE, LEGAL = ExpertName("finance"), ExpertName("legal")
OPEN = Likelihoods({FINANCE: 0.3, LEGAL: 0.4}, nobody=0.1)
ASKS = (None, "I am not sure whom to ask. Who is to answer this?")


@pytest.fixture
def unsure(bench: Bench) -> Bench:
    bench.unsure = WhenUnsure.CAUTIOUS
    bench.model.reply = reply
    return bench


def reply(prompt):
    if not prompt.tools:
        return f"I am {prompt.cache_key}."
    return [consult("legal")] if prompt.may_call else "They agree."


async def judged(bench: Bench, text: str, ts: str = "1.0", known: Likelihoods = OPEN) -> Claim:
    """Claim a question of which it is known how likely each expert is wanted."""
    said = Utterance(MessageTs(ts), "Ada", text, author=Author("UMEMBER"))
    bench.transcript.history.append(said)
    claim = await bench.claim(text, ts)
    await bench.journal.append(claim, LikelihoodsJudged(known))
    return replace(claim, is_new=False)


async def asked(bench: Bench) -> MessageTs:
    """Let the bot ask whom to ask; returns the message that does."""
    claim = await judged(bench, "Is this ours?")
    await bench.runner().run(claim)
    await bench.queue.done(claim)
    return offer(bench)


def offer(bench: Bench) -> MessageTs:
    (ts,) = (ts for _, ts, post in bench.messenger.posts if post.part == "offer")
    return ts


async def pressed(
    bench: Bench,
    ts: MessageTs,
    *experts: ExpertName,
    by: str = "UMEMBER",
    last: MessageTs | None = None,
) -> Claim:
    steer = Steer(Wish.ASK, MessageTs("1.0"), ts, experts, chosen=True, last=last)
    message = Message(MessageTs("1.5"), UserId(by), "", mentioned=True, steer=steer)
    await bench.queue.put(THREAD, message, alone=True)
    return await bench.queue.claim()


async def test_the_turn_ends_with_one_message_and_no_model_is_asked(unsure):
    await asked(unsure)

    assert unsure.messenger.said == [ASKS]
    (_, _, post), *_ = unsure.messenger.posts
    assert [one.name for one in post.candidates] == [LEGAL, FINANCE]
    assert unsure.model.prompts == []
    assert await unsure.idle()


async def test_without_the_setting_the_router_decides(unsure):
    unsure.unsure = WhenUnsure.OFF
    claim = await judged(unsure, "Is this ours?")

    await unsure.runner().run(claim)

    assert ASKS not in unsure.messenger.said
    assert ("Legal Counsel", "I am expert:legal.") in unsure.messenger.said


async def test_a_channel_may_have_it_otherwise(unsure):
    await unsure.panels.set(THREAD, Setting.UNSURE, WhenUnsure.OFF)
    claim = await judged(unsure, "Is this ours?")

    await unsure.runner().run(claim)

    assert ASKS not in unsure.messenger.said


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 8))
async def test_killed_anywhere_it_asks_once(unsure, stop_at, after):
    claim = await judged(unsure, "Is this ours?")
    await unsure.die(claim, stop_at, after=after)
    await unsure.resume(claim)

    assert unsure.messenger.said == [ASKS]
    assert unsure.model.prompts == []


async def test_whoever_is_chosen_answers_the_question_and_the_buttons_go(unsure):
    ts = await asked(unsure)
    claim = await pressed(unsure, ts, FINANCE, by="UBEN")

    await unsure.runner().run(claim)

    assert ("Finance Partner", "I am expert:finance.") in unsure.messenger.said
    assert "Legal Counsel" not in dict(unsure.messenger.said)
    ending = unsure.messenger.endings[ts]
    assert (ending.words, ending.by) == ("{by} chose Finance Partner.", "UBEN")
    (said,) = (i for i in unsure.model.items_of("finance") if isinstance(i, UserSaid))
    assert said.text.count("Is this ours?") == 1


async def test_who_was_chosen_is_named_also_if_they_have_left_since(unsure):
    ts = await asked(unsure)
    claim = await pressed(unsure, ts, ExpertName("security"))

    await unsure.runner().run(claim)

    assert unsure.messenger.endings[ts].words == "{by} chose security."
    assert ("Legal Counsel", "I am expert:legal.") in unsure.messenger.said


async def test_if_the_router_is_to_decide_it_does_and_is_not_unsure_again(unsure):
    ts = await asked(unsure)
    claim = await pressed(unsure, ts)
    await unsure.journal.append(claim, LikelihoodsJudged(OPEN))

    await unsure.runner().run(replace(claim, is_new=False))

    assert unsure.messenger.said.count(ASKS) == 1
    assert ("Legal Counsel", "I am expert:legal.") in unsure.messenger.said
    assert unsure.messenger.endings[ts].words == "{by} left it to me."


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 16))
async def test_killed_anywhere_the_chosen_answer_once(unsure, stop_at, after):
    ts = await asked(unsure)
    claim = await pressed(unsure, ts, FINANCE, LEGAL)
    await unsure.die(claim, stop_at, after=after)
    await unsure.resume(claim)

    said = [one for one in unsure.messenger.said if one[0]]
    assert sorted(said) == [
        ("Finance Partner", "I am expert:finance."),
        ("Legal Counsel", "I am expert:legal."),
    ]
    assert ts in unsure.messenger.endings
    questions = [i.text for i in unsure.model.items_of(ROUTER) if isinstance(i, UserSaid)]
    assert "".join(questions).count("Is this ours?") == 1


async def test_what_was_asked_before_the_buttons_came_is_a_question_of_its_own(unsure):
    claim = await judged(unsure, "Is this ours?")
    said = Utterance(MessageTs("1.1"), "Ben", "legal: and that?", author=Author("UBEN"))
    unsure.transcript.history.append(said)
    await unsure.runner().run(claim)
    await unsure.queue.done(claim)
    await unsure.ask("legal: and that?", "1.1")
    (post,) = [post for _, _, post in unsure.messenger.posts if post.part == "offer"]
    claim = await pressed(unsure, offer(unsure), FINANCE, last=post.about_until)

    await unsure.runner().run(claim)

    *before, read = (i.text for i in unsure.model.items_of("finance") if isinstance(i, UserSaid))
    assert "Is this ours?" in read
    assert "and that?" not in read
    assert "and that?" in "".join(before)


async def test_buttons_work_where_people_are_to_be_asked_no_more(unsure):
    ts = await asked(unsure)
    unsure.unsure = WhenUnsure.OFF
    claim = await pressed(unsure, ts, FINANCE)

    await unsure.runner().run(claim)

    assert ("Finance Partner", "I am expert:finance.") in unsure.messenger.said
    assert unsure.messenger.endings[ts].words == "{by} chose Finance Partner."


async def test_buttons_go_where_people_are_to_be_asked_no_more_and_the_thread_goes_on(unsure):
    unsure.look = Look()
    ts = await asked(unsure)
    unsure.unsure = WhenUnsure.OFF
    claim = await judged(unsure, "Legal, may we?", "2.0", Likelihoods({LEGAL: 0.9}))

    await unsure.runner().run(claim)

    assert unsure.messenger.endings[ts].words == "Nobody chose before the thread went on."


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 8))
async def test_killed_anywhere_it_asks_once_though_it_would_be_sure_by_now(unsure, stop_at, after):
    unsure.look = Look(Thresholds(wanted=0.9))
    claim = await judged(unsure, "Is this ours?", known=Likelihoods({LEGAL: 0.8}))
    await unsure.die(claim, stop_at, after=after)
    unsure.look = Look(Thresholds(wanted=0.5))
    is_offered = any(post.part == "offer" for _, _, post in unsure.messenger.posts)
    await unsure.resume(claim)

    assert unsure.messenger.said in ([ASKS], [("Legal Counsel", "I am expert:legal.")])
    assert not is_offered or unsure.messenger.said == [ASKS]


async def test_a_newer_question_passes_the_message_over_and_the_models_read_both(unsure):
    ts = await asked(unsure)
    claim = await judged(unsure, "Legal, may we?", "2.0", Likelihoods({LEGAL: 0.9}))

    await unsure.runner().run(claim)

    assert unsure.messenger.endings[ts].words == "Nobody chose before the thread went on."
    read = [i.text for i in unsure.model.items_of(ROUTER) if isinstance(i, UserSaid)]
    assert "Is this ours?" in "".join(read)


async def test_a_question_waits_until_slack_tells_which_buttons_are_to_go(unsure):
    """No later one looks for them."""
    ts = await asked(unsure)
    claim = await judged(unsure, "Legal, may we?", "2.0", Likelihoods({LEGAL: 0.9}))
    settled = unsure.messenger.settled

    async def away(*_):
        raise MessengerUnavailable("away")

    unsure.messenger.settled = away
    with pytest.raises(ExceptionGroup) as raised:
        await unsure.runner().run(claim)
    assert isinstance(leading(raised.value), MessengerUnavailable)
    unsure.messenger.settled = settled
    await unsure.runner().run(claim)

    assert unsure.messenger.endings[ts].words == "Nobody chose before the thread went on."


async def test_what_was_chosen_is_not_read_twice_with_the_next_question(unsure):
    ts = await asked(unsure)
    claim = await pressed(unsure, ts, FINANCE)
    await unsure.runner().run(claim)
    await unsure.queue.done(claim)
    await unsure.ask("legal: may we?", "2.0")

    read = [i.text for i in unsure.model.items_of(ROUTER) if isinstance(i, UserSaid)]
    assert "".join(read).count("Is this ours?") == 1
