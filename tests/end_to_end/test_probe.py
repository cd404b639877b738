"""``panelbot probe``, as a process of its own, of the local servers."""

import re
from pathlib import Path

from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.slack.workspace.company import GENERAL
from tests import openai_faults as faults
from tests.end_to_end.conftest import World

CHECK = re.compile(r"^## ([a-z-]+): .*\n\n(.+)\n", re.MULTILINE)


async def test_all_checks_run_and_leave_nothing(world: World, tmp_path: Path):
    world.openai.brain = RuleBrain()
    world.say("Good morning.")
    page = tmp_path / "probe.md"

    code, out, err = await world.panelbot(
        "probe", "--channel", GENERAL, "--stream-for", "0.5", "--out", str(page)
    )

    assert code == 0, page.read_text()
    assert out == ""
    assert "18/18" in err
    seen = dict(CHECK.findall(page.read_text()))
    assert len(seen) == 18
    assert not any(one.startswith("**Could not run") for one in seen.values())
    assert "It replaces them" in seen["metadata"]
    assert "It keeps the persona" in seen["persona"]
    assert "What the services did on 20" in page.read_text()
    assert f"in the channel {GENERAL}" in page.read_text()
    assert not world.openai.conversations
    assert not world.openai.store.responses
    assert [message.text for message in world.slack.workspace.history(GENERAL, 0, 9e9)] == [
        "Good morning."
    ]


async def test_without_a_channel_only_the_models_side_is_asked(world: World):
    for name in ("SLACK_BOT_TOKEN", "REDIS_URL"):
        del world.environ[name]
    world.openai.manners.metadata_updates = "merge"

    code, out, _ = await world.panelbot("probe", "--only", "metadata")

    assert code == 0
    assert CHECK.findall(out) == [("metadata", "It merges them: what an update leaves out stays.")]


async def test_a_check_that_cannot_run_ends_in_an_error_and_is_told(world: World):
    world.openai.faults.rate("POST /v1/conversations", faults.status(404), 1.0)

    code, out, _ = await world.panelbot("probe", "--only", "metadata", "--only", "dropped")

    assert code == 1
    assert "2 checks; 2 of them could not run." in out


async def test_a_check_that_does_not_exist_is_told(world: World):
    code, out, err = await world.panelbot("probe", "--only", "nonsense")

    assert (code, out) == (1, "")
    assert err.startswith("panelbot: There is no check 'nonsense'. There are: metadata, ")
