"""Models that are gone or have too much to do, on each backend, with everything real around."""

import pytest

from bot.json_types import Json
from tests import openai_faults as faults
from tests.end_to_end.conftest import MENTION, World
from tests.end_to_end.test_show_work import replies, work

GONE, OTHER = "gpt-7-retired", "gpt-6.2-sol"
BACKENDS = {
    "conversations": "POST /v1/responses",
    "stateless": "POST /v1/responses",
    "assistants": "POST /v1/threads/*/runs",
}


@pytest.fixture(params=BACKENDS)
def world_of(world: World, request: pytest.FixtureRequest) -> World:
    """A world in which the experts' model may have to be replaced."""
    world.environ["PANELBOT_BACKEND"] = request.param
    world.environ["PANELBOT_FALLBACK_MODELS"] = OTHER
    return world


async def asked(world: World) -> str:
    await world.start_bot()
    ts = world.say(f"{MENTION} please ask legal")
    await world.idle()
    return ts


async def test_another_answers_for_a_model_that_does_not_exist(world_of: World) -> None:
    world_of.environ["PANELBOT_EXPERT_MODEL"] = GONE

    ts = await asked(world_of)

    assert world_of.said(ts) == [
        ("Legal Counsel", "Answer 1 of the legal counsel of a technology company")
    ]
    told = await work(world_of, replies(world_of, ts)["Legal Counsel"])
    assert f"{OTHER}, because {GONE} could not answer" in told
    (key,) = await world_of.redis.keys("panelbot:*usage:*")
    counted = await world_of.redis.hkeys(key)
    assert any(f"legal {OTHER}" in field for field in counted)
    assert not any(GONE in field for field in counted)


async def test_another_answers_for_one_that_stays_overloaded(world_of: World) -> None:
    backend = world_of.environ["PANELBOT_BACKEND"]
    overloaded = faults.status(503, "server_is_overloaded")

    def is_experts(body: Json) -> bool:
        return body.get("model") == "gpt-6.1-terra"

    world_of.openai.faults.on(BACKENDS[backend], overloaded, times=20, when=is_experts)

    ts = await asked(world_of)

    # The expert has heard the question once, however often it was sent.
    assert world_of.said(ts) == [
        ("Legal Counsel", "Answer 1 of the legal counsel of a technology company")
    ]
    told = await work(world_of, replies(world_of, ts)["Legal Counsel"])
    assert f"{OTHER}, because gpt-6.1-terra could not answer" in told
