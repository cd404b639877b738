import asyncio

import pytest

from bot.panel.errors import (
    ConversationGone,
    MessengerUnavailable,
    ModelFault,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
)
from bot.panel.journal.failures import Failure
from bot.panel.language_model.exchange import ModelSaid, ToolAnswered, ToolCalled, UserSaid
from bot.panel.links import ExpertLabels, Owner, RouterLabels
from bot.panel.messaging.messenger import TaskState
from bot.panel.model import ExpertName, Message, MessageTs, Synthesis, ThreadRef, UserId
from bot.panel.roster.roster import ChannelScope, Setting
from bot.panel.texts import failure_sentences, refusal_sentences, sentences
from bot.panel.threads.thread_store import Standing
from bot.panel.timeouts import Timeouts
from bot.panel.utterance import Utterance
from tests.eventually import eventually
from tests.fakes.language_model import ROUTER
from tests.fakes.messenger import RecordingMessenger
from tests.panel.conftest import THREAD, consult, own_id

DOWN = ModelUnavailable("down", answered=False)


def said_by(bench, *whom):
    return [text for name, text in bench.messenger.said if name in whom]


async def test_one_expert_answers_and_nothing_is_added(bench):
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", "Yes, you may.")

    await bench.ask("May we?")

    assert said_by(bench, "Legal Counsel") == ["Yes, you may."]
    assert said_by(bench, None) == ["Asked Legal Counsel"]
    assert len(bench.model.asked(ROUTER)) == 1
    assert bench.model.unanswered() == []


async def test_two_experts_answer_and_the_router_sums_up(bench):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "They agree.")
    bench.model.script("legal", "Yes.")
    bench.model.script("finance", "Ten.")

    await bench.ask("May we, and what does it cost?")

    assert sorted(said_by(bench, "Legal Counsel", "Finance Partner")) == ["Ten.", "Yes."]
    assert bench.messenger.said[-1] == (None, "They agree.")
    closing = bench.model.asked(ROUTER)[-1]
    assert not closing.may_call
    assert {type(item) for item in closing.items} == {ToolAnswered}


async def test_people_can_act_on_the_end_of_every_reply_and_on_nothing_else(make_bench):
    bench = make_bench(messenger=RecordingMessenger(limit=4))
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "So yes.")
    bench.model.script("legal", "Yes, you may.")
    bench.model.script("finance", "Ten.")

    await bench.ask("May we, and what does it cost?")
    await bench.ask("experts", "2.0")

    ends = {post.part for _, _, post in bench.messenger.posts if post.ends_reply}
    assert ends == {
        f"reply:{own_id('call_legal')}:3",
        f"reply:{own_id('call_finance')}:0",
        "synthesis:1",
    }


async def test_an_expert_starts_before_the_router_has_finished(bench):
    rest = asyncio.Event()
    bench.model.script(ROUTER, [consult("legal"), rest, consult("finance")], "Done.")
    bench.model.script("legal", "Yes.")
    claim = await bench.claim("May we?")
    turn = asyncio.create_task(bench.runner().run(claim))

    await eventually(lambda: said_by(bench, "Legal Counsel"))
    assert len(bench.model.asked("finance")) == 0
    rest.set()
    await turn


async def test_an_expert_reads_the_brief_and_the_persons_own_words(bench):
    bench.model.script(ROUTER, [consult("legal")])

    await bench.ask("May we?")

    (prompt,) = bench.model.asked("legal")
    (item,) = prompt.items
    assert "Look at the legal side." in item.text
    assert "May we?" in item.text
    assert "{" not in item.text
    assert prompt.instructions.startswith("Read the law.")


async def test_a_fast_expert_does_not_wait_for_a_slow_one(bench):
    slow = asyncio.Event()
    bench.model.script(ROUTER, [consult("finance"), consult("legal")], "Done.")
    bench.model.script("finance", [slow, "Ten."])
    bench.model.script("legal", "Yes.")
    turn = asyncio.create_task(bench.runner().run(await bench.claim("May we?")))

    await eventually(lambda: said_by(bench, "Legal Counsel"))
    slow.set()
    await turn

    assert said_by(bench, "Finance Partner") == ["Ten."]


