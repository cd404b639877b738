"""A channel of two workspaces that both have the app: whom its events name, and how often."""

import pytest

from bot.playground.slack.workspace.company import ADA, BOT_USER, GENERAL, GUEST
from bot.playground.slack.workspace.other_companies import FAY, GLOBEX
from tests.playground.slack.block_kit import AGREE, modal
from tests.playground.slack.worlds import events_of, refused

ACME = "T0ACME"
BUTTON = {"type": "actions", "block_id": "choice", "elements": [AGREE]}


@pytest.fixture
def world(world):
    world.install(GLOBEX)
    world.connect(ACME, GENERAL, GLOBEX)
    world.tenants[GLOBEX].workspace.join(GENERAL, FAY)
    return world


def named(envelopes) -> list[tuple[str, str]]:
    return sorted((one["event"]["type"], one["authorizations"][0]["team_id"]) for one in envelopes)


async def test_both_see_the_same_messages_and_post_there(world, client, client_of):
    world.people.say(ADA, GENERAL, "hello")
    other = client_of(GLOBEX)

    await other.chat_postMessage(channel=GENERAL, text="from Globex")

    history = (await client.conversations_history(channel=GENERAL))["messages"]
    assert [m["text"] for m in history] == ["from Globex", "hello"]
    theirs = (await other.conversations_history(channel=GENERAL))["messages"]
    assert [m["text"] for m in theirs] == ["from Globex", "hello"]
    assert history[0]["bot_profile"]["team_id"] == GLOBEX
    assert history[0]["app_id"] == world.registration.app_id


async def test_neither_bot_changes_what_the_other_has_posted(world, client, client_of):
    posted = await client_of(GLOBEX).chat_postMessage(channel=GENERAL, text="from Globex")

    refusal = await refused(client.chat_update(channel=GENERAL, ts=posted["ts"], text="changed"))

    assert refusal == "cant_update_message"


async def test_people_of_the_other_workspace_are_strangers(world, client):
    fay = (await client.users_info(user=FAY))["user"]

    assert (fay["is_stranger"], fay["team_id"]) == (True, GLOBEX)


@pytest.mark.parametrize(
    ("hazard", "reader"), [("who joined last", GLOBEX), ("who joined first", ACME)]
)
async def test_one_event_names_one_of_the_two_whoever_is_mentioned(world, bot, hazard, reader):
    world.hazards.authorized = hazard

    told = await events_of(
        world, bot, lambda: world.people.say(ADA, GENERAL, f"<@{BOT_USER}> hello")
    )

    assert named(told) == [("app_mention", reader), ("message", reader)]
    assert {one["team_id"] for one in told} == {one["context_team_id"] for one in told} == {ACME}
    assert all(one["is_ext_shared_channel"] for one in told)


async def test_an_event_for_each_workspace(world, bot):
    world.hazards.shared_channels = "an event for each workspace"
    world.hazards.shared_context = "the reader"

    told = await events_of(
        world, bot, lambda: world.people.say(ADA, GENERAL, f"<@{BOT_USER}> hello")
    )

    assert named(told) == [("app_mention", ACME), ("message", ACME), ("message", GLOBEX)]
    assert len({one["event_id"] for one in told}) == 3
    assert {one["context_team_id"] for one in told} == {ACME, GLOBEX}
    (read,) = (one["event"] for one in told if one["context_team_id"] == GLOBEX)
    assert read["user_team"] == ACME


async def test_a_guest_workspace_is_told_by_its_people_too(world, bot):
    people = world.tenants[GLOBEX].people

    told = await events_of(world, bot, lambda: people.say(FAY, GENERAL, "hello"))

    assert named(told) == [("message", GLOBEX)]
    assert told[0]["team_id"] == ACME


async def test_the_app_hears_of_its_own_posts_once(world, bot, client):
    world.deliver_to(bot.url)

    await client.chat_postMessage(channel=GENERAL, text="hello")
    await world.deliverer.settle()

    assert named(bot.events) == [("message", GLOBEX)]


async def test_without_the_app_in_the_other_workspace_it_is_as_before(world, bot):
    world.removals.uninstall(GLOBEX)
    await world.deliverer.settle()

    told = await events_of(world, bot, lambda: world.people.say(GUEST, GENERAL, "hello"))

    assert named(told) == [("message", ACME)]


async def test_a_reply_to_somebody_elsewhere_may_be_refused_as_a_stream(world, client):
    root = world.tenants[GLOBEX].people.say(FAY, GENERAL, "hello")
    reply = {"channel": GENERAL, "thread_ts": root}
    recipient = {"recipient_user_id": FAY, "recipient_team_id": GLOBEX}
    await client.chat_startStream(**reply, **recipient)
    world.hazards.streams_to_strangers = False

    assert await refused(client.chat_startStream(**reply, **recipient)) == "user_not_found"


async def test_the_bot_that_posted_a_button_answers_whoever_presses_it(world, bot, client, session):
    world.deliver_to(bot.url)
    await client.chat_postMessage(channel=GENERAL, text="Agree?", blocks=[BUTTON])
    (posted,) = world.workspace.messages(GENERAL)
    people = world.tenants[GLOBEX].people

    await people.click(FAY, posted, "agree")

    payload = bot.interactions[-1]
    assert (payload["team"]["id"], payload["user"]["team_id"]) == (ACME, GLOBEX)
    await session.post(payload["response_url"], json={"text": "Done", "replace_original": True})
    assert posted.text == "Done"
    opened = await client.views_open(trigger_id=payload["trigger_id"], view=modal())
    await people.submit_view(FAY, opened["view"]["id"], {})
    submitted = bot.interactions[-1]
    assert (submitted["team"]["id"], submitted["user"]["team_id"]) == (GLOBEX, GLOBEX)
    assert submitted["view"]["app_installed_team_id"] == ACME
