"""Every command, click and form that changes something, each delivered twice: it acts once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.adapters.slack.buttons import thumbs
from bot.panel.model import Wish
from bot.playground.slack.web_api.methods.files import new_file
from bot.playground.slack.workspace.company import ADA, BOT_USER, GENERAL
from bot.playground.slack.workspace.state import View
from tests.end_to_end.conftest import World, body
from tests.end_to_end.test_feedback import thumb
from tests.end_to_end.test_panel_changes import TAX
from tests.end_to_end.test_steering import asked_legal, choose, reply_of
from tests.eventually import eventually

ANNOUNCED = [  # each tells the channel, once
    "add writing",
    "remove writing",
    "default add research",
    "consults legal finance",
    "synthesis never",
    "streaming on",
]


WAYS = [
    (transport, again)
    for transport in ("socket mode", "http")
    for again in ("at once", "afterwards")
]


def ways(short: tuple[str, str]) -> pytest.MarkDecorator:
    """Test all ways in which Slack delivers twice; only one of them in the *short* suite."""
    longer = [pytest.param(way, marks=pytest.mark.long) for way in WAYS if way != short]
    return pytest.mark.parametrize("world_of_echoes", [short, *longer], indirect=True, ids=" ".join)


@pytest.fixture
async def world_of_echoes(world: World, request: pytest.FixtureRequest) -> World:
    """The world with the bot in it, in which Slack delivers everything twice."""
    transport, world.slack.hazards.repeated = request.param
    if transport == "http":
        del world.environ["SLACK_APP_TOKEN"]
    await world.start_bot()
    return world


@dataclass
class Told:
    """What came of something that somebody did."""

    everybody: list[str]
    ada: list[str]


async def told(world: World, act: Callable[[], Awaitable[object]]) -> Told:
    """Let somebody *act*; return what #general and Ada alone are told about it."""

    def messages() -> tuple[list[str], list[str]]:
        workspace = world.slack.workspace
        direct = workspace.direct_channel(ADA, BOT_USER).id
        to_ada = [*workspace.ephemeral(ADA), *workspace.messages(direct)]
        everybody = [message for message in workspace.messages(GENERAL) if not message.is_reply]
        return [body(message) for message in everybody], [body(message) for message in to_ada]

    everybody, ada = messages()
    await act()
    now = messages()
    return Told(now[0][len(everybody) :], now[1][len(ada) :])


async def command(world: World, words: str) -> Told:
    return await told(world, lambda: world.slack.people.slash(ADA, GENERAL, "/experts", words))


async def opened(world: World, act: Callable[[], Awaitable[object]]) -> View:
    """Let somebody *act*; return the one form that this opens."""
    before = len(world.slack.workspace.views)
    await act()
    await eventually(lambda: len(world.slack.workspace.views) > before)
    assert len(world.slack.workspace.views) == before + 1
    return list(world.slack.workspace.views.values())[-1]


async def form(world: World, words: str) -> View:
    return await opened(world, lambda: world.slack.people.slash(ADA, GENERAL, "/experts", words))


async def submitted(world: World, view: View, **values: object) -> Told:
    """Let Ada submit a form, which has no errors."""

    async def submit() -> None:
        assert await world.slack.people.submit_view(ADA, view.id, values) == {}

    return await told(world, submit)


@ways(short=("socket mode", "at once"))
async def test_commands_and_their_forms(world_of_echoes: World):
    world = world_of_echoes
    for words in ANNOUNCED:
        came = await command(world, words)
        assert (len(came.everybody), came.ada) == (1, []), words
    for words in ("handle legal on", "handle legal off"):
        came = await command(world, words)
        assert (came.everybody, len(came.ada)) == ([], 1), words
    assert len(world.slack.workspace.user_groups) == 1

    came = await submitted(world, await form(world, "add"), **TAX)
    assert (len(came.everybody), came.ada) == (1, [])
    came = await submitted(world, await form(world, "edit tax"), purpose="Duties.")
    assert (len(came.everybody), came.ada) == (1, [])


