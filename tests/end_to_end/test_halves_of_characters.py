"""Texts that were cut in the middle of an emoji, from every side: each question is answered."""

import pytest

from bot.playground.openai.stand_in.brain import Call, Text
from tests.end_to_end.conftest import MENTION, World
from tests.scripted_brain import by_instructions, by_message

HALF = "\ud83d"


@pytest.mark.parametrize("backend", ["conversations", "stateless", "assistants"])
async def test_a_question_is_answered(world: World, backend: str):
    world.environ["PANELBOT_BACKEND"] = backend
    consult = Call("consult_legal", f"Look{HALF}")
    world.brain.when(by_message("ask legal �"), consult)
    answer = Text(f"You may {HALF}. Or{HALF} not.")
    world.brain.when(by_instructions("the legal counsel of"), answer)
    await world.start_bot()

    ts = world.say(f"{MENTION} ask legal {HALF}")
    await world.idle()

    ((who, said),) = world.said(ts)
    assert (who, said.split("\n")[0]) == ("Legal Counsel", "You may �. Or� not.")
    world.say("And now?", ts)
    await world.idle()
    assert len(world.said(ts)) > 1
