"""The command line, as processes of their own."""

import asyncio
import json
import os
import signal
import socket

import pytest

from bot.demo.run import NOTICE
from bot.playground.openai.stand_in.brain import Call, Pause, Text
from bot.playground.slack.workspace.company import GENERAL
from tests import openai_faults as faults
from tests import slack_faults as hazards
from tests.end_to_end.conftest import MENTION, World, until_reachable
from tests.eventually import eventually

QUESTION = "Can we use this MIT library in a closed product, and what would it cost to support?"


async def asked(world: World) -> tuple[str, str]:
    """Ask legal something; return the thread's ts and legal's conversation."""
    ts = world.say(f"{MENTION} please ask legal")
    await world.idle()
    expert = next(i for i, c in world.openai.conversations.items() if "expert" in c.metadata)
    return ts, expert


async def test_links_are_shown_from_every_direction(bot: World):
    ts, expert = await asked(bot)
    router = next(i for i in bot.openai.conversations if i != expert)
    permalink = f"https://acme.slack.com/archives/{GENERAL}/p{ts.replace('.', '')}"

    for what in (permalink, f"{GENERAL}/{ts}", router, expert):
        code, out, err = await bot.panelbot("links", "show", what)
        assert (code, err) == (0, "")
        assert f"Slack thread {GENERAL}/{ts}" in out
        assert router in out
        assert f"legal  {expert}" in out


async def test_links_are_shown_also_when_redis_has_forgotten(bot: World):
    ts, expert = await asked(bot)
    await bot.redis.flushdb()

    for what in (f"{GENERAL}/{ts}", expert):
        _, out, _ = await bot.panelbot("links", "show", what)
        assert f"legal  {expert}" in out
        await bot.redis.flushdb()


@pytest.mark.parametrize("what", ["nonsense", "C0GENERAL/1.000000", "conv_0"])
async def test_links_of_nothing_are_said_to_be_none(bot: World, what: str):
    code, out, err = await bot.panelbot("links", "show", what)

    assert (code, out) == (1, "")
    assert err.startswith("panelbot: ")
    assert len(err.splitlines()) == 1


async def test_a_channels_links_are_rebuilt(bot: World):
    await asked(bot)
    await asked(bot)
    other = bot.say("people only")
    bot.say("yes", other)
    await bot.redis.flushdb()

    code, out, _ = await bot.panelbot("links", "rebuild", GENERAL)

    assert code == 0
    assert "Links found for 2 of 3 threads, with 2 expert conversations." in out
    assert len(await bot.redis.keys("panelbot:*links:*")) == 2


async def test_a_turn_that_was_given_up_is_listed_shown_and_answered_on_retry(bot: World):
    bot.brain.then(Call("consult_legal", {"reason": "r", "brief": "b"}))
    bot.slack.hazards.on("chat.postMessage", hazards.error("restricted_action"), times=10)
    ts = bot.say(f"{MENTION} please ask legal")
    await bot.idle()
    bot.slack.hazards.clear()
    assert bot.said(ts) == []
    turn = f"{bot.slack.workspace.team_id}:{GENERAL}:{ts}"

    _, out, _ = await bot.panelbot("turns", "list")
    assert f"{turn}  " in out
    assert "restricted_action" in out
    _, out, _ = await bot.panelbot("turns", "show", turn)
    assert "please ask legal" in out
    code, out, _ = await bot.panelbot("turns", "retry", turn)
    assert (code, out) == (0, f"{turn} put back on the queue.\n")
    await bot.idle()

    assert [who for who, _ in bot.said(ts)] == ["Legal Counsel"]
    code, _, err = await bot.panelbot("turns", "drop", turn)
    assert (code, err) == (
        1,
        f"panelbot: There is no failed turn '{turn}': see `panelbot turns list`.\n",
    )


async def test_check_finds_everything_in_order(world: World):
    await world.redis.config_set("appendonly", "yes")
    code, out, err = await world.panelbot("check")
    await world.redis.config_set("appendonly", "no")

    assert (code, err) == (0, "")
    assert "bad" not in out
    assert "warning" not in out
    assert "PANELBOT_ROUTER_MODEL: gpt-6-luna answers, first after" in out
    assert "its calls arrive as calls, several at once" in out
    assert not world.openai.conversations  # what it tried is deleted
    assert [call.method for call in world.slack.calls].count("auth.test") == 1


async def test_check_names_each_problem_with_its_remedy(world: World):
    world.environ |= {
        "OPENAI_API_KEY": "sk-wrong",
        "REDIS_URL": "redis://:hush@127.0.0.1:1/0",
        "PANELBOT_EXPERT_MODEL": "gpt-5",
    }
    world.slack.state.scopes.discard("commands")

    code, out, _ = await world.panelbot("check")

    assert code == 1
    assert "Scope commands is missing" in out
    assert "rejects the key" in out
    assert "127.0.0.1:1" in out
    assert "hush" not in out


