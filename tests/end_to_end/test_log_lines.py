"""The log as JSON: every line of a real process keeps to the schema in the docs."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot import __version__
from bot.playground.openai.stand_in.brain import Pause, Status, Text
from bot.playground.slack.workspace.company import GENERAL
from tests.docs.snippets import snippets
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.test_panel_changes import command
from tests.eventually import eventually
from tests.packages import install
from tests.scripted_brain import by_message

Line = dict[str, Any]

BREAKS = """
from bot.functions import expert

@expert(title="Shaky Desk", purpose="Breaks.")
def shaky(request):
    raise ValueError(request.question)

@expert(title="Apart Desk", purpose="Breaks, in a process of its own.", process=True)
def apart(request):
    raise ValueError(request.question)
"""


@pytest.fixture
def schema(repository: Path) -> Draft202012Validator:
    found = [one.code for one in snippets(repository, "json") if one.page == "docs/run/log.md"]
    return Draft202012Validator(json.loads(*found))


def lines(output: bytes, schema: Draft202012Validator) -> list[Line]:
    """Return the lines of *output*, each of which keeps to the *schema*."""
    decoded = [json.loads(line) for line in output.splitlines()]
    for line in decoded:
        schema.validate(line)
    return decoded


async def test_every_line_keeps_to_the_schema_and_none_quotes_what_people_wrote(
    world: World, tmp_path: Path, schema: Draft202012Validator
):
    where = install(tmp_path, "acme_broken", BREAKS, {"shaky": "shaky", "apart": "apart"})
    world.environ |= {"PANELBOT_LOG_FORMAT": "json", "TZ": "Asia/Tokyo", "PYTHONPATH": str(where)}
    world.brain.when(by_message("Lungfisch"), Status(400))
    world.brain.when(by_message("Quastenflosser"), Pause(2), Text("Two."))
    async with world.command("web") as web, world.command("worker") as worker:
        await asyncio.wait_for(world.slack.sockets.wait_for_connection(), 60)
        for name in ("shaky", "apart"):
            await command(world, f"add {name}")
        asked = [world.say(f"{MENTION} {one} Zebrafisch") for one in ("shaky:", "apart:")]
        asked.append(world.say(f"{MENTION} is a Lungfisch a fish?"))
        await world.idle()
        last = world.say(f"{MENTION} is a Quastenflosser one?")
        await eventually(lambda: "Quastenflosser" in world.brain.asked[-1].last_user_text, 30)
        for process in (worker, web):
            process.send_signal(signal.SIGTERM)
        _, err = await worker.communicate()
        _, err_of_web = await web.communicate()

    assert world.said(last)
    told, told_by_web = lines(err, schema), lines(err_of_web, schema)
    events = {one["event"]: one for one in (*told_by_web, *told)}
    assert {"web.ready", "worker.ready"} < events.keys()
    assert [one[-1]["event"] for one in (told_by_web, told)] == ["web.stopped", "worker.stopped"]
    assert events["worker.finishing"]["fields"] == {"turns": 1}
    assert events["worker.stopped"]["fields"] == {"reason": "SIGTERM", "handed_over": 0}
    refused = next(one for one in told if one["event"] == "model.refused")
    assert (refused["workspace"], refused["turn"]) == ("T0ACME", f"T0ACME:{GENERAL}:{asked[2]}")
    failed = [one for one in told if one["event"] == "function.failed"]
    assert {one["turn"].rpartition(":")[2] for one in failed} == set(asked[:2])
    assert {one["role"] for one in told} == {"worker", "function"}
    assert {one["version"] for one in told} == {__version__}
    assert abs(datetime.fromisoformat(told[0]["time"]) - datetime.now(UTC)) < timedelta(minutes=2)
    assert not re.search("fisch|flosser", (err + err_of_web).decode())


async def test_why_a_process_did_not_start_is_a_line_as_well(
    world: World, schema: Draft202012Validator
):
    world.environ |= {"PANELBOT_LOG_FORMAT": "JSON", "SLACK_BOT_TOKEN": "xoxb-nobody-has-this"}
    async with world.command("worker") as process, asyncio.timeout(30):
        _, err = await process.communicate()

    *_, last = lines(err, schema)
    assert (last["event"], last["role"], process.returncode) == ("command.failed", "worker", 1)
    assert "invalid_auth" in last["fields"]["reason"]
    assert "nobody-has" not in err.decode()


CRASHES = """
import sys, threading, warnings
from bot import logs
from bot.log_formats import JsonFormatter

logs.set_up("INFO", formatter=JsonFormatter("worker", "host:1"))
def crash():
    raise ValueError(sys.argv[1])
warnings.warn(f"look: {sys.argv[1:]}")
thread = threading.Thread(target=crash)
thread.start()
thread.join()
crash()
"""


def test_what_ends_a_process_or_a_thread_is_a_line_as_well(
    repository: Path, schema: Draft202012Validator
):
    command = [sys.executable, "-c", CRASHES, "Zebrafisch"]
    done = subprocess.run(command, cwd=repository, capture_output=True, check=False)  # noqa: S603 - ours

    warned, *crashed = lines(done.stderr, schema)
    assert (done.returncode, warned["level"], "event" in warned) == (1, "WARNING", False)
    assert [one["event"] for one in crashed] == ["process.crashed"] * 2
    assert {one["exception"]["type"] for one in crashed} == {"ValueError"}
    assert [one["exception"]["stack"][-1] for one in crashed] == ["ValueError"] * 2
