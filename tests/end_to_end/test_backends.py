"""The whole bot on a server that remembers nothing, and threads that change their backend."""

import json
from pathlib import Path

import pytest

from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.slack.workspace.company import GENERAL
from tests import openai_faults as faults
from tests.end_to_end.conftest import MENTION, World
from tests.eventually import eventually

LEGAL = "of the legal counsel of a technology company"


@pytest.fixture
def bare(world: World) -> World:
    """The world with a model's server like vLLM, Ollama or LocalAI: responses, no more."""
    world.openai.faults.rate("POST /v1/conversations", faults.status(404), 1.0)
    return world


async def restart(world: World, backend: str) -> None:
    await world.stop_bot()
    world.environ["PANELBOT_BACKEND"] = backend
    await world.start_bot()


async def test_a_thread_goes_on_where_the_server_remembers_nothing(bare: World) -> None:
    await restart(bare, "stateless")
    ts = bare.say(f"{MENTION} please ask legal and finance")
    await bare.idle()

    await restart(bare, "stateless")
    bare.say("and what says legal now?", ts)
    await bare.idle()

    said = [text for _, text in bare.said(ts)]
    assert said[2:] == ["They agree.", f"Answer 2 {LEGAL}"]
    assert not bare.openai.conversations
    assert not bare.openai.store.responses


async def test_a_proxys_404_is_waited_out_and_nothing_is_forgotten(world: World) -> None:
    await restart(world, "conversations")
    ts = world.say(f"{MENTION} please ask legal")
    await world.idle()
    before = set(world.openai.conversations)
    for name in ("POST /v1/responses", "GET /v1/conversations/*"):
        world.openai.faults.rate(name, faults.page(), 1.0)

    world.say("and what says legal now?", ts)
    asked = "GET /v1/conversations/*"
    await eventually(lambda: any(request.name == asked for request in world.openai.requests))
    world.openai.faults.clear()
    await world.idle()

    assert [text for _, text in world.said(ts)][-1] == f"Answer 2 {LEGAL}"
    assert set(world.openai.conversations) == before


async def test_a_thread_lives_on_assistants(world: World) -> None:
    await restart(world, "assistants")
    ts = world.say(f"{MENTION} please ask legal and finance")
    await world.idle()
    await restart(world, "assistants")
    world.say("and what says legal now?", ts)
    await world.idle()

    said = [text for _, text in world.said(ts)]
    assert said[2:] == ["They agree.", f"Answer 2 {LEGAL}"]
    assert len(world.openai.threads) == 3
    assert not world.openai.conversations
    names = {assistant["name"] for assistant in world.openai.assistants.values()}
    assert names == {f"router:{GENERAL}", "expert:legal", "expert:finance"}
    code, out, err = await world.panelbot("links", "show", f"{GENERAL}/{ts}")
    assert code == 0, err
    assert out.count("thread_") == 3


async def test_losing_all_of_redis_loses_no_thread_of_assistants(world: World) -> None:
    await restart(world, "assistants")
    ts = world.say(f"{MENTION} please ask legal")
    await world.idle()
    await world.redis.flushdb()

    world.say("and what says legal now?", ts)
    await world.idle()

    assert [text for _, text in world.said(ts)][-1] == f"Answer 2 {LEGAL}"
    assert len(world.openai.threads) == 2


async def test_links_and_export_work_where_the_server_remembers_nothing(bare: World) -> None:
    await restart(bare, "stateless")
    ts = bare.say(f"{MENTION} please ask legal")
    await bare.idle()

    code, out, err = await bare.panelbot("links", "show", f"{GENERAL}/{ts}")
    assert code == 0, err
    assert out.count("own_") == 2
    code, out, err = await bare.panelbot("export", f"{GENERAL}/{ts}", "--format", "json")
    assert code == 0, err
    assert "Answer 1" in json.dumps(json.loads(out))


async def test_a_server_without_conversations_is_told_at_the_start(bare: World) -> None:
    code, _, err = await bare.panelbot("worker")
    assert code == 1
    assert "has no /conversations" in err
    assert "Set PANELBOT_BACKEND=stateless" in err


async def test_check_names_what_the_server_lacks(bare: World) -> None:
    code, out, _ = await bare.panelbot("check")
    assert code == 1
    assert "PANELBOT_BACKEND=stateless" in out


async def test_losing_all_of_redis_begins_anew_with_what_slack_remembers(world: World) -> None:
    await restart(world, "stateless")
    ts = world.say(f"{MENTION} please ask legal about the blue contract")
    await world.idle()
    await world.redis.flushdb()

    world.say("and what says legal now?", ts)
    await world.idle()

    assert [text for _, text in world.said(ts)] == [f"Answer 1 {LEGAL}"] * 2
    router = next(asked for asked in reversed(world.brain.asked) if asked.tools)
    assert "the blue contract" in "".join(json.dumps(item) for item in router.items)


@pytest.mark.parametrize("backend", ["stateless", "assistants"])
async def test_an_expert_cites_its_documents_on_every_backend(
    world: World, tmp_path: Path, backend: str
) -> None:
    handbook = tmp_path / "handbook.md"
    handbook.write_text("# Handbook\n\nEverybody has thirty days of holiday.\n")
    world.openai.brain = RuleBrain()
    await restart(world, backend)
    code, _, err = await world.panelbot("knowledge", "add", "legal", str(handbook))
    assert code == 0, err

    ts = world.say(f"{MENTION} legal How many days of holiday are there?")
    await world.idle()

    (answer,) = [text for who, text in world.said(ts) if who == "Legal Counsel"]
    assert "“Everybody has thirty days of holiday.”¹" in answer
    assert answer.endswith("1. `handbook.md`")
