"""Without decisions, two samples of the router tell how sure it is, where people are asked."""

import asyncio

import pytest

from bot.panel.budgets.budget_store import Spent
from bot.panel.budgets.limits import read_all
from bot.panel.errors import ModelFault, ModelRefused, ModelUnavailable
from bot.panel.journal.events import LikelihoodsJudged
from bot.panel.language_model.exchange import ModelSaid, ToolCalled, WrittenCalls
from bot.panel.model import CallId, WhenUnsure
from bot.panel.roster.roster import Setting, WorkspaceScope
from bot.panel.routing.gate import Look
from tests.fakes.budget_store import ledger
from tests.fakes.language_model import ROUTER, USAGE
from tests.panel.conftest import Bench, consult

ASKS = (None, "I am not sure whom to ask. Who is to answer this?")


@pytest.fixture
def comparing(make_bench) -> Bench:
    bench = make_bench(look=Look(decisions=False, agreement=True))
    bench.unsure = WhenUnsure.CAUTIOUS
    return bench


def wants(*experts: str) -> list[ToolCalled]:
    """What a sample calls: without a reason or a brief."""
    return [ToolCalled(CallId(f"call_{one}"), f"consult_{one}", {}) for one in experts]


def sampled(bench: Bench, first, second, *further) -> None:
    bench.model.script(ROUTER, first, second, *further)


async def test_where_they_differ_people_are_asked_and_nothing_else_is(comparing):
    sampled(comparing, wants("legal"), wants("finance"))
    await comparing.ask("May we?")
    assert comparing.messenger.said == [ASKS]
    assert comparing.model.prompts == []
    assert len(comparing.model.asked_once) == 2


async def test_where_they_agree_on_one_that_is_asked_at_once(comparing):
    sampled(comparing, wants("legal"), wants("legal"))
    await comparing.ask("May we?")
    assert [one.cache_key for one in comparing.model.prompts] == ["expert:legal"]


async def test_where_they_agree_on_several_the_router_chooses_of_these(comparing):
    both = wants("finance", "legal")
    sampled(comparing, both, both, [consult("legal"), consult("finance")])
    await comparing.ask("May we?")
    assert comparing.model.prompts[0].cache_key == "router:C1"
    assert comparing.messenger.said.count(ASKS) == 0


async def test_where_both_want_nobody_the_router_answers(comparing):
    sampled(comparing, "nobody", "nobody", "Hello!")
    await comparing.ask("Good morning")
    assert comparing.messenger.said[-1][1] == "Hello!"


