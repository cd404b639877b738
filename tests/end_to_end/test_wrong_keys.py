"""A key or a model that is certainly wrong keeps the bot from starting; what may pass does not."""

import asyncio
import os

import pytest

from tests import openai_faults as faults
from tests.end_to_end.conftest import World
from tests.end_to_end.test_signals import told

NOWHERE = "http://127.0.0.1:1/v1"
LONG = pytest.mark.long
MODELS, RESPONSES = "GET /v1/models", "POST /v1/responses"


@pytest.mark.parametrize("command", ["worker", pytest.param("run", marks=LONG)])
@pytest.mark.parametrize(
    ("setting", "value", "line"),
    [
        ("OPENAI_API_KEY", "sk-wrong", "rejects the key. Put a valid key into OPENAI_API_KEY."),
        ("PANELBOT_EXPERT_MODEL", "gpt-7", "There is no model gpt-7. Set PANELBOT_EXPERT_MODEL to"),
        ("PANELBOT_ROUTER_MODEL", "gpt-7", "There is no model gpt-7. Set PANELBOT_ROUTER_MODEL to"),
    ],
)
async def test_what_is_certainly_wrong_is_told_in_one_line(
    world: World, command: str, setting: str, value: str, line: str
):
    world.environ |= {setting: value, "LOG_LEVEL": "WARNING"}

    code, _, err = await world.panelbot(command)

    assert code == 1
    assert line in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({"OPENAI_BASE_URL": NOWHERE}, None),
        ({}, (MODELS, faults.status(429, "rate_limit_exceeded"))),
        ({}, (MODELS, faults.status(500))),
        ({}, (MODELS, faults.status(403))),  # a key that may do everything but list the models
        ({}, (MODELS, faults.page(401))),
        ({"PANELBOT_HARD_MODEL": "gpt-7"}, None),
        ({"PANELBOT_EXPERT_MODEL": "gpt-7", "PANELBOT_FALLBACK_MODELS": "gpt-6-luna"}, None),
        ({"PANELBOT_ROUTER_MODEL": "gpt-7"}, (RESPONSES, faults.status(503))),
    ],
    ids=str,
)
async def test_what_may_pass_keeps_nobody_from_starting(world: World, environ, fault):
    world.environ |= environ
    if fault:
        request, what = fault
        world.openai.faults.rate(request, what, 1.0)
    async with world.command("run") as process, asyncio.timeout(60):
        await told(process, " run.ready ")


@pytest.mark.parametrize(
    ("setting", "value", "line"),
    [
        ("OPENAI_API_KEY", "sk-wrong", "rejects the key. Put a valid key into OPENAI_API_KEY."),
        ("PANELBOT_EXPERT_MODEL", "gpt-7", "There is no model gpt-7. Set PANELBOT_EXPERT_MODEL to"),
        ("OPENAI_BASE_URL", NOWHERE, f"No answer from {NOWHERE}/. Check OPENAI_BASE_URL and whet"),
        ("PANELBOT_BACKEND", "assistants", None),
        ("OPENAI_API_KEY", "sk-", "OPENAI_API_KEY is still a placeholder; put your own there."),
    ],
)
@pytest.mark.parametrize(
    "args", [("--ask", "Is MIT fine?"), pytest.param(("--no-open",), marks=LONG)], ids=" ".join
)
async def test_the_demo_looks_at_key_model_and_address_first(
    world: World, args: tuple[str, ...], setting: str, value: str, line: str | None
):
    environ = {name: world.environ[name] for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL")}
    world.environ = {"PATH": os.environ["PATH"], **environ, setting: value}
    if line is None:
        world.environ["OPENAI_API_KEY"] = "sk-wrong"
        line = "rejects the key. Put a valid key into OPENAI_API_KEY."

    code, out, err = await world.panelbot("demo", *args)

    assert (code, out) in ((1, ""), (2, ""))
    assert line in err
    assert "Traceback" not in err
    assert len(err.splitlines()) <= code


async def test_a_website_is_no_api_for_the_demo(world: World):
    environ = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": f"{world.slack.url}/"}
    world.environ = {"PATH": os.environ["PATH"], **environ}

    code, _, err = await world.panelbot("demo", "--ask", "Is MIT fine?")

    assert code == 1
    assert "OPENAI_BASE_URL" in err
    assert len(err.splitlines()) == 1


async def test_a_signing_secret_unlike_slacks_is_doubted(bot: World):
    bot.environ["SLACK_SIGNING_SECRET"] = "hush"

    _, out, _ = await bot.panelbot("check")

    assert "SLACK_SIGNING_SECRET is not 32 characters" in out
    assert "hush" not in out
