"""Experts who consult experts: each level in its own conversation, nobody asked twice."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.panel.errors import (
    ConversationGone,
    ModelFault,
    ModelRefused,
    ModelUnavailable,
    StoreUnavailable,
)
from bot.panel.journal.failures import Failure
from bot.panel.language_model.exchange import ToolAnswered, ToolCalled, UserSaid
from bot.panel.links import ExpertLabels
from bot.panel.messaging.messenger import PlanTask, TaskState
from bot.panel.model import OPERATORS, Decision, Expert, ExpertName, RequestId, UserId
from bot.panel.reports.usage_counts import usage_counts
from bot.panel.roster.roster import ChannelScope
from bot.panel.texts import failure_sentences, sentences
from bot.panel.tools import Approval, ApprovalWanted, McpServer, Toolbox, name_of
from tests.eventually import eventually
from tests.fakes.language_model import ROUTER, USAGE
from tests.panel.conftest import EXPERTS, HURRY, SHOP, THREAD, Bench, consult

HERE = ChannelScope(THREAD.team_id, THREAD.channel_id)
FINANCE, LEGAL = EXPERTS
TAX = Expert(ExpertName("tax"), "Tax Counsel", ":receipt:", "Taxes.", "Count taxes.")
ASKING = replace(LEGAL, consults=(TAX.name, FINANCE.name))
DOWN = ModelUnavailable("down", answered=False)


async def put(bench: Bench, *experts: Expert) -> None:
    for expert in experts:
        await bench.panels.add(HERE, replace(expert, equipped_by=OPERATORS))


@pytest.fixture
async def office(bench: Bench) -> Bench:
    """A bench on whose panel Legal Counsel may consult the others."""
    await put(bench, ASKING, TAX)
    bench.model.script(ROUTER, [consult("legal")])
    return bench


def said_by(bench: Bench, *whom: str | None) -> list[str]:
    return [text for name, text in bench.messenger.said if name in whom]


def the_plan(bench: Bench) -> Sequence[PlanTask]:
    """The plan as it is left."""
    (shown,) = bench.messenger.plans.values()
    return shown[-1]


def outputs(bench: Bench, seat: str) -> list[str]:
    return [one.output for one in bench.model.items_of(seat) if isinstance(one, ToolAnswered)]


def answer(title: str, name: str, text: str) -> str:
    frame = f'<answer from="{title}" id="{name}" role="expert">\n{text}\n</answer>'
    return f"{title} answered:\n{frame}"


async def test_an_experts_colleague_answers_the_expert_and_not_the_people(office):
    office.model.script("legal", [consult("tax")], "Yes, and Tax agrees.")
    office.model.script("legal/tax", "Seven per cent.")

    await office.ask("May we?")

    assert said_by(office, "Legal Counsel", "Tax Counsel") == ["Yes, and Tax agrees."]
    assert outputs(office, "legal") == [answer("Tax Counsel", "tax", "Seven per cent.")]
    office.model.assert_all_used()
    assert office.model.unanswered() == []


async def test_an_expert_may_answer_without_its_colleagues(office):
    office.model.script("legal", "Yes.")

    await office.ask("May we?")

    assert said_by(office, "Legal Counsel") == ["Yes."]
    (prompt,) = office.model.asked("legal")
    assert [tool.name for tool in prompt.tools] == ["consult_finance", "consult_tax"]
    assert "consult colleagues" in prompt.instructions


async def test_what_the_expert_says_beside_its_calls_is_not_posted(office):
    office.model.script("legal", ["Let me ask.", consult("tax")], "Yes.")
    await office.ask("May we?")
    assert said_by(office, "Legal Counsel") == ["Yes."]


async def test_a_colleague_is_told_who_asks_and_what(office):
    office.model.script("legal", [consult("tax")], "Yes.")

    await office.ask("May we?")

    (prompt,) = office.model.asked("legal/tax")
    (item,) = prompt.items
    assert "Look at the tax side." in item.text
    assert "May we?" in item.text
    assert 'consulted by "Legal Counsel"' in prompt.instructions
    assert prompt.tools == ()


async def test_each_level_has_a_conversation_of_its_own(office):
    office.model.script(ROUTER, [consult("legal", "c1"), consult("tax", "c2")], "Done.")
    await office.ask("Hello")
    office.model.script("legal", [consult("tax")], "Yes.")
    office.model.script("legal/tax", "As asked by Legal.")
    office.model.script("tax", "As asked by people.")

    await office.ask("May we?", "2.0")

    links = await office.threads.links(THREAD)
    assert set(links.experts) == {"legal", "legal/tax", "tax"}
    assert len({links.router, *links.experts.values()}) == 4
    for seat, conversation in links.experts.items():
        labels = await office.model.labels(conversation)
        assert labels == ExpertLabels(THREAD, seat, links.router)
    assert (await office.model.labels(links.router)).experts == links.experts


async def test_a_colleague_remembers_what_the_expert_asked_before(office):
    office.model.script("legal", [consult("tax", "c1")], "Yes.", [consult("tax", "c2")], "Still.")
    await office.ask("May we?")
    office.model.script(ROUTER, [consult("legal", "c3")])

    await office.ask("And now?", "2.0")

    asked = [one for one in office.model.items_of("legal/tax") if isinstance(one, UserSaid)]
    assert len(asked) == 2
    assert said_by(office, "Legal Counsel") == ["Yes.", "Still."]


async def test_colleagues_answer_in_parallel(office):
    slow = asyncio.Event()
    office.model.script("legal", [consult("tax"), consult("finance")], "Yes.")
    office.model.script("legal/tax", [slow, "Seven."])
    turn = asyncio.create_task(office.runner().run(await office.claim("May we?")))

    await eventually(lambda: office.model.asked("legal/finance"))
    slow.set()
    await turn

    assert len(outputs(office, "legal")) == 2


async def test_the_plan_and_the_status_tell_who_asks_whom(office):
    go_on = asyncio.Event()
    office.model.script("legal", [consult("tax")], "Yes.")
    office.model.script("legal/tax", [go_on, "Seven."])
    turn = asyncio.create_task(office.runner().run(await office.claim("May we?")))

    told = sentences.consulting([sentences.asking_others("Legal Counsel", ["Tax Counsel"])])
    await eventually(lambda: told in office.messenger.statuses)
    go_on.set()
    await turn

    tasks = the_plan(office)
    assert [(one.persona.name, one.asked_by, one.state) for one in tasks] == [
        ("Legal Counsel", "", TaskState.DONE),
        ("Tax Counsel", "Legal Counsel", TaskState.DONE),
    ]


async def test_a_failing_colleague_is_told_to_the_expert_who_goes_on(office):
    office.model.script("legal", [consult("tax")], "Yes, but nobody knows the tax.")
    office.model.script("legal/tax", DOWN, DOWN, DOWN)

    await office.ask("May we?")

    assert outputs(office, "legal") == ["Tax Counsel could not answer (unavailable)."]
    assert said_by(office, "Legal Counsel") == ["Yes, but nobody knows the tax."]


async def test_a_colleague_that_is_not_there_is_told_to_the_expert(office):
    office.model.script("legal", [consult("nobody")], "Yes.")

    await office.ask("May we?")

    (told,) = outputs(office, "legal")
    assert "consult_tax" in told
    assert said_by(office, "Legal Counsel") == ["Yes."]


async def test_a_function_can_be_a_colleague(office):
    rates = replace(TAX, name=ExpertName("rates"), title="Rates", function="rates")
    await put(office, rates, replace(ASKING, consults=(rates.name,)))
    office.functions.answers["rates"] = ["Seven."]
    office.model.script("legal", [consult("rates")], "Yes.")

    await office.ask("May we?")

    assert outputs(office, "legal") == [answer("Rates", "rates", "Seven.")]
    assert office.functions.asked[0].brief == "Look at the rates side."


async def test_nobody_is_consulted_beyond_the_deepest_level(office):
    await put(office, replace(TAX, consults=(FINANCE.name,)))
    office.model.script("legal", [consult("tax")], "Yes.")
    await office.ask("May we?")
    assert office.model.asked("legal/tax")[0].tools == ()

    office.levels = 3
    office.model.script(ROUTER, [consult("legal", "c2")])
    office.model.script("legal", [consult("tax", "c3")], "Yes.")
    office.model.script("legal/tax", [consult("finance", "c4")], "Seven.")
    await office.ask("And now?", "2.0")
    assert len(office.model.asked("legal/tax/finance")) == 1

    office.levels = 1
    office.model.script(ROUTER, [consult("legal", "c5")])
    await office.ask("And alone?", "3.0")
    assert office.model.asked("legal")[-1].tools == ()


async def test_nobody_consults_in_a_circle_whatever_the_definitions_say(office):
    office.levels = 5
    await put(office, replace(TAX, consults=(LEGAL.name, TAX.name)))
    office.model.script("legal", [consult("tax")], "Yes.")

    await office.ask("May we?")

    assert office.model.asked("legal/tax")[0].tools == ()


async def test_who_has_left_the_panel_is_not_offered(office):
    await office.panels.remove(HERE, TAX.name)
    await office.ask("May we?")
    (prompt,) = office.model.asked("legal")
    assert [tool.name for tool in prompt.tools] == ["consult_finance"]


async def test_the_same_colleague_of_two_experts_is_told_apart(office):
    await put(office, replace(FINANCE, consults=(TAX.name,)))
    office.model._scripts[ROUTER].clear()
    office.model.script(ROUTER, [consult("legal"), consult("finance")], "Done.")
    office.model.script("legal", [consult("tax")], "Yes.")
    office.model.script("finance", [consult("tax")], "Ten.")

    await office.ask("May we?")

    assert sorted(said_by(office, "Legal Counsel", "Finance Partner")) == ["Ten.", "Yes."]
    assert len(office.model.asked("legal/tax")) == len(office.model.asked("finance/tax")) == 1


async def test_an_expert_that_waits_for_colleagues_has_time_for_both(office):
    office.timeouts = replace(HURRY, expert=0.2)
    slow = asyncio.Event()
    office.model.script("legal", [consult("tax")], "Yes, without Tax.")
    office.model.script("legal/tax", [slow, "Too late."])

    await office.ask("May we?")

    assert outputs(office, "legal") == ["Tax Counsel could not answer (slow)."]
    assert said_by(office, "Legal Counsel") == ["Yes, without Tax."]


async def test_the_report_counts_everybody(office):
    office.model.script("legal", [consult("tax")], "Yes.")

    await office.ask("May we?")

    (report,) = office.reports.reports.values()
    legal, tax = report.consultations
    assert (legal.by, tax.by, tax.known_as) == (None, legal.call_id, None)
    assert legal.stage.usage == USAGE + USAGE
    counted = {one.name: (one.questions, one.usage) for one in usage_counts(report)}
    assert counted["tax"] == (1, USAGE)
    assert counted["legal"] == (1, USAGE + USAGE)
    assert report.choosing.usage == USAGE


@pytest.mark.parametrize("step", ["choosing", "closing"])
async def test_an_experts_conversation_that_is_gone_begins_anew(office, step):
    gone = [ConversationGone("gone")]
    choosing = [consult("tax")]
    steps = {"choosing": [gone, choosing, "Yes."], "closing": [choosing, gone, "Yes."]}
    office.model.script("legal", *steps[step])

    await office.ask("May we?")

    assert said_by(office, "Legal Counsel") == ["Yes."]
    assert len(office.model.asked("legal/tax")) == 1
    links = await office.threads.links(THREAD)
    items = office.model.conversations[links.experts[ExpertName("legal")]].items
    assert [type(one) for one in items][:3] == [UserSaid, ToolCalled, ToolAnswered]


async def test_an_expert_that_cannot_go_on_says_so_and_leaves_no_call_open(office):
    refused = ModelRefused(ModelFault.FILTERED, "no")
    office.model.script("legal", [consult("tax")], [refused])
    await office.ask("May we?")
    assert said_by(office, "Legal Counsel") == [
        failure_sentences.expert_failed(Failure.FILTERED_QUESTION, "legal")
    ]
    assert office.model.unanswered() == []

    office.model.script(ROUTER, [consult("legal", "c2")])
    office.model.script("legal", "Now yes.")
    await office.ask("And now?", "2.0")

    assert said_by(office, "Legal Counsel")[-1] == "Now yes."
    assert office.model.unanswered() == []


@pytest.mark.parametrize("failing", [["", DOWN], [consult("tax"), DOWN]])
async def test_an_expert_cut_off_while_it_chooses_asks_nobody_twice(office, failing):
    office.model.script("legal", failing, [consult("tax", "call_again")], "Yes.")

    await office.ask("May we?")

    assert said_by(office, "Legal Counsel") == ["Yes."]
    assert len(office.model.asked("legal/tax")) == 1
    assert office.model.unanswered() == []


ASKING_SHOP = McpServer("shop", "https://shop.example", "Sells.", Approval.ALWAYS)
OPEN_SHOP = McpServer("stock", "https://stock.example", "Counts.", Approval.NEVER)
SHOPS = tuple(map(name_of, (ASKING_SHOP, OPEN_SHOP)))


async def test_a_colleague_gets_no_tool_for_which_it_would_have_to_wait(office):
    office.toolbox = Toolbox((ASKING_SHOP, OPEN_SHOP))
    await put(office, replace(TAX, tools=SHOPS))
    office.model.script("legal", [consult("tax")], "Yes.")
    await office.ask("May we?")
    await office.ask("tax: And what do you say?", "2.0")

    (colleague,), (alone,) = office.model.asked("legal/tax"), office.model.asked("tax")
    assert colleague.server_tools == (OPEN_SHOP,)
    assert alone.server_tools == (ASKING_SHOP, OPEN_SHOP)


@pytest.mark.parametrize("first", [[], [[consult("tax")]]], ids=["at once", "having consulted"])
async def test_an_expert_with_colleagues_may_ask_people_for_approval(office, first):
    office.toolbox = Toolbox((SHOP,))
    await put(office, replace(ASKING, tools=(name_of(SHOP),)))
    wish = ApprovalWanted(RequestId("mcpr_1"), "shop", "look_up_price", "{}")
    office.model.script("legal", *first, ["Let me see.", wish])
    await office.ask("May we?")
    (pending,) = await office.approvals.pending(THREAD)
    verdict = pending.verdict_message(pending.verdict(Decision.APPROVED, 7), UserId("UMEMBER"))
    await office.approvals.record_verdict(THREAD, pending.id, verdict)
    office.model.script("legal", "It costs 49.")

    claim = await office.queue.claim()
    await office.runner().run(claim)
    await office.queue.done(claim)

    assert said_by(office, "Legal Counsel") == ["Let me see.", "It costs 49."]
    assert office.model.asked("legal")[-1].tools == ()  # its colleagues have been heard
    assert office.model.unanswered() == []


async def test_who_was_asked_alone_and_may_consult_since_is_not_asked_twice(bench):
    await put(bench, LEGAL, TAX)
    bench.model.reply = lambda prompt: consult("legal") if prompt.cache_key[:3] == "rou" else "Yes."
    claim = await bench.claim("May we?")
    bench.model.script("legal", ["Yes.", StoreUnavailable("the worker dies")])
    with pytest.raises(BaseExceptionGroup):
        await bench.runner().run(claim)
    await put(bench, ASKING)

    await bench.resume(claim)

    asked = [one for one in bench.model.items_of("legal") if isinstance(one, UserSaid)]
    assert len(asked) == 1
    assert said_by(bench, "Legal Counsel") == ["Yes."]


def ready(bench: Bench) -> None:
    """Two experts, one of whom consults the other and a third, however often they are asked."""

    def reply(prompt):
        match prompt.cache_key:
            case "expert:legal" if prompt.may_call:
                return [consult("tax"), consult("finance")]
            case key if key.startswith("router"):
                return [consult("legal"), consult("finance")] if prompt.may_call else "Agreed."
            case key:
                return f"I am {key}."

    bench.model.reply = reply


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 34))
async def test_stopped_at_any_entry_of_the_journal(bench, stop_at, after):
    await put(bench, ASKING, TAX)
    ready(bench)
    claim = await bench.claim("May we?")
    await bench.die(claim, stop_at, after=after)

    await bench.resume(claim)

    assert sorted(said_by(bench, "Legal Counsel", "Finance Partner")) == [
        "I am expert:finance.",
        "I am expert:legal.",
    ]
    assert said_by(bench, "Tax Counsel") == []
    assert bench.model.unanswered() == []
    for seat in (ROUTER, "legal", "finance", "legal/tax", "legal/finance"):
        items = bench.model.items_of(seat)
        assert len([one for one in items if isinstance(one, UserSaid)]) == 1, seat
        calls = [one.call_id for one in items if isinstance(one, ToolCalled)]
        answers = [one.call_id for one in items if isinstance(one, ToolAnswered)]
        assert sorted(answers) == sorted(calls)
    assert list((await bench.threads.links(THREAD)).experts) != []


@pytest.mark.parametrize("lost", [0, 1])
async def test_stop_ends_all_levels_and_leaves_no_call_open(office, lost):
    office.model.script("legal", [consult("tax"), consult("finance")])
    office.model.script("legal/tax", [asyncio.Event()])
    claim = await office.claim("May we?")
    turn = asyncio.create_task(office.runner().run(claim))
    await eventually(lambda: office.model.asked("legal/tax") and office.messenger.plans)
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)

    for _ in range(lost + 1):  # the second time as after a crash
        await office.runner().stop(claim)

    assert office.model.unanswered() == []
    assert said_by(office, None)[-1] == sentences.stopped(["Legal Counsel"])
    assert {task.state for task in the_plan(office)} <= {TaskState.DONE, TaskState.STOPPED}