@pytest.mark.long
@ways(short=("http", "afterwards"))
async def test_documents(world_of_echoes: World):
    world = world_of_echoes
    file = new_file(world.slack.state, "ducks.md", b"Ducks are taxed.", ADA)

    came = await submitted(world, await form(world, "teach legal"), files=[file])
    assert (len(came.everybody), len(came.ada)) == (1, 1)  # and that they are being read
    assert len(world.openai.files.kept) == 1

    await command(world, "documents legal")
    shown = world.slack.workspace.ephemeral(ADA, GENERAL)[-1]
    came = await told(world, lambda: world.slack.people.click(ADA, shown, "remove_document"))
    assert (len(came.everybody), came.ada) == (1, [])
    assert not world.openai.files.kept


@ways(short=("socket mode", "at once"))
async def test_the_home(world_of_echoes: World):
    world = world_of_echoes
    people, homes = world.slack.people, world.slack.workspace.homes
    people.open_home(ADA)
    await eventually(lambda: ADA in homes)

    async def expert(verb: str, name: str) -> None:
        blocks = homes[ADA].content["blocks"]
        block = next(b["block_id"] for b in blocks if f"{verb} {name}" in str(b.get("accessory")))
        await people.click(ADA, homes[ADA], "home_expert", f"{verb} {name}", block_id=block)

    await people.click(ADA, homes[ADA], "home_add", "writing")
    await eventually(lambda: "edit writing" in str(homes[ADA].content))
    removal = await opened(world, lambda: expert("remove", "writing"))
    assert await people.submit_view(ADA, removal.id, {}) == {}
    assert not removal.is_open  # else it says that there is no such expert
    new = await opened(world, lambda: people.click(ADA, homes[ADA], "home_new"))
    assert await people.submit_view(ADA, new.id, TAX) == {}
    await eventually(lambda: "edit tax" in str(homes[ADA].content))
    await people.click(ADA, homes[ADA], "home_synthesis", "never")
    assert not [view for view in world.slack.workspace.views.values() if view.is_open]


@ways(short=("http", "afterwards"))
async def test_what_people_want_of_a_reply(world_of_echoes: World):
    world = world_of_echoes
    ts = await asked_legal(world)
    legal = reply_of(world, ts, "Legal Counsel")

    await choose(world, legal, Wish.AGAIN)
    await eventually(lambda: len(world.said(ts)) > 2)
    picker = await opened(world, lambda: choose(world, legal, Wish.ANOTHER))
    await submitted(world, picker, expert="finance")
    await eventually(lambda: "Finance Partner" in dict(world.said(ts)))
    root = world.slack.workspace.message(GENERAL, ts)
    assert root
    joining = await opened(world, lambda: world.slack.people.shortcut(ADA, root, "add_expert"))
    await submitted(world, joining, expert="marketing")
    await eventually(lambda: "joins this thread" in str(world.said(ts)))
    await world.idle()
    assert [who for who, _ in world.said(ts)] == [
        "Legal Counsel", "Panelbot", "Legal Counsel", "Panelbot", "Finance Partner", "Panelbot",
    ]  # fmt: skip

    bad = thumb(legal, "negative_button")
    why = await opened(world, lambda: world.slack.people.click(ADA, legal, thumbs.FEEDBACK, bad))
    came = await submitted(world, why, reason="Too vague.")
    assert len(came.ada) == 1
    (voices,) = await world.redis.keys("panelbot:feedback:*")
    assert await world.redis.hlen(voices) == 1

    ts = world.say("Can we ship this? legal will know")
    message = world.slack.workspace.message(GENERAL, ts)
    assert message

    await world.slack.people.shortcut(ADA, message, "ask_panel")
    await eventually(lambda: len(world.said(ts)) > 1)
    await world.idle()

    assert [who for who, _ in world.said(ts)] == ["Panelbot", "Legal Counsel"]
