"""Panels of hundreds of experts, through the whole bot, whatever keeps the conversations."""

import json
import re
from dataclasses import replace

import pytest

from bot.assembly import storage
from bot.panel.model import Expert, ExpertName
from bot.panel.roster.roster import ChannelScope, RosterChanges
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.stand_in.brain import Call, ModelRequest, Reply, Text
from bot.playground.slack.workspace.company import GENERAL
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.test_backends import restart

# So many different words; the rules of the model know nothing of them.
CITIES = [
    f"{a}{b}{c}"
    for a in ("Bra", "Kel", "Tor", "Mun", "Vis")
    for b in ("da", "mo", "ri", "lu", "ne", "ba", "so", "ki", "fe", "wa")
    for c in ("burg", "stad", "ville", "grad", "ton", "mouth", "dorf", "heim", "port", "by")
]


def guide(number: int) -> Expert:
    city = CITIES[number]
    name = ExpertName(f"guide-{number:03}")
    purpose = f"All about {city}."
    told = f"You are the guide of {city}. You name streets."
    return Expert(name, f"{city} Guide", ":round_pushpin:", purpose, told)


async def give(world: World, size: int) -> None:
    """Let #general have so many guides, whatever else it has."""
    experts = [guide(number) for number in range(size)]
    async with storage.open_storage(world.config()) as memory:
        changes = RosterChanges(
            added={one.name: one for one in experts},
            removed=frozenset({ExpertName("legal"), ExpertName("finance")}),
        )
        await memory.panels.put(ChannelScope(world.slack.workspace.team_id, GENERAL), changes)


@pytest.fixture
async def world_of_guides(world: World) -> World:
    world.brain._otherwise = RuleBrain().reply
    await world.start_bot()
    return world


def consulted(world: World, ts: str) -> set[str]:
    return {who for who, _ in world.said(ts)} - {"Panelbot"}


@pytest.mark.parametrize("backend", ["conversations", "stateless", "assistants"])
async def test_a_question_reaches_the_right_ones_of_500(world_of_guides: World, backend: str):
    world = world_of_guides
    await restart(world, backend)
    await give(world, 500)

    ts = world.say(f"{MENTION} where to stay in {CITIES[7]} and {CITIES[444]}?")
    await world.idle()
    assert consulted(world, ts) == {f"{CITIES[7]} Guide", f"{CITIES[444]} Guide"}

    world.say(f"and in {CITIES[321]}?", ts)
    await world.idle()
    assert consulted(world, ts) >= {f"{CITIES[321]} Guide"}
    assert all(len(request.tools) <= 128 for request in world.brain.asked)


@pytest.mark.parametrize(
    "backend",
    [
        "conversations",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("stateless", "assistants")),
    ],
)
async def test_a_thread_goes_on_while_its_panel_grows_and_shrinks(
    world_of_guides: World, backend: str
):
    world = world_of_guides
    await restart(world, backend)
    ts, sizes = "", []
    # With three more that everybody has: 64 are as many as can be tools of their own.
    for place, size in enumerate((15, 497, 61, 62, 15)):
        await give(world, size)
        said = world.say(f"{MENTION} what about {CITIES[place]}?", ts or None)
        ts = ts or said
        await world.idle()
        sizes.append(len([who for who, _ in world.said(ts) if who == f"{CITIES[place]} Guide"]))
    assert sizes == [1, 1, 1, 1, 1]


def by_habit(request: ModelRequest) -> Reply:
    """Call experts as the conversation's first calls were made, whatever is offered now."""
    if not request.tools or request.items[-1]["type"] == "function_call_output":
        return [Text("Noted.")]
    city = re.findall(r"\b[A-Z]\w+", request.last_user_text)[-1]
    name = guide(CITIES.index(city)).name.replace("-", "_")
    return [Call(f"consult_{name}", {"reason": "It is asked for.", "brief": "Tell us."})]


async def test_a_model_that_imitates_the_past_is_understood(world: World):
    world.brain._otherwise = by_habit
    await world.start_bot()
    await give(world, 500)
    ts = world.say(f"{MENTION} Oh, {CITIES[5]}")
    await world.idle()
    assert consulted(world, ts) == {f"{CITIES[5]} Guide"}


@pytest.mark.parametrize("manner", ["by name", "doubled"])
async def test_calls_of_one_tool_at_once_are_told_apart(world_of_guides: World, manner: str):
    world = world_of_guides
    world.openai.manners.call_ids, world.openai.manners.numbers_items = manner, False  # type: ignore[assignment]
    await give(world, 100)
    ts = world.say(f"{MENTION} where to stay in {CITIES[7]}, {CITIES[44]} and {CITIES[90]}?")
    await world.idle()
    assert consulted(world, ts) == {f"{CITIES[n]} Guide" for n in (7, 44, 90)}
    for asked in world.brain.asked:
        if "guide of" in asked.instructions.partition("\n")[0]:
            assert (
                sum(city in asked.last_user_text.partition("<message")[0] for city in CITIES) <= 3
            )


async def test_an_expert_that_nobody_knows_is_told_with_names_like_it(world: World):
    replies = [Call("consult", {"expert": f"{CITIES[7]}t Guide", "reason": "r", "brief": "b"})]
    asked: list[ModelRequest] = []

    def brain(request: ModelRequest) -> Reply:
        asked.append(request)
        if request.tools and replies:
            return [replies.pop()]
        return [Text("I say it myself.")]

    world.brain._otherwise = brain
    await world.start_bot()
    await give(world, 500)
    ts = world.say(f"{MENTION} hello there")
    await world.idle()
    output = json.dumps(asked[1].items[-1])
    assert "guide-007" in output
    assert len(output) < 600
    assert [text for _, text in world.said(ts)] == ["I say it myself."]


async def test_everyone_of_500_is_whom_the_router_chooses(world_of_guides: World):
    world = world_of_guides
    await give(world, 500)
    ts = world.say(f"{MENTION} everyone: what about {CITIES[3]}?")
    await world.idle()
    said = world.said(ts)
    assert "500 experts are too many to ask at once: 50 is the most." in said[0][1]
    assert consulted(world, ts) == {f"{CITIES[3]} Guide"}


async def test_an_expert_may_consult_any_of_200(world_of_guides: World):
    world = world_of_guides
    await give(world, 200)
    async with storage.open_storage(world.config()) as memory:
        names = tuple(guide(number).name for number in range(1, 200))
        head = replace(guide(0), consults=names)
        await memory.panels.add(ChannelScope(world.slack.workspace.team_id, GENERAL), head)
    ts = world.say(f"{MENTION} guide-000: what about {CITIES[150]}?")
    await world.idle()
    ((who, text),) = world.said(ts)
    assert who == f"{CITIES[0]} Guide"
    assert f"{CITIES[150]} Guide** adds" in text
