"""Menus of hundreds of experts: people find one of them by typing."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.assembly import storage
from bot.json_types import Json
from bot.panel.model import ExpertName, ThreadRef, Wish
from bot.panel.roster.roster import ChannelScope, RosterChanges
from bot.playground.slack.delivery import interactions
from bot.playground.slack.delivery.delivery import Delivery
from bot.playground.slack.people.forms import element_of
from bot.playground.slack.workspace.company import ADA, BEN, GENERAL
from bot.playground.slack.workspace.state import View
from tests.end_to_end.conftest import World
from tests.end_to_end.test_large_panels import CITIES, give, guide
from tests.end_to_end.test_steering import asked_legal, choose, reply_of
from tests.eventually import eventually

SIZE = 300


async def opened(world: World) -> View:
    await eventually(lambda: any(view.is_open for view in world.slack.workspace.views.values()))
    return next(view for view in world.slack.workspace.views.values() if view.is_open)


def names(options: Sequence[Json]) -> list[str]:
    return [option["value"] for option in options]


async def asking(world: World) -> tuple[str, View]:
    """Return a thread, and the modal in which Ada picks another expert for it."""
    ts = await asked_legal(world)
    await give(world, SIZE)
    await choose(world, reply_of(world, ts, "Legal Counsel"), Wish.ANOTHER)
    return ts, await opened(world)


async def test_another_expert_of_300_is_found_by_typing(bot_on_both: World):
    world = bot_on_both
    ts, view = await asking(world)
    people = world.slack.people
    _, menu = element_of(view.content["blocks"], "who")
    assert (menu["type"], "options" in menu) == ("external_select", False)

    assert len(await people.type_in_menu(ADA, view, "who", "")) == 100
    for typed in ("guide-249", f"{CITIES[249]} gui", f"about {CITIES[249].lower()}"):
        assert names(await people.type_in_menu(ADA, view, "who", typed)) == ["guide-249"]
    assert await people.type_in_menu(ADA, view, "who", "nobody like this") == []

    await people.submit_view(ADA, view.id, {"expert": "guide-249"})
    await eventually(lambda: len(world.said(ts)) > 2)
    await world.idle()
    assert world.said(ts)[1][1] == f"_Ada asks {CITIES[249]} Guide as well._"
    assert world.said(ts)[2][0] == f"{CITIES[249]} Guide"


async def test_one_of_300_joins_a_thread(bot: World):
    ts = await asked_legal(bot)
    await give(bot, SIZE)
    gone = frozenset(guide(number).name for number in range(SIZE))
    async with storage.open_storage(bot.config()) as memory:
        scope = ThreadRef(bot.slack.workspace.team_id, GENERAL, ts)
        await memory.panels.put(scope, RosterChanges(removed=gone))
    message = bot.slack.workspace.message(GENERAL, ts)
    assert message
    await bot.slack.people.shortcut(ADA, message, "add_expert")
    view = await opened(bot)
    found = await bot.slack.people.type_in_menu(ADA, view, "who", f"{CITIES[249]}")
    assert names(found) == ["guide-249"]
    await bot.slack.people.submit_view(ADA, view.id, {"expert": "guide-249"})
    await eventually(lambda: any(f"{CITIES[249]} Guide" in text for _, text in bot.said(ts)))


async def test_colleagues_of_an_expert_are_found_and_none_is_lost(bot: World):
    await give(bot, SIZE)
    team, people = bot.slack.workspace.team_id, bot.slack.people
    scope = ChannelScope(team, GENERAL)
    first = tuple(guide(number).name for number in range(1, 121))
    async with storage.open_storage(bot.config()) as memory:
        await memory.panels.add(scope, replace(guide(0), consults=first))

    await people.slash(ADA, GENERAL, "/experts", "edit guide-000")
    view = await opened(bot)
    found = await people.type_in_menu(ADA, view, "value", "guide-249", "consults")
    assert names(found) == ["guide-249"]
    assert await people.type_in_menu(ADA, view, "value", "guide-000", "consults") == []
    shown = [name for name in first[:100] if name != "guide-007"]
    assert await people.submit_view(ADA, view.id, {"consults": [*shown, "guide-249"]}) == {}

    async with storage.open_storage(bot.config()) as memory:
        (changes,) = await memory.panels.changes([scope])
    kept = changes.added[ExpertName("guide-000")].consults
    assert set(kept) == {*first, "guide-249"} - {"guide-007"}


async def forge(world: World, view: View, user: str, **content: object) -> list[str]:
    """Deliver what nobody has typed, and return whom the bot offers."""
    forged = View(view.id, user, view.content | content, view.hash)
    fields = interactions.view_fields(forged, None)
    block, element = element_of(view.content["blocks"], "who")
    fields |= {"action_id": element["action_id"], "block_id": block, "value": "guide"}
    payload = interactions.interaction(world.slack.state, "block_suggestion", user) | fields
    answer = await world.slack.deliverer.ask_once(Delivery("options", payload))
    assert answer is not None
    return names(answer["options"])


async def test_nobody_sees_experts_of_whom_no_menu_was_opened(bot: World):
    _, view = await asking(bot)
    metadata = json.loads(view.content["private_metadata"])
    assert len(await forge(bot, view, ADA)) == 100
    assert await forge(bot, view, BEN) == []
    for change in ({"channel": "G0SECRET"}, {"seal": ""}, {"seal": None}, {"thread": "1.1"}):
        forged = json.dumps(metadata | change)
        assert await forge(bot, view, ADA, private_metadata=forged) == []
    for odd in ("", "[]", "null", "[" * 5_000, '{"seal": []}', "\ud83d"):
        assert await forge(bot, view, ADA, private_metadata=odd) == []
    for callback in ("join_expert", "describe_expert", ""):
        assert await forge(bot, view, ADA, callback_id=callback) == []


@pytest.mark.parametrize(
    "odd", [{"value": None}, {"value": "x" * 5_000}, {"view": None}, {"view": 7}, {"message": {}}]
)
async def test_odd_questions_are_answered_with_nobody(bot: World, odd: Json):
    fields = {"action_id": "who", "block_id": "expert", "value": "a"} | odd
    payload = interactions.interaction(bot.slack.state, "block_suggestion", ADA) | fields
    for _ in range(2):  # the same again is no repetition
        answer = await bot.slack.deliverer.ask_once(Delivery("options", payload))
        assert answer == {"options": []}
