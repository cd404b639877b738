"""The bot on aimock, whose errors come without a body."""

import asyncio

import pytest

from tests.end_to_end.conftest import MENTION, World
from tests.peers.conftest import Peer

pytestmark = pytest.mark.peers

ANSWERS = [("CFO", "We can pay for it."), ("Legal Counsel", "The law allows it.")]


async def test_two_experts_and_a_synthesis(world: World, aimock: Peer):
    ts = world.say(f"{MENTION} please ask legal and finance")
    await world.idle()
    *answers, last = world.said(ts)
    assert sorted(text for _, text in answers) == sorted(text for _, text in ANSWERS)
    assert last == ("Panelbot", "They agree.")


@pytest.mark.parametrize("fault", ["dropRate", "malformedRate", "disconnectRate", "rateLimitRate"])
async def test_a_while_of_faults_costs_nobody_the_answer(world: World, aimock: Peer, fault: str):
    await aimock.ask("POST", "/__aimock/chaos", {fault: 1})
    ts = world.say(f"{MENTION} please ask legal and finance")
    await asyncio.sleep(1)  # of faults
    await aimock.ask("DELETE", "/__aimock/chaos")
    await world.idle()
    said = [text for _, text in world.said(ts)]
    assert sorted(said) == sorted([*[text for _, text in ANSWERS], "They agree."])