@pytest.mark.parametrize("asked", [(20, 20), (None, 30), (30, None), (15, 15, 15)])
async def test_an_expert_waits_as_often_as_the_server_asks_it_to(make_bench, monkeypatch, asked):
    monkeypatch.setattr(asyncio, "sleep", lambda _seconds, sleep=asyncio.sleep: sleep(0))
    bench = make_bench(timeouts=Timeouts(plan_updates=0))
    bench.model.script(ROUTER, [consult("legal")])
    busy = [[ModelUnavailable("busy", after=seconds)] for seconds in asked]
    bench.model.script("legal", *busy, "Yes.")

    await bench.ask("May we?")

    assert bench.messenger.said[-1] == ("Legal Counsel", "Yes.")


async def test_a_failing_expert_gets_an_honest_line_and_the_others_go_on(bench):
    bench.model.script(ROUTER, [consult("finance"), consult("legal")])
    bench.model.script("finance", DOWN, DOWN, DOWN)
    bench.model.script("legal", "Yes.")

    await bench.ask("May we?")

    assert said_by(bench, "Legal Counsel") == ["Yes."]
    assert said_by(bench, "Finance Partner") == [
        failure_sentences.expert_failed(Failure.UNAVAILABLE, "finance")
    ]
    states = {t.persona.name: t.state for t in next(iter(bench.messenger.plans.values()))[-1]}
    assert states == {"Finance Partner": TaskState.FAILED, "Legal Counsel": TaskState.DONE}


@pytest.mark.parametrize(
    ("error", "failure", "words"),
    [
        (ModelUnavailable("HTTP 500"), Failure.ERROR, "answered with an error"),
        (ModelOverloaded("HTTP 429"), Failure.BUSY, "more requests than it accepts"),
        (
            ModelOverloaded("HTTP 429", after=2400),
            Failure.BUSY,
            "accepts no more requests from us for about 40 minutes",
        ),
        (ModelRefused(ModelFault.BAD_REQUEST, "HTTP 422"), Failure.REJECTED, "did not accept"),
        (ModelRefused(ModelFault.REGION, "HTTP 403"), Failure.REGION, "from where I run"),
        (ModelRefused(ModelFault.FILTERED, "no"), Failure.FILTERED_QUESTION, "asking differently"),
        (ModelRefused(ModelFault.FILTERED_BEFORE, "no"), Failure.FILTERED_BEFORE, "new thread"),
    ],
)
async def test_people_read_what_is_wrong_and_operators_what_the_server_said(
    bench, error, failure, words
):
    bench.model.script(ROUTER, [consult("legal")], "Nobody could answer.")
    bench.model.script("legal", error, error, error)

    await bench.ask("May we?")

    (line,) = said_by(bench, "Legal Counsel")
    assert words in line
    assert "did not respond" not in line
    ((turn, notes),) = bench.reports.noted.items()
    assert [(note.who, note.reason) for note in notes] == [
        ("legal", f"{type(error).__name__}: {error}")
    ]
    report = bench.reports.reports[turn]
    assert [part.failure for part in report.consultations] == [failure]


async def test_a_slow_expert_is_given_up(make_bench):
    bench = make_bench(timeouts=Timeouts(expert=0.01, plan_updates=0))
    bench.model.script(ROUTER, [consult("legal")], "Nobody could answer.")
    bench.model.script("legal", [asyncio.Event()])

    await bench.ask("May we?")

    assert said_by(bench, "Legal Counsel") == [
        failure_sentences.expert_failed(Failure.SLOW, "legal")
    ]
    assert bench.messenger.said[-1] == (None, "Nobody could answer.")


async def test_a_call_of_an_unknown_expert_is_answered_as_such(bench):
    bench.model.script(ROUTER, [consult("astrology"), consult("legal")])
    bench.model.script("legal", "Yes.")

    await bench.ask("May we?")

    outputs = {
        item.call_id: item.output
        for item in bench.model.items_of(ROUTER)
        if isinstance(item, ToolAnswered)
    }
    assert "no expert 'consult_astrology'" in outputs["call_astrology"]
    assert said_by(bench, "Legal Counsel") == ["Yes."]


async def test_if_only_unknown_experts_are_called_the_router_answers(bench):
    bench.model.script(ROUTER, [consult("astrology")], "I do not know.")

    await bench.ask("What do the stars say?")

    assert bench.messenger.said == [(None, "I do not know.")]


