"""Budgets as people meet them: in a thread, in the home, and at the command line."""

import asyncio
import json
from typing import Any

from bot.adapters.slack.buttons.reply_buttons import LET_THROUGH
from bot.assembly.parts import run_part
from bot.assembly.web import open_web
from bot.playground.slack.workspace.company import ADA, DEV, GENERAL
from bot.playground.slack.workspace.messages import Message
from tests.end_to_end.conftest import MENTION, World

SPENT = "panelbot:{budgets}:spent:*"


async def order(world: World, text: str, user: str = ADA) -> str:
    """Give ``/experts budget …``; returns the answer."""
    answer = await world.slack.people.slash(user, GENERAL, "/experts", f"budget {text}")
    await world.slack.people.wait_for(lambda: world.slack.workspace.ephemeral(user))
    assert answer
    last = world.slack.workspace.ephemeral(user)[-1]
    return json.dumps([last.text, *last.blocks], ensure_ascii=False)


def notice(world: World, ts: str) -> Message:
    """The notice that a budget is used up."""
    (found,) = [one for one in world.thread(ts) if LET_THROUGH in str(one.blocks)]
    return found


async def spent(world: World) -> dict[str, dict[str, str]]:
    """What is counted, by the beginnings of the counters' names."""
    keys = await world.redis.keys(SPENT)
    found: dict[str, dict[str, str]] = {}
    for key in keys:
        found[key.split(":")[3]] = await world.redis.hgetall(key)
    return found


async def test_a_question_without_money_is_let_through_by_an_admin_alone(bot: World):
    assert "Only workspace admins" in await order(bot, "person 0/day", DEV)
    assert "may spend: $0.00 a day" in await order(bot, "person $0/day")

    ts = bot.say(f"{MENTION} please ask legal and finance")
    await bot.idle()
    (said,) = bot.said(ts)
    assert "The budget of the person who asks, $0.00 a day, is used up." in said[1]
    assert not bot.brain.asked

    await bot.slack.people.click(DEV, notice(bot, ts), LET_THROUGH)
    await bot.slack.people.wait_for(
        lambda: any("Only workspace" in m.text for m in bot.slack.workspace.ephemeral(DEV))
    )
    for _ in range(2):
        await bot.slack.people.click(ADA, notice(bot, ts), LET_THROUGH)
    await bot.idle()

    said_by = [name for name, _ in bot.said(ts)]
    assert said_by.count("Legal Counsel") == said_by.count("Finance Partner") == 1
    (of_person,) = (await spent(bot)).values()
    assert int(of_person["spent"]) > 0
    assert of_person["held"] == "0"


async def test_whoever_was_left_out_answers_once_an_admin_wants_that(bot: World):
    await order(bot, "expert:legal 0/month")
    ts = bot.say(f"{MENTION} please ask legal and finance")
    await bot.idle()

    assert "Not asked: Legal Counsel. The budget of the expert `legal`" in str(bot.said(ts))
    assert "Legal Counsel" not in [name for name, _ in bot.said(ts)]

    await bot.slack.people.click(ADA, notice(bot, ts), LET_THROUGH)
    await bot.idle()
    assert "Legal Counsel" in [name for name, _ in bot.said(ts)]
    acts = [json.loads(fields["record"]) for fields in await audited(bot)]
    assert [one["by"] for one in acts if one["act"] == "allowed"] == [ADA]


async def audited(world: World) -> list[dict[str, Any]]:
    """The records of the audit log."""
    (key,) = await world.redis.keys("panelbot:{audit:*}:log")
    return [{"record": next(iter(f.values()))} for _, f in await world.redis.xrange(key)]


async def test_budgets_are_shown_and_changed_in_the_home(world: World):
    world.environ["PANELBOT_BUDGETS"] = "workspace $20/month, person 1M tokens/day"
    await world.start_bot()
    world.say(f"{MENTION} please ask legal")
    await world.idle()
    world.slack.people.open_home(ADA)
    await world.slack.people.wait_for(lambda: "home_budget" in home(world))
    assert "`workspace`: $0.00" in home(world)
    assert f"`person:{ADA}`: " in home(world)

    view = world.slack.workspace.homes[ADA]
    await world.slack.people.click(ADA, view, "home_budget")
    await world.slack.people.wait_for(lambda: world.slack.workspace.views)
    (form,) = world.slack.workspace.views.values()
    errors = await world.slack.people.submit_view(ADA, form.id, {"written": "lots"})
    assert "Write whose budget it is" in errors["written"]
    await world.slack.people.submit_view(ADA, form.id, {"written": "channel $7/day"})
    shown = await order(world, "")
    assert f"`channel:{GENERAL}`: $0.00 of $7.00 a day" in shown


def home(world: World) -> str:
    """What Ada's home shows."""
    view = world.slack.workspace.homes.get(ADA)
    return json.dumps(view.content["blocks"], ensure_ascii=False) if view else ""


async def test_budgets_are_shown_set_and_allowed_at_the_command_line(world: World):
    assert "There are no budgets." in (await world.panelbot("budgets", "show"))[1]
    code, out, _ = await world.panelbot("budgets", "set", "person", "$0/day")
    assert (code, out) == (0, "Set: person $0/day\n")
    assert (await world.panelbot("budgets", "set", "person", "lots"))[0] == 2
    assert (await world.panelbot("budgets", "allow", "person", "$5/day"))[0] == 1
    code, out, _ = await world.panelbot("budgets", "allow", f"person:{ADA}", "$5/day")
    assert (code, out) == (0, f"Allowed, until the day ends: person:{ADA} $5/day\n")

    await world.start_bot()
    ts = world.say(f"{MENTION} please ask legal")
    await world.idle()
    assert "Legal Counsel" in [name for name, _ in world.said(ts)]
    await world.stop_bot()

    _, out, _ = await world.panelbot("budgets", "show")
    assert out.startswith(f"person:{ADA} $0/day: $0.0")
    assert out.endswith("spent, $5.0000 allowed besides\n")
    (row,) = json.loads((await world.panelbot("budgets", "show", "--json"))[1])
    assert (row["who"], row["most"], row["held"], row["extra"]) == (
        f"person:{ADA}",
        0,
        0,
        5_000_000,
    )
    assert row["spent"] > 0


async def test_nothing_stays_held_of_a_worker_that_is_killed(world: World):
    world.environ["PANELBOT_BUDGETS"] = "workspace $20/month"
    world.environ["PANELBOT_LEASE"] = "5"
    world.openai.latency.first = lambda _: 8.0  # long enough to be killed meanwhile
    async with world.command("worker") as doomed:
        web = asyncio.create_task(run_part(open_web(world.config())))
        world.bots.append(web)
        await world.slack.sockets.wait_for_connection()
        ts = world.say(f"{MENTION} please ask legal")

        async def holds() -> bool:
            counts = (await spent(world)).values()
            return any(int(one.get("held", 0)) > 0 for one in counts)

        async with asyncio.timeout(30):
            while not await holds():  # noqa: ASYNC110 - Redis sends no events
                await asyncio.sleep(0.05)
        doomed.kill()
        await doomed.wait()
    world.openai.latency.first = lambda _: 0.0
    async with world.command("worker"):
        await world.slack.people.wait_for(
            lambda: "Legal Counsel" in str(world.said(ts)), timeout=60
        )
        await world.idle()

    (of_workspace,) = (await spent(world)).values()
    assert of_workspace["held"] == "0"
    assert int(of_workspace["spent"]) > 0
