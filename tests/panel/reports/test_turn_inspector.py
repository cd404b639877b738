"""What people are told of how a reply came about."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.panel.errors import ModelUnavailable, Refused
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    ModelSaid,
    Source,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
)
from bot.panel.model import (
    CallId,
    Decision,
    Expert,
    ExpertName,
    Message,
    MessageTs,
    RequestId,
    TurnId,
    UserId,
)
from bot.panel.prices import Price, Prices
from bot.panel.reports.turn_inspector import TurnInspector
from bot.panel.reports.turn_trace import ApprovalTrace
from bot.panel.roster.roster import ChannelScope
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.tools import ApprovalWanted
from bot.panel.usage import NO_USAGE
from tests.fakes.language_model import ROUTER, USAGE
from tests.panel.conftest import EXPERTS, THREAD, Bench, consult, own_id, with_shop

FIRST, SECOND = TurnId("T1:C1:1.0"), TurnId("T1:C1:2.0")
DOLLAR = Decimal(1)
PRICES = Prices("2026-11-20", {"gpt-6-luna": Price(DOLLAR, DOLLAR, DOLLAR)})
DOWN = ModelUnavailable("down")


def desk(bench: Bench, prices: Prices = PRICES) -> TurnInspector:
    recovery = LinkRecovery(bench.threads, bench.model, bench.transcript)
    return TurnInspector(bench.reports, recovery, bench.model, prices)


async def test_reasons_and_briefs_are_read_back_from_the_conversations(bench):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "They agree.")
    await bench.ask("May we, and what does it cost?")

    work = await desk(bench).trace(THREAD, FIRST)

    legal, finance = work.parts
    assert (legal.name, legal.reason) == ("Legal Counsel", "legal matters")
    assert finance.brief == "Look at the finance side."
    assert legal.metrics.usage == USAGE
    assert legal.metrics.model == "gpt-6.1-terra"
    assert work.text_available


async def test_a_report_need_not_say_what_its_calls_ids_are_made_from(bench):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")])
    await bench.ask("May we?")
    report = bench.reports.reports[FIRST]
    parts = tuple(replace(part, known_as=None) for part in report.consultations)
    bench.reports.reports[FIRST] = replace(report, consultations=parts)

    work = await desk(bench).trace(THREAD, FIRST)

    assert [part.reason for part in work.parts] == ["legal matters", "finance matters"]


async def test_each_turn_of_a_thread_is_told_apart(bench):
    bench.model.script(ROUTER, [consult("legal", "call_0")], [consult("legal", "call_0")])
    bench.model.script("legal", "One.", "Two.")
    await bench.ask("First?")
    await bench.ask("Second?", "2.0")

    first, second = [await desk(bench).trace(THREAD, turn) for turn in (FIRST, SECOND)]

    assert [part.call_id for part in first.parts] == [own_id("call_0", "1.0")]
    assert [part.call_id for part in second.parts] == [own_id("call_0", "2.0")]
    assert first.parts[0].brief == second.parts[0].brief == "Look at the legal side."


async def test_what_an_expert_used_and_cites_is_told_of_its_own_turn_only(bench):
    page = Source("The licence", "https://example.com/mit")
    bench.model.script(ROUTER, [consult("legal", "call_0")], [consult("legal", "call_0")])
    await bench.ask("First?")
    bench.model.items_of("legal")[-1:] = [
        ToolUsed("web_search"),
        ToolUsed("web_search"),
        ModelSaid("Yes.", sources=(page, page), thoughts="May they?"),
    ]
    await bench.ask("Second?", "2.0")

    first, second = [await desk(bench).trace(THREAD, turn) for turn in (FIRST, SECOND)]

    assert first.parts[0].tools == ("web_search",)
    assert first.parts[0].sources == (page,)
    assert (first.parts[0].thoughts, second.parts[0].thoughts) == ("May they?", "")
    assert (second.parts[0].tools, second.parts[0].sources) == ((), ())


async def test_costs_add_up_where_all_are_known(bench):
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "They agree.")
    await bench.ask("May we, and what does it cost?")
    each = Decimal(USAGE.input + USAGE.output) / 1_000_000
    price = Price(DOLLAR, DOLLAR, DOLLAR)
    prices = Prices("2026-11-20", {"gpt-6-luna": price, "gpt-6.1-terra": price})

    work = await desk(bench, prices).trace(THREAD, FIRST)

    assert work.cost == 4 * each
    assert work.usage == USAGE + USAGE + USAGE + USAGE


async def test_what_one_unknown_model_costs_makes_the_whole_unknown(bench):
    bench.model.script(ROUTER, [consult("legal")])
    await bench.ask("May we?")

    work = await desk(bench).trace(THREAD, FIRST)

    assert work.choosing.cost is not None
    assert work.parts[0].metrics.cost is None
    assert work.cost is None


async def test_an_expert_that_was_addressed_directly_had_no_brief(bench):
    await bench.ask("legal: may we?")

    work = await desk(bench).trace(THREAD, FIRST)

    assert work.direct
    assert [part.brief for part in work.parts] == [""]


async def test_of_a_turn_without_a_report_the_words_are_told(bench):
    bench.model.script(ROUTER, [consult("legal")])
    await bench.ask("May we?")
    bench.reports.reports.clear()

    work = await desk(bench).trace(THREAD, FIRST)

    assert [(part.name, part.brief) for part in work.parts] == [
        ("legal", "Look at the legal side.")
    ]
    assert (work.seconds, work.all_metrics) == (None, ())


async def test_calls_that_a_crash_left_behind_are_not_told(bench):
    bench.model.script(ROUTER, [consult("legal")])
    await bench.ask("May we?")
    bench.reports.reports.clear()
    aborted = ToolCalled(CallId("call_0"), "consult_tax", {"reason": "r", "brief": "b"})
    bench.model.items_of(ROUTER)[1:1] = [aborted, ToolAnswered(aborted.call_id, ABORTED)]

    work = await desk(bench).trace(THREAD, FIRST)

    assert [part.name for part in work.parts] == ["legal"]


async def test_while_the_models_side_is_away_the_numbers_are_told(bench):
    bench.model.script(ROUTER, [consult("legal")])
    await bench.ask("May we?")
    bench.model.fail_next("items", DOWN)
    bench.model.fail_next("items", DOWN)

    work = await desk(bench).trace(THREAD, FIRST)

    assert not work.text_available
    assert work.parts[0].metrics.usage == USAGE
    assert work.parts[0].reason == ""


async def test_a_question_that_came_after_others_is_found_by_its_last_message(bench):
    bench.model.script(ROUTER, [consult("legal")])
    aside = Message(MessageTs("2.0"), UserId("U1"), "Let us ask the panel.")
    await bench.queue.put(THREAD, aside)
    await bench.ask("May we?", "3.0")  # both are one turn, which begins with the aside

    work = await desk(bench).trace(THREAD, SECOND)

    assert work.parts[0].reason == "legal matters"


async def test_what_nobody_knows_is_refused(bench):
    with pytest.raises(Refused, match="no longer know"):
        await desk(bench).trace(THREAD, FIRST)


async def test_a_function_takes_time_and_no_tokens_and_costs_nothing(bench):
    orders = Expert(ExpertName("orders"), "Orders", ":package:", "Orders.", "", function="orders")
    await bench.panels.add(ChannelScope(THREAD.team_id, THREAD.channel_id), orders)
    bench.functions.answers["orders"] = ["Here."]
    bench.model.script(ROUTER, [consult("orders")])
    await bench.ask("Where is it?")

    work = await desk(bench).trace(THREAD, FIRST)

    (part,) = work.parts
    assert (part.name, part.brief) == ("Orders", "Look at the orders side.")
    assert (part.metrics.cost, part.metrics.usage, part.metrics.model) == (0, NO_USAGE, "function")
    assert work.cost == work.choosing.cost


@pytest.mark.parametrize("reported", [True, False])
async def test_whom_an_expert_consulted_is_told_with_it(bench, reported):
    await bench.panels.add(
        ChannelScope(THREAD.team_id, THREAD.channel_id),
        replace(EXPERTS[1], consults=(ExpertName("finance"),)),
    )
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", [consult("finance")], "Yes.")
    await bench.ask("May we?")
    if not reported:
        bench.reports.reports.clear()

    work = await desk(bench).trace(THREAD, FIRST)

    (legal,) = work.parts
    (finance,) = legal.parts
    assert finance.name == ("Finance Partner" if reported else "finance")
    assert (finance.reason, finance.brief) == ("finance matters", "Look at the finance side.")
    assert finance.parts == ()
    if reported:
        assert finance.metrics.usage == USAGE
        assert legal.metrics.usage == USAGE + USAGE
        assert len(work.all_metrics) == 3


async def test_what_needed_approval_is_told_with_what_people_said(bench):
    price = ApprovalWanted(RequestId("mcpr_1"), "shop", "look_up_price", "{}")
    ticket = ApprovalWanted(RequestId("mcpr_2"), "shop", "open_ticket", "{}")
    bench.model.script("legal", [price, ticket])
    await bench.ask("legal: What does it cost?")
    (first,) = (await desk(bench).trace(THREAD, FIRST)).parts
    bench.model.items_of("legal").append(ApprovalGiven(price.request, True, "Ann approves of it."))

    (second,) = (await desk(bench).trace(THREAD, FIRST)).parts

    assert first.approvals == (
        ApprovalTrace("shop", "look_up_price"),
        ApprovalTrace("shop", "open_ticket"),
    )
    assert second.approvals[0] == ApprovalTrace(
        "shop", "look_up_price", True, "Ann approves of it."
    )
    assert not second.continues


async def test_an_answer_after_a_decision_tells_of_the_question_that_it_goes_on_with():
    bench = with_shop()
    wish = ApprovalWanted(RequestId("mcpr_1"), "shop", "look_up_price", "{}")
    bench.model.script("legal", [wish], "49 a month.")
    await bench.ask("legal: What does it cost?")
    (pending,) = await bench.approvals.pending(THREAD)
    verdict = pending.verdict_message(pending.verdict(Decision.APPROVED, 7), UserId("UMEMBER"))
    await bench.approvals.record_verdict(THREAD, pending.id, verdict)
    claim = await bench.queue.claim()
    await bench.runner().run(claim)
    await bench.queue.done(claim)

    (part,) = (await desk(bench).trace(THREAD, claim.turn.id)).parts

    assert part.continues
    assert [one.approved for one in part.approvals] == [True]
    assert part.metrics.usage == USAGE