async def test_without_a_suitable_expert_the_router_answers(bench):
    bench.model.script(ROUTER, "You are welcome.")

    await bench.ask("Thanks!")

    assert bench.messenger.said == [(None, "You are welcome.")]


async def test_addressing_an_expert_skips_the_router_which_learns_of_it(bench):
    bench.model.script("legal", "Yes.")

    await bench.ask("legal: may we?")

    assert bench.messenger.said == [("Legal Counsel", "Yes.")]
    assert bench.model.asked(ROUTER) == []
    question, call, output = bench.model.items_of(ROUTER)
    assert isinstance(question, UserSaid)
    assert "may we?" in question.text
    assert isinstance(call, ToolCalled)
    assert isinstance(output, ToolAnswered)
    assert "Yes." in output.output


async def test_everyone_is_asked_and_the_router_sums_up_in_one_request(bench):
    bench.model.script("legal", "Yes.")
    bench.model.script("finance", "Ten.")
    bench.model.script(ROUTER, "They agree.")

    await bench.ask("everyone what now?")

    assert bench.messenger.said[-1] == (None, "They agree.")
    assert len(bench.model.asked(ROUTER)) == 1


async def test_synthesis_follows_the_channels_setting(bench):
    channel = ChannelScope(THREAD.team_id, THREAD.channel_id)
    await bench.panels.set(channel, Setting.SYNTHESIS, Synthesis.NEVER)
    bench.model.script(ROUTER, [consult("legal"), consult("finance")])

    await bench.ask("May we?")

    assert len(bench.model.asked(ROUTER)) == 1
    assert bench.model.unanswered() == []


async def test_links_are_kept_in_the_store_and_in_both_metadata(bench):
    bench.model.script(ROUTER, [consult("legal")])

    await bench.ask("May we?")

    links = await bench.threads.links(THREAD)
    legal = links.experts[ExpertName("legal")]
    assert bench.model.conversations[links.router].labels == RouterLabels(THREAD, {"legal": legal})
    assert bench.model.conversations[legal].labels == ExpertLabels(
        THREAD, ExpertName("legal"), links.router
    )
    assert {post.router for _, _, post in bench.messenger.posts} == {links.router}


async def test_after_redis_is_lost_the_same_conversations_go_on(bench):
    bench.model.script(ROUTER, [consult("legal")])
    await bench.ask("May we?")
    before = await bench.threads.links(THREAD)
    bench.threads.lose_everything()
    bench.transcript.router = before.router
    bench.model.script(ROUTER, [consult("legal")])

    await bench.ask("And now?", "2.0", mentioned=False)

    assert await bench.threads.links(THREAD) == before
    assert len(bench.model.conversations) == 2


async def test_a_signed_but_foreign_router_is_not_followed(bench):
    other = await bench.model.open(RouterLabels(ThreadRef("T1", "C2", "9.0")))
    bench.transcript.router = other
    await bench.ask("hello", "2.0", mentioned=True)

    assert (await bench.threads.links(THREAD)).router != other


async def test_a_reply_in_a_thread_without_us_is_none_of_our_business(bench):
    await bench.ask("lunch?", "2.0", mentioned=False)

    assert bench.messenger.said == []
    assert bench.messenger.statuses == []
    assert await bench.threads.standing(THREAD) is Standing.FOREIGN


async def test_a_reply_that_overtook_the_mention_it_follows_is_answered(bench):
    bench.transcript.summoned_at = MessageTs("1.0")
    bench.model.script(ROUTER, "Both, I think.")

    await bench.ask("or MIT?", "2.0", mentioned=False)

    assert bench.messenger.said == [(None, "Both, I think.")]


async def test_replies_that_overtook_the_mention_they_follow_are_answered_together(bench):
    bench.transcript.summoned_at = MessageTs("1.0")
    reply = Message(MessageTs("2.0"), UserId("UMEMBER"), "or MIT?")
    await bench.queue.put(THREAD, reply)

    await bench.ask("And at what cost?", "3.0", mentioned=True)

    (question,) = bench.model.asked(ROUTER)[0].items
    assert "or MIT?" in question.text
    assert not question.text.startswith("<earlier>")


