"""The app is removed from the workspace: what was kept of it is deleted, after a while."""

import asyncio

import pytest

from bot.playground.slack.workspace.company import BOT_USER
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually

# What stays, and what processes note that still run.
BESIDE = tuple(f"panelbot:{kind}:" for kind in ("{audit", "{chores", "bots", "listening", "files"))


async def left(world: World) -> list[str]:
    """Return the keys that name the workspace, but for its audit log."""
    team = world.slack.workspace.team_id
    found = [key async for key in world.redis.scan_iter(f"panelbot:*{team}*")]
    return [key for key in found if not key.startswith(BESIDE)]


async def until_gone(world: World) -> None:
    async with asyncio.timeout(20):
        while world.openai.conversations or await left(world):  # noqa: ASYNC110 - Redis sends no events
            await asyncio.sleep(0.05)


async def asked(world: World) -> None:
    world.say(f"{MENTION} please ask legal and finance")
    await world.idle()


async def test_what_was_kept_is_deleted_when_it_is_time(world: World):
    world.environ["PANELBOT_UNINSTALL_DAYS"] = "0"
    await world.start_bot()
    await asked(world)
    assert await left(world)
    world.slack.people.uninstall()

    await until_gone(world)
    code, acts, err = await world.panelbot("audit", "show")
    assert code == 0, err
    assert "uninstalled" in acts
    assert "forgot" in acts
    assert (await world.panelbot("audit", "verify"))[0] == 0


async def test_a_worker_that_slack_lets_in_no_more_still_deletes(world: World, caplog):
    world.environ["PANELBOT_UNINSTALL_DAYS"] = "0.00001"  # about a second
    await world.start_bot()
    await asked(world)
    world.slack.people.uninstall()
    await eventually(lambda: "app.removed" in caplog.messages)
    await world.stop_bot()

    code, _, err = await world.panelbot("worker")

    assert (code, "Slack rejects" in err) == (1, True)
    assert (await left(world), world.openai.conversations) == ([], {})


@pytest.mark.parametrize("event", ["app_uninstalled", "tokens_revoked"])
async def test_a_forged_removal_deletes_nothing(world: World, event: str, caplog):
    caplog.set_level("INFO")
    world.environ["PANELBOT_UNINSTALL_DAYS"] = "0"
    await world.start_bot()
    await asked(world)
    before = await left(world)
    world.slack.people.tell({"type": event, "tokens": {"bot": [BOT_USER]}, "event_ts": "1.0"})

    await eventually(lambda: "app.installed_still" in caplog.messages, within=20)
    assert sorted(await left(world)) == sorted(before)
    assert len(world.openai.conversations) == 3
