"""Whatever scope the app lacks, people are answered, or told by its name what is missing."""

import asyncio
import logging
from collections.abc import Sequence

import pytest

from bot.adapters.slack.app.manifest import BOT_SCOPES, OPTIONAL_BOT_SCOPES
from bot.panel.model import Wish
from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL, GROUP
from bot.playground.slack.workspace.messages import Message
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually

# In which situations nothing can arrive, or nothing be said: operators are told.
SILENT = {
    "channels:history": {"reply"},
    "im:history": {"direct"},
    "mpim:history": {"group reply"},
    "chat:write": {"mention", "late mention", "reply", "direct", "group", "group reply", "file"},
}
OFTEN = ("mpim:history",)
SCOPES = [
    scope if scope in OFTEN else pytest.param(scope, marks=pytest.mark.long)
    for scope in (*BOT_SCOPES, *OPTIONAL_BOT_SCOPES)
    if scope != "users:read"  # nobody may ask then: see below
]
FILE = (("notes.txt", b"The licence is MIT."),)


class Situations:
    """What people do, and what they see of the bot's in return."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.threads: dict[str, tuple[str, str]] = {}
        self._say = world.slack.people.say
        self._direct = world.slack.workspace.direct_channel(ADA, BOT_USER).id

    async def begin(self) -> None:
        """Let people write what begins a thread, or asks in one of theirs."""
        peoples = self._say(BEN, GENERAL, "We think of MIT.")
        ask = f"{MENTION} please ask legal"
        self._note("mention", GENERAL, self._say(ADA, GENERAL, ask))
        self._note("late mention", GENERAL, peoples)
        self._say(ADA, GENERAL, ask, peoples)
        self._note("direct", self._direct, self._say(ADA, self._direct, "please ask legal"))
        self._note("group", GROUP, self._say(ADA, GROUP, ask))
        self._note("file", GENERAL, self._say(ADA, GENERAL, ask, files=FILE))
        await self.settle()

    async def go_on(self) -> None:
        """Let them reply without a mention, and press a button."""
        for name, channel, ts in (
            ("reply", *self.threads["mention"]),
            ("group reply", *self.threads["group"]),
        ):
            self.threads[name] = (channel, self._say(BEN, channel, "and finance?", ts))
        await self.settle()

    async def press(self) -> Sequence[Message]:
        """Let Ada want more of the first answer; returns what came of it."""
        channel, ts = self.threads["mention"]
        before = len(self.world.thread(ts, channel))
        reply, value = next(
            (message, value)
            for message in self.world.thread(ts, channel)
            for value in _menu(message)
            if value.startswith(f"{Wish.DEEPER} ")
        )
        await self.world.slack.people.click(ADA, reply, "more", value)
        await self.settle()
        return self.world.thread(ts, channel)[before:]

    async def settle(self) -> None:
        await self.world.slack.deliverer.settle()
        await self.world.idle()

    def came_of(self, name: str) -> str:
        """All that the bot said in reply, as text."""
        channel, ts = self.threads[name]
        message = self.world.slack.workspace.message(channel, ts)
        assert message
        thread = self.world.slack.workspace.thread(channel, message.thread_ts or ts)
        later = [m for m in thread if m.bot_id and float(m.ts) > float(ts)]
        return "\n".join(_text(message) for message in later)

    def _note(self, name: str, channel: str, ts: str) -> None:
        self.threads[name] = (channel, ts)


def _menu(message: Message) -> list[str]:
    menus = [e for b in message.blocks for e in b.get("elements", ()) if "options" in e]
    return [option["value"] for menu in menus for option in menu["options"]]


def _text(message: Message) -> str:
    return f"{message.text} {message.blocks}"


@pytest.mark.parametrize("missing", SCOPES)
async def test_people_are_answered_or_told_what_is_missing(
    world: World, missing: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING)
    world.slack.state.scopes.discard(missing)
    await world.start_bot()
    situations = Situations(world)
    await situations.begin()
    await situations.go_on()

    for name in situations.threads:
        said = situations.came_of(name)
        assert "did not respond" not in said, name
        is_silent = name in SILENT.get(missing, ())
        assert bool("Answer" in said or f"`{missing}`" in said) != is_silent, (name, said)
    if missing in BOT_SCOPES:
        assert missing in [getattr(record, "needed", "") for record in caplog.records]
    if missing != "chat:write":
        pressed = "\n".join(map(_text, await situations.press()))
        assert "Answer" in pressed or f"`{missing}`" in pressed


async def test_without_knowing_people_nobody_may_ask_and_all_are_told_why(world: World):
    world.slack.state.scopes.discard("users:read")
    await world.start_bot()
    threads = [world.say(f"{MENTION} please ask legal") for _ in range(2)]
    await eventually(lambda: world.slack.workspace.ephemeral(ADA))
    await world.idle()

    assert [world.said(ts) for ts in threads] == [[], []]
    (told,) = world.slack.workspace.ephemeral(ADA)
    assert "`users:read`" in _text(told)


async def test_what_cannot_be_read_is_said_once_in_a_channel_and_answered_without(world: World):
    world.slack.state.scopes.discard("channels:history")
    await world.start_bot()
    threads = [world.slack.people.say(BEN, GENERAL, "We think of MIT.") for _ in range(2)]
    for ts in threads:
        world.say(f"{MENTION} please ask legal", ts)
        await asyncio.sleep(0.05)
        await world.idle()

    told = [str(world.said(ts)).count("`channels:history`") for ts in threads]
    assert sorted(told) == [0, 1]
    assert all("Legal Counsel" in [who for who, _ in world.said(ts)] for ts in threads)


async def test_a_file_that_may_not_be_read_is_named_with_the_permission(world: World):
    world.slack.state.scopes.discard("files:read")
    await world.start_bot()
    ts = world.say(f"{MENTION} please ask legal", files=FILE)
    await world.slack.people.wait_for(lambda: len(world.said(ts)) == 2)

    assert "I may not open `notes.txt`: the app lacks the permission `files:read`." in str(
        world.said(ts)
    )


async def test_the_rights_of_somebody_who_may_not_be_looked_up_are_not_guessed(world: World):
    world.slack.state.scopes.discard("users:read")
    await world.start_bot()
    await world.slack.people.slash(ADA, GENERAL, "/experts", "default add security")
    await eventually(lambda: world.slack.workspace.ephemeral(ADA))

    assert "`users:read`" in _text(world.slack.workspace.ephemeral(ADA)[-1])