async def test_a_mention_that_was_overtaken_goes_on_in_the_same_conversation(bench):
    bench.transcript.summoned_at = MessageTs("1.0")
    await bench.ask("or MIT?", "2.0", mentioned=False)
    linked = await bench.threads.links(THREAD)

    await bench.ask("GPL?", "1.0")

    assert await bench.threads.links(THREAD) == linked
    assert len(bench.model.conversations) == 1


async def test_a_mention_that_was_overtaken_goes_on_there_though_the_links_were_forgotten(bench):
    bench.transcript.summoned_at = MessageTs("1.0")
    await bench.ask("or MIT?", "2.0", mentioned=False)
    bench.transcript.router = (await bench.threads.links(THREAD)).router
    bench.threads.lose_everything()

    await bench.ask("GPL?", "1.0")

    assert len(bench.model.conversations) == 1


async def test_talk_that_the_summons_came_after_is_none_of_our_business(bench):
    bench.transcript.summoned_at = MessageTs("3.0")

    await bench.ask("lunch?", "2.0", mentioned=False)

    assert bench.messenger.said == []


async def test_summoned_late_the_router_reads_what_was_said_before(bench):
    bench.transcript.history = [
        Utterance(MessageTs("1.0"), "Ann", "We need a licence."),
        Utterance(MessageTs("2.0"), "Ben", "Which one?"),
    ]
    bench.model.script(ROUTER, "MIT.")

    await bench.ask("what do you think?", "3.0")

    quoted, question = bench.model.asked(ROUTER)[0].items
    assert quoted.text == (
        "<earlier>\nQuoted for context; already past.\n"
        '<said ts="1.0" from="Ann" role="person">\nWe need a licence.\n</said>\n'
        '<said ts="2.0" from="Ben" role="person">\nWhich one?\n</said>\n</earlier>'
    )
    assert "what do you think?" in question.text


async def test_talk_that_was_queued_before_the_summons_is_not_answered(bench):
    await bench.threads.set_standing(THREAD, Standing.OURS)
    await bench.queue.put(THREAD, Message(MessageTs("2.0"), UserId("U1"), "between us"))
    bench.transcript.history = [Utterance(MessageTs("2.0"), "Ben", "between us")]

    await bench.ask("what do you think?", "3.0")

    quoted, question = bench.model.asked(ROUTER)[0].items
    assert 'from="Ben" role="person">\nbetween us' in quoted.text
    assert "between us" not in question.text


async def test_what_passed_the_panel_by_is_told_with_the_next_turn(bench):
    await bench.ask("hello")
    await bench.threads.mark_unread(THREAD, MessageTs("2.0"))
    bench.transcript.history = [Utterance(MessageTs("2.0"), "Ann", "Between us, @Ben.")]

    await bench.ask("and now?", "3.0", mentioned=False)

    quoted, _ = bench.model.asked(ROUTER)[-1].items
    assert "Between us, @Ben." in quoted.text
    assert await bench.threads.unread_since(THREAD) is None


def edited(ts: str, text: str, at: str) -> Utterance:
    return Utterance(MessageTs(ts), "Ann", text, edited=MessageTs(at))


async def test_what_was_edited_is_told_once_with_the_next_turn(bench):
    await bench.ask("hello")
    await bench.ask("may we?", "2.0")
    await bench.threads.mark_edited(THREAD, MessageTs("1.0"), MessageTs("2.5"))
    bench.transcript.history = [
        edited("1.0", "good evening", "2.5"),
        Utterance(MessageTs("2.0"), "Ann", "may we?"),
    ]

    await bench.ask("well?", "3.0")
    await bench.ask("so?", "4.0")

    quoted, _ = bench.model.asked(ROUTER)[-2].items
    assert 'from="Ann" role="person" edited="yes">\ngood evening' in quoted.text
    assert "may we?" not in quoted.text
    assert len(bench.model.asked(ROUTER)[-1].items) == 1
    assert await bench.threads.edits(THREAD) == {}


async def test_what_is_edited_while_its_turn_runs_is_told_with_the_next_one(bench):
    held = asyncio.Event()
    bench.model.script(ROUTER, [held, "Hi."])
    turn = asyncio.create_task(bench.ask("hello"))
    await eventually(lambda: bench.model.asked(ROUTER))
    await bench.threads.mark_edited(THREAD, MessageTs("1.0"), MessageTs("1.5"))
    held.set()
    await turn
    assert await bench.threads.edits(THREAD) == {"1.0": "1.5"}
    bench.transcript.history = [edited("1.0", "good evening", "1.5")]

    await bench.ask("well?", "2.0")

    quoted, _ = bench.model.asked(ROUTER)[-1].items
    assert 'from="Ann" role="person" edited="yes">\ngood evening' in quoted.text


