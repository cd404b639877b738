"""Signed payloads of every shape, for the whole bot and over both transports.

Each is answered in time and without an error, and the bot goes on answering people.
"""

import asyncio
import logging
from pathlib import Path

import pytest
from _pytest.logging import LogCaptureFixture

from bot.json_types import Json
from bot.playground.slack.delivery.delivery import Attempt, Carrier, Delivery, Kind, Undelivered
from tests.end_to_end.conftest import MENTION, World
from tests.slack_shapes import Shapes

LATE = 15.0  # seconds, on a busy machine


async def answer(carrier: Carrier, kind: Kind, payload: Json) -> str:
    """Deliver; return what became of it."""
    try:
        async with asyncio.timeout(LATE):
            await carrier.carry(Delivery(kind, payload), Attempt())
    except Undelivered as refusal:
        return refusal.reason
    except TimeoutError:
        return "none"
    return "acknowledged"


async def test_no_payload_disturbs_the_bot(
    bot_on_both: World,
    shared: Path,
    request: pytest.FixtureRequest,
    caplog: LogCaptureFixture,
):
    may_refuse = not bot_on_both.config().uses_socket_mode
    right = {"acknowledged", "http_error"} if may_refuse else {"acknowledged"}
    for seed in range(60 if request.config.getoption("--long") else 20):
        shapes = Shapes(shared / "slack", seed)
        for kind, payload in (shapes.event(), shapes.interaction()):
            answered = await answer(bot_on_both.slack.deliverer.carrier, kind, payload)
            assert answered in right, f"seed {seed}: {kind} {payload}"

    ts = bot_on_both.say(f"{MENTION} please ask legal")
    await bot_on_both.idle()
    assert [who for who, _ in bot_on_both.said(ts)] == ["Legal Counsel"]
    loud = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [(record.name, record.getMessage()) for record in loud] == []  # no status 500, either