@pytest.mark.parametrize(
    "lost",
    [
        ModelUnavailable("away"),
        ModelRefused(ModelFault.BAD_REQUEST, "no"),
        "",
        [ToolCalled(CallId("call_1"), "consult_nobody_we_know", {})],
        "I would ask Legal Counsel.",
        "consult_legal",
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
async def test_a_sample_that_is_lost_changes_nothing(comparing, lost, is_first):
    samples = (lost, wants("legal")) if is_first else (wants("legal"), lost)
    sampled(comparing, *samples, [consult("finance")])
    await comparing.ask("May we?")
    assert ASKS not in comparing.messenger.said
    assert comparing.model.asked("finance")
    (report,) = comparing.reports.reports.values()
    assert report.routing.likelihoods is None or not report.routing.likelihoods.experts


async def test_calls_that_a_weak_model_writes_as_text_count(comparing):
    written = ModelSaid("consult_legal", written=WrittenCalls(tuple(wants("legal"))))
    sampled(comparing, written, wants("legal"))
    await comparing.ask("May we?")
    assert [one.cache_key for one in comparing.model.prompts] == ["expert:legal"]


async def test_they_are_not_taken_where_people_are_not_asked(comparing):
    comparing.unsure = WhenUnsure.OFF
    comparing.model.script(ROUTER, [consult("legal")])
    await comparing.ask("May we?")
    assert comparing.model.asked_once == []


async def test_a_channel_may_have_it_otherwise(comparing):
    comparing.unsure = WhenUnsure.OFF
    await comparing.panels.set(WorkspaceScope("T1"), Setting.UNSURE, WhenUnsure.CAUTIOUS)
    sampled(comparing, wants("legal"), wants("finance"))
    await comparing.ask("May we?")
    assert comparing.messenger.said == [ASKS]


async def test_they_read_what_the_router_reads_but_write_little(comparing):
    await comparing.panels.set(WorkspaceScope("T1"), Setting.RULES, "At most two.")
    sampled(comparing, wants("legal"), wants("legal"))
    await comparing.ask("May we sell?")
    sampled(comparing, wants("legal"), wants("legal"))
    await comparing.ask("And abroad?", ts="2.0")
    prompt = comparing.model.asked_once[-1]
    assert "At most two." in prompt.instructions
    assert 0 < prompt.most_output <= 1_000
    assert all(not tool.parameters for tool in prompt.tools)
    shown = "\n".join(item.text for item in prompt.items)
    assert shown.index("May we sell?") < shown.index("consult_legal") < shown.index("And abroad?")


async def test_they_are_taken_after_decisions_that_there_are_not(make_bench):
    bench = make_bench(look=Look(agreement=True))
    bench.unsure = WhenUnsure.CAUTIOUS
    sampled(bench, wants("legal"), wants("finance"))
    await bench.ask("May we?")
    assert bench.messenger.said == [ASKS]


async def test_they_are_not_taken_where_decisions_tell(make_bench):
    bench = make_bench(look=Look(agreement=True))
    bench.unsure = WhenUnsure.CAUTIOUS
    bench.model.likelihoods = {"nobody": 0.0, "consult_legal": 0.9}
    await bench.ask("May we?")
    assert bench.model.asked_once == []


async def test_what_they_took_is_reported_and_how_likely_each_was(comparing):
    sampled(comparing, wants("legal"), wants("legal", "finance"))
    await comparing.ask("May we?")
    (report,) = comparing.reports.reports.values()
    assert report.choosing.usage == USAGE + USAGE
    assert report.routing.likelihoods.experts == {"legal": 0.75, "finance": 0.375}


@pytest.mark.parametrize(("limit", "samples"), [("10M", 2), ("10", 0)])
async def test_budgets_hold_for_them(make_bench, limit, samples):
    limits = f"workspace {limit} tokens/month"
    bench = make_bench(look=Look(decisions=False, agreement=True), ledger=ledger(limits))
    bench.unsure = WhenUnsure.CAUTIOUS
    sampled(bench, wants("legal"), wants("finance"))
    await bench.ask("May we?")
    assert len(bench.model.asked_once) == samples
    (standing,) = await bench.ledger.standings(read_all(limits), "T1")
    assert standing == Spent(samples * (USAGE.input + USAGE.output))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 8))
async def test_killed_anywhere_people_are_asked_once(comparing, stop_at, after):
    sampled(comparing, wants("legal"), wants("finance"), wants("legal"), wants("finance"))
    claim = await comparing.claim("May we?")
    await comparing.die(claim, stop_at, after=after)
    journal = await comparing.journal.read(claim)
    taken = len(comparing.model.asked_once)
    await comparing.resume(claim)
    assert comparing.messenger.said == [ASKS]
    if any(isinstance(event, LikelihoodsJudged) for event in journal):
        assert len(comparing.model.asked_once) == taken


async def test_a_sample_that_hangs_is_given_up(comparing, monkeypatch):
    monkeypatch.setattr("bot.panel.language_model.judging.likelihood_requests._PATIENCE", 0.01)
    sampled(comparing, [asyncio.Event(), "nobody"], wants("legal"), [consult("finance")])
    await comparing.ask("May we?")
    assert comparing.model.asked("finance")