async def test_what_was_edited_and_then_deleted_is_not_looked_for_again(bench):
    await bench.ask("hello")
    await bench.threads.mark_edited(THREAD, MessageTs("1.0"), MessageTs("1.5"))

    await bench.ask("well?", "2.0")

    assert len(bench.model.asked(ROUTER)[-1].items) == 1
    assert await bench.threads.edits(THREAD) == {}


async def test_an_edit_that_is_unread_anyway_is_told_once(bench):
    await bench.ask("hello")
    await bench.threads.mark_unread(THREAD, MessageTs("2.0"))
    await bench.threads.mark_edited(THREAD, MessageTs("2.0"), MessageTs("2.5"))
    bench.transcript.history = [edited("2.0", "between us", "2.5")]

    await bench.ask("well?", "3.0")

    quoted, _ = bench.model.asked(ROUTER)[-1].items
    assert quoted.text.count("between us") == 1


async def test_gathered_messages_reach_the_router_together(bench):
    await bench.queue.put(THREAD, Message(MessageTs("1.0"), UserId("U1"), "one", mentioned=True))
    await bench.ask("two", "2.0", mentioned=False)

    (prompt,) = bench.model.asked(ROUTER)
    assert "\none\n" in prompt.items[0].text
    assert "\ntwo\n" in prompt.items[0].text


async def test_an_empty_mention_is_answered_with_help(bench):
    await bench.ask("")

    assert bench.messenger.said == [(None, sentences.usage())]


async def test_a_long_reply_is_posted_in_pieces(bench):
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", "x" * 2_500)

    await bench.ask("May we?")

    assert [len(text) for text in said_by(bench, "Legal Counsel")] == [1000, 1000, 500]


async def test_the_status_shows_at_once_and_is_cleared(bench):
    bench.model.script(ROUTER, [consult("legal")])

    await bench.ask("May we?")

    assert bench.messenger.statuses[0] == sentences.thinking()
    assert bench.messenger.status == ""


NO_CREDIT = ModelRefused(ModelFault.QUOTA, "insufficient_quota")


async def test_experts_without_credit_are_told_of_once(bench):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")])
    bench.model.script("legal", NO_CREDIT)
    bench.model.script("finance", NO_CREDIT)

    await bench.ask("May we?")

    told = (None, refusal_sentences.router_failed(ModelFault.QUOTA))
    assert [said for said in bench.messenger.said if "Asked" not in said[1]] == [told]
    assert bench.model.unanswered() == []


async def test_a_channel_that_knows_of_it_is_told_in_short(bench):
    bench.model.reply = lambda prompt: [consult("legal")] if prompt.tools else NO_CREDIT

    await bench.ask("legal: may we?")
    await bench.ask("legal: and now?", "2.0")

    assert [text for _, text in bench.messenger.said] == [
        refusal_sentences.router_failed(ModelFault.QUOTA),
        failure_sentences.still_no_credit(),
    ]


@pytest.mark.parametrize("fault", [ModelFault.QUOTA, ModelFault.ACCESS, ModelFault.MODEL])
async def test_what_somebody_can_mend_is_no_end_of_the_turn(bench, fault):
    bench.model.script(ROUTER, ModelRefused(fault, "not now"))

    with pytest.raises(ExceptionGroup):
        await bench.ask("May we?")

    assert bench.messenger.said == []


async def test_a_router_conversation_that_is_gone_is_begun_anew_with_slacks_memory(bench):
    await bench.ask("hello")
    first = (await bench.threads.links(THREAD)).router
    bench.model.forget(first)
    bench.transcript.history = [Utterance(MessageTs("1.0"), "Ann", "hello")]

    await bench.ask("and now?", "2.0", mentioned=False)

    links = await bench.threads.links(THREAD)
    assert links.router != first
    assert 'from="Ann" role="person">\nhello' in bench.model.items_of(ROUTER)[0].text


