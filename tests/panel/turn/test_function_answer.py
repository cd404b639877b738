import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.functions import FunctionRefused, Said, Source
from bot.panel.errors import FunctionFailed, FunctionNeedsAsker, FunctionOff
from bot.panel.journal.events import ExpertAnswered
from bot.panel.journal.failures import Failure
from bot.panel.language_model.exchange import ToolAnswered
from bot.panel.model import Expert, ExpertName, FileId, MessageTs, SharedFile
from bot.panel.reports.usage_counts import usage_counts
from bot.panel.roster.roster import ChannelScope
from bot.panel.texts import failure_sentences, sentences, shortcomings
from bot.panel.turn.consulting.function_answer import LONGEST, MOST_SOURCES
from bot.panel.utterance import Author, Utterance
from tests.fakes.language_model import ROUTER, Meanwhile
from tests.panel.conftest import THREAD, consult, own_id

BEN = Author("UMEMBER")
ORDERS = Expert(ExpertName("orders"), "Order Desk", ":package:", "Orders.", "", function="orders")


@pytest.fixture
async def desk(bench):
    """A bench whose panel has an expert that is a function."""
    await bench.panels.add(ChannelScope(THREAD.team_id, THREAD.channel_id), ORDERS)
    bench.functions.answers["orders"] = ["It is ", "on its way."]
    bench.model.script(ROUTER, [consult("orders")])
    return bench


def replies(bench):
    return [text for name, text in bench.messenger.said if name == "Order Desk"]


async def test_a_function_answers_under_its_own_name_and_the_router_learns_it(desk):
    await desk.ask("Where is order 7?")

    assert replies(desk) == ["It is on its way."]
    (told,) = [one for one in desk.model.items_of(ROUTER) if isinstance(one, ToolAnswered)]
    assert "It is on its way." in told.output
    assert desk.model.unanswered() == []


async def test_its_answer_is_kept_before_anything_else_happens(desk):
    """A model that answered before a crash is found to have; a function would be called again."""
    batches, append = [], desk.journal.append

    async def noting(claim, *events, **more):
        batches.append([type(event) for event in events])
        await append(claim, *events, **more)

    desk.journal.append = noting
    await desk.ask("Where is order 7?")

    assert [ExpertAnswered] in batches


async def test_halves_of_characters_are_joined_or_replaced(desk):
    source = Source("Order \udc00", "https://orders.example/\ud83d")
    desk.functions.answers["orders"] = ["Sent \ud83d", "\ude00, not \ud83d lost.", source]
    await desk.ask("Where is order 7?")

    (told,) = replies(desk)
    assert told.startswith("Sent \N{GRINNING FACE}, not \ufffd lost.")
    assert told.encode()


async def test_it_has_no_conversation_of_its_own(desk):
    await desk.ask("Where is order 7?")

    links = await desk.threads.links(THREAD)
    assert links.router
    assert links.experts == {}
    assert len(desk.model.conversations) == 1


async def test_it_learns_the_question_the_brief_who_asks_where_and_until_when(desk):
    desk.transcript.history = [Utterance(MessageTs("1.0"), "Bob", "Hello all", author=BEN)]
    before = datetime.now(UTC)

    file = SharedFile(FileId("F1"), "order.pdf", "application/pdf", 10)
    await desk.ask("Where is order 7?", "2.0", file)

    (request,) = desk.functions.asked
    assert request.question.startswith("Where is order 7?")
    assert request.brief == "Look at the orders side."
    assert request.said == (Said("Bob", "Hello all"),)
    assert request.files == ("order.pdf",)
    assert request.asker.id == "UMEMBER"
    assert (request.thread.team_id, request.thread.channel_id) == ("T1", "C1")
    assert request.key == f"T1:C1:2.0/{own_id('call_orders', '2.0')}"
    left = request.deadline - before
    assert left.total_seconds() == pytest.approx(desk.timeouts.function, abs=5)


async def test_people_can_ask_it_directly(desk):
    await desk.ask("orders: where is 7?")

    (request,) = desk.functions.asked
    assert request.brief == ""
    assert replies(desk) == ["It is on its way."]


async def test_its_sources_stand_under_the_answer_once(desk):
    source = Source("Order 7", "https://orders.example/7")
    desk.functions.answers["orders"] = ["Here.", source, source]

    await desk.ask("Where is order 7?")

    told = sentences.function_sources([("Order 7", "https://orders.example/7")])
    assert replies(desk) == [f"Here.\n\n{told}"]


async def test_a_refusal_is_told_in_its_own_words_to_people_and_router(desk):
    desk.functions.answers["orders"] = [FunctionRefused("Which order?")]

    await desk.ask("Where is it?")

    assert replies(desk) == ["Which order?"]
    assert len(desk.model.asked(ROUTER)) == 1  # it does not answer in the function's place
    (told,) = [one for one in desk.model.items_of(ROUTER) if isinstance(one, ToolAnswered)]
    assert "Which order?" in told.output


