"""Replies that grow: in direct messages, and where a channel wants it."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.panel.texts import sentences
from bot.playground.openai.stand_in.brain import Step, Text, WaitFor
from bot.playground.slack.hazards import Fault
from bot.playground.slack.workspace.company import ADA, BOT_USER, GENERAL
from bot.playground.slack.workspace.messages import Message
from tests import slack_faults as hazards
from tests.end_to_end.conftest import MENTION, World, body
from tests.eventually import eventually

SHOWN = "Yes, you may. Keep the notice.\n\n"
WHOLE = f"{SHOWN}Tell the others.\n\nThat is all."


@dataclass
class Answering:
    """Legal Counsel, asked in a direct message, in the middle of an answer."""

    world: World
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    ts: str = ""

    def __post_init__(self) -> None:
        direct = self.world.slack.workspace.direct_channel(ADA, BOT_USER)
        self.channel = direct.id

    def ask(
        self, *more: Step, last: str = "That is all.", channel: str = "", lead: str = ""
    ) -> None:
        self.channel = channel or self.channel
        first = WHOLE.removesuffix("\n\nThat is all.")
        self.world.brain.then(Text(first), *more, WaitFor(self.gate), Text(last))
        self.ts = self.world.slack.people.say(ADA, self.channel, f"{lead}legal: may we?")

    async def shown(self) -> Message:
        """Return the reply once it grows."""
        await self.world.slack.people.wait_for(
            lambda: any(m.streaming and m.text == SHOWN for m in self.replies())
        )
        return self.replies()[-1]

    def replies(self) -> list[Message]:
        messages = self.world.thread(self.ts, self.channel)
        return [message for message in messages if message.username == "Legal Counsel"]

    def said(self) -> list[str]:
        return [body(message) for message in self.replies()]

    async def finish(self) -> None:
        self.gate.set()
        await self.world.idle()


@pytest.fixture
async def answering(bot: World) -> Answering:
    return Answering(bot)


async def test_a_reply_in_a_direct_message_grows_under_its_persona(answering: Answering):
    answering.ask()
    growing = await answering.shown()
    assert growing.icon_emoji == ":scales:"
    await answering.finish()

    (reply,) = answering.replies()
    assert (body(reply), reply.streaming) == (WHOLE, False)
    assert [block["type"] for block in reply.blocks][:2] == ["markdown", "actions"]
    assert reply.metadata["event_type"] == "panelbot_message"


async def test_in_a_channel_nothing_grows_before_somebody_wants_it(answering: Answering):
    answering.ask(channel=GENERAL, lead=f"{MENTION} ")
    await eventually(lambda: answering.world.brain.asked)
    await answering.finish()
    assert answering.said() == [WHOLE]
    assert not [c for c in answering.world.slack.calls if c.method == "chat.startStream"]

    answering.gate.clear()
    await answering.world.slack.people.slash(ADA, GENERAL, "/experts", "streaming on")
    await eventually(lambda: "set streaming" in last_said(answering.world))
    answering.ask(channel=GENERAL, lead=f"{MENTION} ")
    await answering.shown()
    await answering.finish()
    assert answering.said() == [WHOLE]


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        *(
            ("chat.startStream", hazards.error(code))
            for code in (
                "channel_type_not_supported",
                "missing_recipient_team_id",
                "messaging_processing_failed",
                "restricted_action",
                "an_error_nobody_knows",
            )
        ),
        ("chat.startStream", hazards.rate_limited(30)),
        ("chat.startStream", hazards.rate_limited_in_body()),
        ("chat.startStream", hazards.reset()),
        ("chat.startStream", hazards.reset(after_effect=True)),
        *(
            ("chat.stopStream", hazards.error(code))
            for code in (
                "message_not_in_streaming_state",
                "invalid_blocks",
                "an_error_nobody_knows",
            )
        ),
        ("chat.stopStream", hazards.rate_limited(1)),
        ("chat.stopStream", hazards.reset()),
        ("chat.stopStream", hazards.reset(after_effect=True)),
        ("chat.stopStream", hazards.server_error(after_effect=True)),
    ],
    ids=str,
)
async def test_whatever_goes_wrong_with_a_stream_all_is_said_once(
    answering: Answering, method: str, fault: Fault
):
    answering.world.slack.hazards.on(method, fault)
    answering.ask()
    await eventually(lambda: answering.world.brain.asked)
    if method == "chat.stopStream":
        await answering.shown()
    else:
        await eventually(lambda: any(c.method == method for c in answering.world.slack.calls))
    await answering.finish()

    assert "".join(answering.said()) == WHOLE
    last = answering.replies()[-1]
    assert last.blocks[1]["type"] == "actions"
    if fault.error != "message_not_in_streaming_state":
        assert not any(message.streaming for message in answering.replies())


@pytest.mark.parametrize(
    "fault",
    [
        hazards.error("stopped_by_user"),
        hazards.error("message_not_in_streaming_state"),
        hazards.error("an_error_nobody_knows"),
        hazards.rate_limited(2),
        hazards.reset(),
        hazards.reset(after_effect=True),
    ],
    ids=str,
)
async def test_whatever_goes_wrong_as_it_grows_all_is_said_once(answering: Answering, fault: Fault):
    answering.world.slack.hazards.on("chat.appendStream", fault)
    go_on = asyncio.Event()
    answering.ask(WaitFor(go_on), Text("And more.\n\nMore still."))
    await answering.shown()
    go_on.set()
    await eventually(
        lambda: any(c.method == "chat.appendStream" for c in answering.world.slack.calls)
    )
    await answering.finish()

    (reply,) = answering.replies()
    said = f"{SHOWN}Tell the others.\n\nAnd more.\n\nMore still.\n\nThat is all."
    assert (body(reply), reply.streaming) == (said, False)
    assert reply.blocks[1]["type"] == "actions"


def last_said(world: World) -> str:
    return list(world.slack.workspace.messages(GENERAL))[-1].text


async def test_an_address_is_not_streamed(answering: Answering):
    answering.ask(last="See https://evil.example/?secret for more.")
    await answering.shown()
    await answering.finish()

    first, rest = answering.replies()
    assert body(first) == SHOWN
    assert "https://evil.example/?secret" in body(rest)
    assert "evil" not in str([c.args for c in answering.world.slack.calls if "Stream" in c.method])


async def test_a_stop_ends_what_is_growing(answering: Answering):
    answering.ask()
    await answering.shown()

    answering.world.slack.people.say(ADA, answering.channel, "stop", answering.ts)
    await answering.world.idle()

    (reply,) = answering.replies()
    assert (body(reply), reply.streaming) == (SHOWN, False)
    said = answering.world.said(answering.ts, answering.channel)
    assert said[-1] == ("Panelbot", sentences.stopped(["Legal Counsel"]))


async def test_slacks_own_stop_ends_what_is_growing(answering: Answering):
    answering.ask()
    await answering.shown()

    answering.world.slack.people.stop_session(ADA, answering.channel, answering.ts)
    await eventually(lambda: not answering.replies()[0].streaming)
    await answering.world.idle()

    assert answering.said() == [SHOWN]


async def test_a_worker_killed_in_the_middle_leaves_its_reply_to_the_next_one(world: World):
    answering = Answering(world)
    async with world.command("run") as process:
        await world.slack.sockets.wait_for_connection()
        answering.ask()
        await answering.shown()
        process.kill()
        await process.wait()
    answering.gate.set()
    await world.start_bot()
    await world.idle()

    (reply,) = answering.replies()
    assert (body(reply), reply.streaming) == (WHOLE, False)
    assert reply.blocks[1]["type"] == "actions"