async def test_a_reply_that_has_overtaken_the_mention_is_answered_with_it(bench):
    reply = Message(MessageTs("1.5"), UserId("UMEMBER"), "and at what cost?")
    await bench.queue.put(THREAD, reply)

    await bench.ask("May we?")

    (question,) = (item for item in bench.model.items_of(ROUTER) if isinstance(item, UserSaid))
    assert question.text.index("May we?") < question.text.index("and at what cost?")


async def test_addressing_an_expert_directly_survives_the_loss_of_the_routers_conversation(bench):
    await bench.ask("hello")
    first = (await bench.threads.links(THREAD)).router
    bench.model.forget(first)
    bench.model.script("legal", "Yes.")

    await bench.ask("legal: may we?", "2.0", mentioned=False)

    assert said_by(bench, "Legal Counsel") == ["Yes."]
    question, _, output = bench.model.items_of(ROUTER)
    assert "may we?" in question.text
    assert "Yes." in output.output


@pytest.mark.parametrize("failing", ["append", "open"])
async def test_a_new_conversation_is_linked_only_with_all_that_slack_remembers(bench, failing):
    bench.model.script(ROUTER, [consult("legal")], [consult("legal", "call_2")])
    await bench.ask("May we?")
    bench.model.forget((await bench.threads.links(THREAD)).experts[ExpertName("legal")])
    bench.transcript.history = [Utterance(MessageTs("1.0"), "Ann", "May we?")]
    bench.model.fail_next(failing, DOWN)

    await bench.ask("Still?", "2.0", mentioned=False)

    assert "May we?" in bench.model.items_of("legal")[0].text  # of the only one
    assert not await bench.threads.copies(THREAD)


async def test_an_expert_conversation_that_is_gone_is_begun_anew(bench, caplog):
    bench.model.script(ROUTER, [consult("legal")], [consult("legal", "call_2")])
    await bench.ask("May we?")
    lost = (await bench.threads.links(THREAD)).experts[ExpertName("legal")]
    bench.model.forget(lost)
    bench.transcript.history = [Utterance(MessageTs("1.0"), "Ann", "May we?")]

    with caplog.at_level("WARNING"):
        await bench.ask("Still?", "2.0", mentioned=False)

    legal = (await bench.threads.links(THREAD)).experts[ExpertName("legal")]
    assert legal != lost
    assert "May we?" in bench.model.items_of("legal")[0].text
    (told,) = (record for record in caplog.records if record.message == "conversation.replaced")
    assert (told.former, told.id, told.path) == (lost, legal, "legal")
    assert await bench.threads.owner(lost) == Owner(THREAD, ExpertName("legal"))
    router = (await bench.threads.links(THREAD)).router
    assert bench.model.conversations[router].labels.experts == {"legal": legal}


async def test_the_routers_words_are_remembered_in_its_conversation(bench):
    bench.model.script(ROUTER, "Hi.")

    await bench.ask("hello")

    assert bench.model.items_of(ROUTER)[-1] == ModelSaid("Hi.")


async def test_the_plan_ends_true_also_if_the_router_cannot_sum_up(make_bench):
    bench = make_bench(timeouts=Timeouts(plan_of_several=0, plan_updates=60))
    refusal = ModelRefused(ModelFault.TOO_LONG, "context_length_exceeded")
    held = asyncio.Event()
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], refusal)
    bench.model.script("legal", [held, "Yes."])
    turn = asyncio.create_task(bench.runner().run(await bench.claim("May we?")))
    await eventually(lambda: bench.messenger.plans)
    held.set()
    await turn

    assert bench.messenger.said[-1] == (None, sentences.synthesis_missing())
    (plan,) = bench.messenger.plans.values()
    assert [task.state for task in plan[-1]] == [TaskState.DONE, TaskState.DONE]


async def test_the_router_learns_what_experts_said_also_if_it_cannot_sum_it_up(bench):
    refusal = ModelRefused(ModelFault.TOO_LONG, "context_length_exceeded")
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], refusal)

    await bench.ask("May we?")

    assert bench.messenger.said[-1] == (None, sentences.synthesis_missing())
    assert bench.model.unanswered() == []