async def test_where_a_function_needs_to_know_who_asks_people_are_told_to_ask_it_alone(desk):
    desk.functions.answers["orders"] = [FunctionNeedsAsker("orders")]

    await desk.ask("Where is it?")

    assert replies(desk) == [failure_sentences.function_needs_asker("orders")]


@pytest.mark.parametrize(
    ("answers", "failure"),
    [
        ({"orders": ["So far", FunctionFailed("orders")]}, Failure.FUNCTION),
        ({}, Failure.MISSING),
    ],
    ids=["broken", "not installed"],
)
async def test_a_failure_is_told_in_a_sentence_of_ours(desk, answers, failure):
    desk.functions.answers = answers

    await desk.ask("Where is order 7?")

    assert replies(desk) == [failure_sentences.expert_failed(failure, "orders")]


@pytest.mark.parametrize(
    "pieces",
    [[], [" "], ["\u200b", "```\n```"], ["\u200b", Source("Order 7", "https://orders.example/7")]],
    ids=["none", "blank", "invisible", "only sources"],
)
async def test_an_empty_answer_is_told_as_the_functions_not_the_models(desk, pieces):
    desk.functions.answers["orders"] = pieces

    await desk.ask("Where is order 7?")

    assert replies(desk) == [failure_sentences.function_said_nothing("orders")]
    (told,) = [one for one in desk.model.items_of(ROUTER) if isinstance(one, ToolAnswered)]
    assert "answered with nothing" in told.output


async def test_one_that_is_off_says_so(desk):
    desk.functions.answers["orders"] = [FunctionOff("orders")]

    await desk.ask("Where is order 7?")

    assert replies(desk) == [shortcomings.function_off()]


async def test_an_answer_has_so_many_sources(desk):
    many = [Source(f"Order {number}", "") for number in range(MOST_SOURCES + 50)]
    desk.functions.answers["orders"] = ["Here.", *many]
    await desk.ask("Which orders?")

    assert "".join(replies(desk)).count("Order ") == MOST_SOURCES


async def test_an_endless_answer_is_cut(desk):
    desk.functions.answers["orders"] = ["x" * 30_000] * 3

    await desk.ask("Where is order 7?")

    (told,) = [one for one in desk.model.items_of(ROUTER) if isinstance(one, ToolAnswered)]
    assert told.output.count("xx") * 2 == LONGEST
    assert sentences.function_cut() in told.output


@pytest.mark.parametrize("fence", ["```", "~~~", "`````"])
@pytest.mark.parametrize(("length", "more"), [(LONGEST, []), (1, [Source("Order 7", "")])])
async def test_what_is_said_under_an_answer_is_not_part_of_its_code(desk, fence, length, more):
    desk.messenger.limit = LONGEST + 1_000
    desk.functions.answers["orders"] = [f"{fence}\n{'x' * length}", *more]

    await desk.ask("Where is order 7?")

    note = sentences.function_sources([("Order 7", "")]) if more else sentences.function_cut()
    assert replies(desk)[-1].endswith(f"\n{fence}\n\n{note}")


async def test_a_slow_function_is_given_up(desk):
    desk.timeouts = replace(desk.timeouts, function=0.01)
    desk.functions.answers["orders"] = [asyncio.Event(), "Too late."]

    await desk.ask("Where is order 7?")

    assert replies(desk) == [failure_sentences.expert_failed(Failure.SLOW, "orders")]


async def test_people_watch_a_function_write(desk):
    desk.timeouts = replace(desk.timeouts, stream_updates=0)
    desk.messenger.private = True
    desk.functions.answers["orders"] = ["It is ", Meanwhile(), "on its way.", Meanwhile()]

    await desk.ask("Where is order 7?")

    assert desk.messenger.grown[0] == "It is "
    assert desk.messenger.grown[-1] == "It is on its way."
    assert replies(desk) == ["It is on its way."]


async def test_nobody_can_go_deeper_where_there_is_no_model(desk):
    await desk.ask("Where is order 7?")

    assert {post.by_function for _, _, post in desk.messenger.posts if post.ends_reply} == {True}


async def test_it_counts_as_asked_and_costs_nothing(desk):
    await desk.ask("Where is order 7?")

    (report,) = desk.reports.reports.values()
    (tally,) = [one for one in usage_counts(report) if one.name == "orders"]
    assert (tally.questions, tally.model, tally.usage.output) == (1, "function", 0)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 13))
async def test_what_it_has_answered_is_kept_when_a_worker_dies(desk, stop_at, after):
    desk.model.reply = lambda prompt: consult("orders") if prompt.may_call else "Done."
    claim = await desk.claim("Where is order 7?")
    await desk.die(claim, stop_at, after=after)
    kept = any(isinstance(one, ExpertAnswered) for one in await desk.journal.read(claim))
    asked = len(desk.functions.asked)

    await desk.resume(claim)

    assert replies(desk) == ["It is on its way."]
    assert len(desk.functions.asked) == asked if kept else len(desk.functions.asked) == asked + 1
    assert {request.key for request in desk.functions.asked} == {
        f"T1:C1:1.0/{own_id('call_orders')}"
    }
    assert desk.model.unanswered() == []