async def test_check_shows_no_password_and_warns_of_plain_addresses(world: World):
    world.environ["OPENAI_BASE_URL"] = "http://ann:s3cret@models.invalid/v1"

    code, out, err = await world.panelbot("check")

    assert (code, err) == (1, "")
    assert "No answer from http://models.invalid/v1" in out
    assert "OPENAI_BASE_URL begins with http://" in out
    assert "s3cret" not in out


async def test_a_question_survives_the_change_of_the_keys(world: World):
    old, new = [(await world.panelbot("keys", "new"))[1].strip() for _ in range(2)]
    world.environ |= {"PANELBOT_ENCRYPTION_KEYS": old, "PANELBOT_LEASE": "1"}
    world.brain.then(Pause(3), Text("No doubt."))
    async with world.command("run") as process:
        await world.slack.sockets.wait_for_connection()
        ts = world.say(f"{MENTION} is a Zebrafisch a fish?")
        await eventually(lambda: world.brain.asked, within=20)
        process.kill()
    world.environ["PANELBOT_ENCRYPTION_KEYS"] = f"{new},{old}"
    code, out, err = await world.panelbot("keys", "rotate")
    assert (code, err) == (0, "")
    assert "0 already were" in out
    assert "0 values encrypted now" not in out

    world.environ["PANELBOT_ENCRYPTION_KEYS"] = new
    async with world.command("run"):
        await world.slack.people.wait_for(lambda: world.said(ts), timeout=60)


async def test_check_blames_the_setting_that_is_set(world: World):
    world.environ["PANELBOT_EXPERT_MODEL"] = "gpt-7"

    code, out, err = await world.panelbot("check")  # gpt-7 is for *Go deeper* as well

    assert (code, err) == (1, "")
    assert out.count("There is no model gpt-7") == 1


@pytest.mark.parametrize(
    ("router", "unsure", "by", "told"),
    [
        ("responses", "off", "decisions", ""),
        ("responses", "cautious", "decisions", "PANELBOT_UNSURE=cautious has no effect"),
        ("responses", "cautious", "agreement", ""),
        ("auto", "off", "decisions", ""),
        ("auto", "eager", "decisions", "has no decisions: HTTP 404"),
        ("auto", "eager", "agreement", ""),
        ("decisions", "off", "decisions", "has no decisions: HTTP 404"),
    ],
)
async def test_check_says_where_there_are_no_likelihoods(world: World, router, unsure, by, told):
    world.environ |= {"PANELBOT_ROUTER": router, "PANELBOT_UNSURE": unsure}
    world.environ["PANELBOT_UNSURE_BY"] = by
    world.openai.faults.on("POST /v1/decisions", faults.status(404))
    code, out, _ = await world.panelbot("check")
    assert code == 0
    assert told in out
    assert ("has no" in out) == bool(told)


async def test_check_names_models_without_a_price_where_budgets_count_money(world: World):
    world.environ["PANELBOT_ROUTER_MODEL"] = "own-model"
    told = "PANELBOT_ROUTER_MODEL own-model has no price"

    assert told not in (await world.panelbot("check"))[1]
    world.environ["PANELBOT_BUDGETS"] = "person 1M tokens/day"
    assert told not in (await world.panelbot("check"))[1]
    world.environ["PANELBOT_BUDGETS"] = "person $2/day"
    assert told in (await world.panelbot("check"))[1]


async def test_check_tells_when_a_model_ends(world: World):
    world.environ |= {"PANELBOT_EXPERT_MODEL": "gpt-4.1", "PANELBOT_ROUTER_MODEL": "gpt-7"}

    code, out, _ = await world.panelbot("check")

    assert code == 1
    assert "gpt-4.1 will be switched off on 2027-01-14" in out
    assert "There is no model gpt-7" in out


@pytest.mark.parametrize("command", ["run", "web", "worker"])
async def test_missing_settings_are_named_before_anything_starts(world: World, command: str):
    world.environ = {"PATH": os.environ["PATH"]}

    code, out, err = await world.panelbot(command)

    assert (code, out) == (2, "")
    expected = "SLACK_BOT_TOKEN or PANELBOT_CLIENT_ID is missing. For example SLACK_BOT_TOKEN=xoxb-"
    assert expected in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("REDIS_URL", "redis://127.0.0.1:1/0", "Redis at redis://127.0.0.1:1/0 cannot be reached"),
        ("REDIS_URL", "http://127.0.0.1", "REDIS_URL"),
        ("SLACK_API_URL", "http://127.0.0.1:1/api/", "Slack cannot be reached"),
        ("SLACK_BOT_TOKEN", "xoxb-wrong", "Slack rejects SLACK_BOT_TOKEN (invalid_auth)"),
        ("PANELBOT_PRICES", "/nonexistent", "PANELBOT_PRICES /nonexistent cannot be read"),
    ],
)
async def test_an_unreachable_neighbour_is_told_in_one_line(
    world: World, setting: str, value: str, told: str
):
    world.environ[setting] = value

    code, _, err = await world.panelbot("run")

    assert code != 0
    assert told in err
    assert "Traceback" not in err