async def test_an_update_of_the_plan_that_failed_is_made_up_for_at_the_end(bench):
    update = bench.messenger.update_plan
    left = [MessengerUnavailable("slow down")]

    async def update_plan(thread, ts, post, tasks):
        if left:
            raise left.pop()
        await update(thread, ts, post, tasks)

    bench.messenger.update_plan = update_plan
    held, closing = asyncio.Event(), asyncio.Event()
    bench.model.script(ROUTER, [consult("legal")], [closing, "Nobody knows."])
    bench.model.script("legal", [held, ""])
    turn = asyncio.create_task(bench.runner().run(await bench.claim("May we?")))
    await eventually(lambda: bench.messenger.plans)
    held.set()
    await eventually(lambda: not left)
    closing.set()
    await turn

    (plan,) = bench.messenger.plans.values()
    assert [task.state for task in plan[-1]] == [TaskState.FAILED]


@pytest.mark.parametrize("nothing", [" ", "\u200b\ufeff", "\u00a0", "```\n```", "**", "<br>"])
async def test_a_router_without_a_word_is_owned_up_to(bench, nothing):
    bench.model.script(ROUTER, nothing)

    await bench.ask("May we?")

    assert bench.messenger.said == [(None, sentences.nothing_said())]


async def test_metadata_that_cannot_be_written_does_not_spoil_the_answer(bench):
    for error in (ModelRefused(ModelFault.ACCESS, "revoked"), ConversationGone("deleted")):
        bench.model.fail_next("relabel", error)
        bench.model.script(ROUTER, "Hi.")
        claim = await bench.claim("hello", f"{len(bench.messenger.said) + 1}.0")
        bench.lose()
        claim = await bench.queue.claim()

        await bench.runner().run(claim)
        await bench.queue.done(claim)

    assert bench.messenger.said == [(None, "Hi."), (None, "Hi.")]
    assert bench.messenger.status == ""


async def test_an_expert_whose_conversations_are_never_found_does_not_stop_the_others(bench):
    gone = ConversationGone("HTTP 404")
    bench.model.script(ROUTER, [consult("finance"), consult("legal")])
    bench.model.script("finance", gone, gone)
    bench.model.script("legal", "Yes.")

    await bench.ask("May we?")

    assert said_by(bench, "Legal Counsel") == ["Yes."]
    assert said_by(bench, "Finance Partner") == [
        failure_sentences.expert_failed(Failure.REJECTED, "finance")
    ]


async def test_a_reply_that_waited_behind_a_mute_is_not_answered_but_heard(bench):
    await bench.ask("hello")
    await bench.ask("mute", "2.0")

    await bench.ask("lunch?", "3.0", mentioned=False)

    assert bench.messenger.said[-1] == (None, sentences.muted())
    assert await bench.threads.unread_since(THREAD) == "3.0"


async def test_what_passes_by_while_a_turn_is_answered_is_told_with_the_next_one(bench):
    held = asyncio.Event()
    bench.model.script(ROUTER, [held, "Hi."])
    turn = asyncio.create_task(bench.ask("hello"))
    await eventually(lambda: bench.model.asked(ROUTER))
    await bench.threads.mark_unread(THREAD, MessageTs("2.0"))
    held.set()
    await turn
    bench.transcript.history = [Utterance(MessageTs("2.0"), "Ann", "Between us, @Ben.")]

    await bench.ask("and now?", "3.0", mentioned=False)

    quoted, _ = bench.model.asked(ROUTER)[-1].items
    assert "Between us, @Ben." in quoted.text


async def test_the_plan_stands_above_the_failure_of_one_of_its_experts(make_bench):
    bench = make_bench(timeouts=Timeouts(plan_of_several=60, plan_updates=60))
    held = asyncio.Event()
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "Only one could answer.")
    bench.model.script("legal", ModelRefused(ModelFault.FILTERED, "content_filter"))
    bench.model.script("finance", [held, "Yes."])
    turn = asyncio.create_task(bench.runner().run(await bench.claim("May we?")))
    await eventually(lambda: said_by(bench, "Legal Counsel"))
    held.set()
    await turn

    (plan_ts,) = bench.messenger.plans
    assert bench.messenger.posts[0][1] == plan_ts


async def test_who_is_asked_twice_is_named_once():
    assert sentences.asking(["Legal Counsel", "Finance", "Legal Counsel"]) == (
        "Asking Legal Counsel and Finance"
    )
