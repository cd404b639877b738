"""A first look: one expert who is likely wanted is asked at once, all else is the router's."""

import pytest

from bot.panel.errors import ModelUnavailable
from bot.panel.journal.events import LikelihoodsJudged
from bot.panel.model import ExpertName
from bot.panel.roster.roster import Setting, WorkspaceScope
from bot.panel.routing.decision import NotAsked, WhyNot
from bot.panel.routing.gate import Look
from tests.fakes.language_model import ROUTER
from tests.panel.conftest import Bench, consult


@pytest.fixture
def looking(make_bench) -> Bench:
    return make_bench(look=Look())


def likely(bench: Bench, nobody: float = 0.0, **experts: float) -> None:
    found = {f"consult_{name}": likelihood for name, likelihood in experts.items()}
    bench.model.likelihoods = {"nobody": nobody, **found}


def router_prompts(bench: Bench) -> list:
    return [prompt for prompt in bench.model.prompts if "router" in prompt.cache_key]


async def test_one_likely_expert_is_asked_in_the_persons_own_words(looking):
    likely(looking, legal=0.9, finance=0.1)
    looking.model.script("legal", "You may.")
    await looking.ask("May we?")
    assert ("Legal Counsel", "You may.") in looking.messenger.said
    assert not router_prompts(looking)
    (asked,) = looking.model.asked("legal")
    assert "May we?" in asked.items[-1].text
    calls = [item for item in looking.model.items_of(ROUTER) if hasattr(item, "arguments")]
    assert [call.arguments["reason"] for call in calls] == ["Most likely the one who is wanted."]


async def test_several_likely_experts_are_left_to_the_router(looking):
    likely(looking, legal=0.9, finance=0.8)
    looking.model.script(ROUTER, consult("legal"))
    await looking.ask("May we?")
    assert [tool.name for tool in router_prompts(looking)[0].tools] == [
        "consult_finance",
        "consult_legal",
    ]


@pytest.mark.parametrize(
    "judged", [{"nobody": 0.95, "legal": 0.6}, {"legal": 0.4, "finance": 0.3}, {}]
)
async def test_the_router_answers_where_nobody_is_likely(looking, judged):
    likely(looking, **judged)
    looking.model.script(ROUTER, "Hello!")
    await looking.ask("Good morning")
    assert looking.messenger.said[-1][1] == "Hello!"


async def test_a_server_without_decisions_leaves_it_to_the_router(looking):
    looking.model.script(ROUTER, "Hello!")
    await looking.ask("Good morning")
    assert looking.messenger.said[-1][1] == "Hello!"


async def test_a_judge_that_is_away_leaves_it_to_the_router(looking):
    looking.model.fail_next("judge", ModelUnavailable("away"))
    looking.model.script(ROUTER, "Hello!")
    await looking.ask("Good morning")
    assert looking.messenger.said[-1][1] == "Hello!"


async def test_without_the_setting_nobody_judges(bench):
    likely(bench, legal=0.9)
    bench.model.script(ROUTER, "Hello!")
    await bench.ask("Good morning")
    assert not bench.model.judged


async def test_what_was_asked_before_is_shown_to_the_judge(looking):
    likely(looking, legal=0.9)
    await looking.ask("May we sell?")
    await looking.ask("And abroad?", ts="2.0")
    shown = "\n".join(item.text for item in looking.model.judged[-1].items)
    assert shown.index("May we sell?") < shown.index("consult_legal") < shown.index("And abroad?")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 8))
async def test_a_resumed_turn_asks_whom_it_had_judged(looking, stop_at, after):
    likely(looking, legal=0.9)
    claim = await looking.claim("May we?")
    await looking.die(claim, stop_at, after=after)
    journal = await looking.journal.read(claim)
    if any(isinstance(event, LikelihoodsJudged) for event in journal):
        likely(looking, finance=0.9)  # it would be judged otherwise now
    await looking.resume(claim)
    assert len(looking.model.asked("legal")) >= 1
    assert not looking.model.asked("finance")
    answers = [who for who, _ in looking.messenger.said if who == "Legal Counsel"]
    assert len(answers) == 1


async def test_who_was_not_asked_is_reported_with_how_unlikely_it_was(looking):
    likely(looking, legal=0.9, finance=0.2)
    await looking.ask("May we?")
    (report,) = looking.reports.reports.values()
    assert not report.direct
    assert report.routing.not_asked(direct=report.direct) == (
        NotAsked(ExpertName("finance"), WhyNot.UNLIKELY, 0.2),
    )


@pytest.mark.parametrize("stop_at", [2, 3, 7])
async def test_rules_that_come_between_two_attempts_change_nobody_who_was_judged(looking, stop_at):
    likely(looking, legal=0.9)
    claim = await looking.claim("May we?")
    await looking.die(claim, stop_at, after=True)
    journal = await looking.journal.read(claim)
    assert any(isinstance(event, LikelihoodsJudged) for event in journal)
    await looking.panels.set(WorkspaceScope("T1"), Setting.RULES, "Always ask Finance.")
    await looking.resume(claim)
    assert len(looking.model.asked("legal")) >= 1
    assert not router_prompts(looking)