@pytest.mark.parametrize("transport", ["socket mode", "http"])
async def test_run_answers_and_ends_in_order_when_told_to(world: World, transport: str):
    if transport == "http":
        del world.environ["SLACK_APP_TOKEN"]
    async with world.command("run") as process:
        if transport == "http":
            await until_reachable(int(world.environ["PORT"]))
            world.slack.deliver_to(f"http://127.0.0.1:{world.environ['PORT']}/slack/events")
        else:
            await asyncio.wait_for(world.slack.sockets.wait_for_connection(), 10)
        ts = world.say(f"{MENTION} please ask legal")
        await world.slack.people.wait_for(lambda: world.said(ts))
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), 10)

    assert process.returncode == 0
    assert "Traceback" not in err.decode()
    assert "please ask legal" not in err.decode()


async def test_web_and_worker_share_the_work(world: World):
    async with world.command("web"), world.command("worker"), world.command("worker"):
        await asyncio.wait_for(world.slack.sockets.wait_for_connection(), 60)
        threads = [world.say(f"{MENTION} please ask legal") for _ in range(6)]
        await world.slack.people.wait_for(lambda: all(world.said(ts) for ts in threads), 20)
        await world.idle()

    assert [len(world.said(ts)) for ts in threads] == [1] * 6


async def test_the_demo_answers_one_question_and_ends(world: World):
    world.environ = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}

    code, out, err = await world.panelbot("demo", "--ask", QUESTION)

    assert (code, err) == (0, "")
    people = ("Ada", "Legal Counsel", "Finance Partner")
    for expected in (*people, "open-source-policy.md", "In short", "router  conv_"):
        assert expected in out
    assert " ".join(out.split()).count(NOTICE) == 1


async def test_the_demo_speaks_to_machines(world: World):
    world.environ = {"PATH": os.environ["PATH"]}

    code, out, _ = await world.panelbot("demo", "--json", "--ask", QUESTION)

    told = json.loads(out)
    assert code == 0
    assert told["notice"] == NOTICE
    authors = {message["author"] for message in told["messages"]}
    assert {"Ada", "Panelbot", "Legal Counsel", "Finance Partner"} <= authors
    assert {"legal", "finance"} <= set(told["links"]["experts"])


async def test_the_demo_serves_its_page_until_interrupted(world: World):
    world.environ = {"PATH": os.environ["PATH"]}
    async with world.command("demo", "--no-open") as process:
        assert process.stdout
        line = (await asyncio.wait_for(process.stdout.readline(), 10)).decode()
        assert "http://127.0.0.1:" in line
        process.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(process.communicate(), 10)

    assert process.returncode == 0
    assert err in (b"", b"panelbot: Finishing 1 turn; Ctrl+C again ends at once.\n")


async def test_a_port_that_is_taken_is_told_in_one_line(world: World):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        world.environ |= {"PORT": port, "PANELBOT_HOST": "127.0.0.1"}
        del world.environ["SLACK_APP_TOKEN"]
        web = await world.panelbot("web")
        world.environ = {"PATH": os.environ["PATH"]}
        demo = await world.panelbot("demo", "--no-open", "--port", port)

    for (code, _, err), name in ((web, "PORT"), (demo, "--port")):
        assert code != 0
        assert f"panelbot: {name} {port} cannot be used: " in err
        assert "Traceback" not in err


async def test_the_demo_names_a_malformed_setting(world: World):
    world.environ = {"PATH": os.environ["PATH"], "LOG_LEVEL": "loud"}

    code, _, err = await world.panelbot("demo", "--ask", QUESTION)

    assert code == 2
    assert "but should be one of DEBUG" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "args",
    [("demo", "--json"), ("demo", "--ask", " "), ("demo", "--port", "70000"), ("nonsense",)],
)
async def test_wrong_usage_is_explained(world: World, args: tuple[str, ...]):
    code, _, err = await world.panelbot(*args)

    assert code == 2
    assert "Error: " in err


async def test_the_manifest_is_printed_for_a_url(world: World):
    code, out, _ = await world.panelbot("manifest", "--url", "https://bot.example.com")
    assert code == 0
    assert "https://bot.example.com/slack/events" in out

    code, _, err = await world.panelbot("manifest", "--url", "http://bot.example.com")
    assert code == 2
    assert "https" in err
