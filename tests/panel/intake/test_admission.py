"""Which messages of a turn are answered, and who is told why not."""

from dataclasses import replace

import pytest

from bot.panel.access.policy import AccessPolicy
from bot.panel.access.question_limits import QuestionLimits
from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.panel.model import (
    ApprovalId,
    Claim,
    Decision,
    Message,
    MessageTs,
    Turn,
    UserId,
    Verdict,
)
from bot.panel.threads.thread_store import Standing
from tests.panel.conftest import THREAD

MEMBER, GUEST = UserId("UMEMBER"), UserId("UGUEST")


def claim(*said: tuple[str, str, str, bool], attempt: int = 1) -> Claim:
    messages = [Message(MessageTs(ts), UserId(by), text, mention) for by, ts, text, mention in said]
    return Claim(Turn.of(THREAD, messages), 1, attempt)


@pytest.fixture
def bench(make_bench):
    return make_bench(policy=AccessPolicy())


def refusing(error):
    async def person(_user):
        raise error

    return person


async def admit(bench, claimed, *, begun=False):
    return await bench.admission().admit(claimed, begun=begun)


async def test_a_turn_of_several_asks_with_those_who_may(bench):
    await bench.threads.make_ours(THREAD)
    claimed = claim((GUEST, "2.0", "send it all", True), (MEMBER, "3.0", "no, the costs", True))
    admitted = await admit(bench, claimed)

    assert [message.author for message in admitted.turn.messages] == [MEMBER]
    assert admitted.turn.id == claimed.turn.id
    assert [user for user, *_ in bench.notices.told] == [GUEST]


async def test_a_reply_is_no_question_where_only_a_guest_has_mentioned_us(bench):
    await bench.threads.make_ours(THREAD)  # as intake does
    admitted = await admit(bench, claim((GUEST, "1.0", "hey", True), (MEMBER, "2.0", "hm", False)))

    assert not admitted.turn.mentions_bot
    assert await bench.threads.standing(THREAD) is Standing.UNKNOWN


async def test_the_thread_stays_ours_if_a_member_has_mentioned_us_meanwhile(bench):
    await bench.threads.make_ours(THREAD)
    assert await admit(bench, claim((GUEST, "1.0", "hey", True))) is None
    assert await admit(bench, claim((MEMBER, "2.0", "the costs?", True)))

    assert await bench.threads.standing(THREAD) is Standing.OURS


async def test_below_a_message_without_replies_it_is_told_in_the_channel(bench):
    await admit(bench, claim((GUEST, "1.0", "hey", True)))
    assert [has_replies for *_, has_replies in bench.notices.told] == [False]


async def test_somebody_unknown_has_the_least_of_rights(bench):
    bench.people.person = refusing(MessengerRefused("missing_scope", "users:read"))

    assert await admit(bench, claim((MEMBER, "1.0", "hey", True))) is None
    assert "`users:read`" in bench.notices.told[0][1]


async def test_a_dead_token_is_no_answer_about_a_person(bench):
    bench.people.person = refusing(MessengerRefused("token_revoked"))

    with pytest.raises(MessengerRefused):
        await admit(bench, claim((MEMBER, "1.0", "hey", True)))


async def test_while_slack_is_away_nothing_is_decided(bench):
    bench.people.person = refusing(MessengerUnavailable("away"))
    with pytest.raises(MessengerUnavailable):
        await admit(bench, claim((MEMBER, "1.0", "hey", True)))
    assert bench.notices.told == []


async def test_a_decision_is_not_asked(bench):
    verdict = Verdict(ApprovalId("a"), Decision.APPROVED, 0, MessageTs("1.0"))
    message = Message(MessageTs("2.0"), GUEST, "", mentioned=True, verdict=verdict)
    claimed = Claim(Turn.of(THREAD, [message]), 1, 1)

    assert await admit(bench, claimed) == claimed


async def test_too_many_questions_are_not_asked_and_told_once(make_bench):
    bench = make_bench(limits=QuestionLimits(of_person=2))
    await bench.threads.make_ours(THREAD)
    admitted = [
        await admit(bench, claim((MEMBER, f"{n}.0", "the costs?", False))) for n in range(2, 7)
    ]

    assert [one is not None for one in admitted] == [True, True, False, False, False]
    ((user, sentence, _),) = bench.notices.told
    assert user == MEMBER
    assert "This was not asked: you may ask me 2 questions a minute." in sentence
    assert await bench.threads.unread_since(THREAD) == "4.0"  # the panel reads it later

    bench.counter.advance(61)
    assert await admit(bench, claim((MEMBER, "9.0", "the costs?", False)))


async def test_what_was_begun_and_commands_count_as_no_further_questions(make_bench):
    bench = make_bench(limits=QuestionLimits(of_channel=1))
    assert await admit(bench, claim((MEMBER, "1.0", "the costs?", True)))
    assert await admit(bench, claim((MEMBER, "2.0", "stop", True)))
    assert await admit(bench, claim((MEMBER, "3.0", "", True)))
    assert await admit(bench, claim((MEMBER, "4.0", "and?", True)), begun=True)
    assert await admit(bench, claim((MEMBER, "5.0", "and?", True))) is None


async def test_a_turn_that_nobody_may_ask_any_more_leaves_nothing_behind(bench):
    claimed = await bench.claim("legal: may we?")
    await bench.die(claimed, 2, after=True)
    bench.policy = replace(bench.policy, denied=frozenset({"C1"}))
    await bench.resume(claimed)

    assert bench.messenger.said == []
    assert await bench.idle()
