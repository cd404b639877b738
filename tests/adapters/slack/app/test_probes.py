"""The probes of Slack see what it does, whatever that is."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.identity import identify
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.app import probes
from bot.adapters.slack.app.probes import SlackProbeBench
from bot.panel.checks.probes import Observation, observe
from bot.panel.messaging.rate_limiter import NoRateLimiter
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests import slack_faults as hazards

KEEPS, LOSES = "It keeps the persona", "It loses the persona"


@pytest.fixture
async def slack() -> AsyncIterator[SlackPlayground]:
    async with SlackPlayground() as playground:
        playground.people.say(ADA, GENERAL, "Good morning.")
        yield playground


@pytest.fixture
async def bench(slack: SlackPlayground) -> AsyncIterator[SlackProbeBench]:
    async with web_api.session() as session:
        client = web_api.client(slack.bot_token, slack.api_url, session)
        api = SlackApi(client, NoRateLimiter())
        yield SlackProbeBench(api, await identify(client), GENERAL)


async def observed(bench: SlackProbeBench, name: str, stream_for: float = 1) -> Observation:
    wanted = [c for c in probes.checks(bench, stream_for=stream_for) if c.name == name]
    (found,) = [one async for one in observe(wanted)]
    return found


async def seen(bench: SlackProbeBench, name: str, stream_for: float = 1) -> str:
    """Return what the check *name* sees, and leave nothing behind."""
    found = await observed(bench, name, stream_for)
    assert await bench.tidy() == []
    assert not found.problem, found.problem
    return found.seen


@pytest.mark.parametrize(
    ("personas", "told"),
    [("kept", KEEPS), ("ignored", LOSES), ("refused", "It is refused: ")],
)
async def test_a_probe_says_whether_the_persona_stays(slack, bench, personas: str, told: str):
    slack.hazards.personas = personas

    assert (await seen(bench, "persona")).startswith(told)


@pytest.mark.parametrize(("keeps", "told"), [(True, KEEPS), (False, LOSES)])
async def test_whether_a_broadcast_keeps_its_persona(slack, bench, keeps: bool, told: str):
    slack.hazards.broadcasts_keep_personas = keeps

    assert (await seen(bench, "broadcast")).startswith(told)


@pytest.mark.parametrize(("keeps", "told"), [(True, KEEPS), (False, LOSES)])
async def test_what_an_edit_leaves(slack, bench, keeps: bool, told: str):
    slack.hazards.edits_keep_personas = keeps

    assert await seen(bench, "edit") == f"{told}, and its metadata are there."


@pytest.mark.parametrize(
    ("way", "told"),
    [("refused", "is refused (thread_not_found)"), ("posted in the channel", "in the channel")],
)
async def test_what_becomes_of_a_reply_to_a_deleted_message(slack, bench, way, told: str):
    slack.hazards.deleted_threads = way

    said = await seen(bench, "deleted-thread")

    assert said.startswith("The answer to a reply names its thread")
    assert told in said


@pytest.mark.parametrize(
    ("reading", "told"),
    [
        ("as posted", "It is read back as it was posted, so only eyes can tell."),
        ("CommonMark", "It is read back as rich_text; bold: “第一。”."),
        ("any emphasis", "It is read back as rich_text; bold: “注意：”, “第一。”."),  # noqa: RUF001 - CJK
    ],
)
async def test_which_emphasis_is_seen_between_letters(slack, bench, reading: str, told: str):
    slack.hazards.markdown_read_back = reading

    assert await seen(bench, "emphasis") == told


@pytest.mark.parametrize(
    ("shows", "told"), [("all", "“One. Two.”"), ("what they began with", "“One.”")]
)
async def test_what_others_see_of_a_message_that_grows(slack, bench, shows: str, told: str):
    slack.hazards.streams_show = shows

    said = await seen(bench, "stream-watched")

    assert f"while it grew, it said {told}, at its end “One. Two. Three.”" in said
    assert said.endswith(f"{KEEPS}, and its metadata are there.")


async def test_how_long_a_message_may_grow(slack, bench):
    assert (await seen(bench, "stream-life", 0.2)).startswith("It was still growing after 0.")

    slack.hazards.stream_lasts = 0.3
    told = await seen(bench, "stream-life", 5)
    assert told.startswith("It was ended after 0.")
    assert told.endswith("(message_not_in_streaming_state).")


async def test_nothing_is_left_of_all_checks(slack, bench):
    found = [one async for one in observe(probes.checks(bench, stream_for=0.1))]

    assert [one.problem for one in found if one.problem] == []
    assert await bench.tidy() == []
    assert [message.text for message in slack.workspace.history(GENERAL, 0, 9e9)] == [
        "Good morning."
    ]


async def test_a_silent_channel_needs_a_named_recipient(slack, bench):
    slack.workspace.delete(slack.workspace.history(GENERAL, 0, 9e9)[0])

    found = await observed(bench, "stream-watched")

    assert found.problem.endswith("name somebody with --user.")
    assert await bench.tidy() == []


async def test_messages_that_cannot_be_deleted_are_reported(slack, bench):
    await observed(bench, "persona")
    slack.hazards.on("chat.delete", hazards.error("cant_delete_message"))

    (left,) = await bench.tidy()

    assert left.startswith(f"message {GENERAL}/")
    assert left.endswith("cant_delete_message")
