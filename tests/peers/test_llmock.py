"""The bot on llmock, with its faults. Its verdict on us counts too."""

import pytest

from tests.end_to_end.conftest import MENTION, World
from tests.peers.conftest import Peer, calls, readable

pytestmark = pytest.mark.peers

TO_ROUTER, TO_EXPERT = {"tools": True}, {"tools": False}
CONSULTS = {"type": "reply", "tool_calls": calls("legal"), "match": TO_ROUTER}
ANSWERS = {"type": "reply", "text": "You may.", "times": None, "match": TO_EXPERT}


async def ask(world: World, llmock: Peer, *faults: dict, script=(CONSULTS, ANSWERS)) -> list:
    await llmock.ask("POST", "/_llmock/reset")
    if behaviors := [*faults, *script]:
        await llmock.ask("POST", "/_llmock/scenario", {"behaviors": behaviors})
    ts = world.say(f"{MENTION} please ask legal")
    await world.idle()
    verdict = await llmock.ask("GET", "/_llmock/verdict")
    failed = [one for one in verdict["findings"] if one["severity"] in ("fail", "error")]
    assert not failed, readable(verdict)
    return world.said(ts)


FAULTS = {
    "429 with Retry-After": {"type": "fail", "status": 429, "retry_after": 1, "times": 2},
    "503": {"type": "fail", "status": 503, "match": TO_EXPERT},
    "disconnect": {"type": "stream_fault", "kind": "disconnect", "match": TO_EXPERT},
    "truncation": {"type": "stream_fault", "kind": "truncate", "match": TO_EXPERT},
    "malformed chunk": {"type": "stream_fault", "kind": "malformed", "match": TO_EXPERT},
    "stall": {"type": "stream_fault", "kind": "stall", "stall_seconds": 2, "match": TO_EXPERT},
    "disconnect of the router": {"type": "stream_fault", "kind": "disconnect", "match": TO_ROUTER},
    "truncation of the router": {"type": "stream_fault", "kind": "truncate", "match": TO_ROUTER},
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_costs_nobody_the_answer(world: World, llmock: Peer, fault: str):
    again = (CONSULTS, CONSULTS, ANSWERS)  # an attempt that was cut has used one
    said = await ask(world, llmock, FAULTS[fault], script=again)
    assert said == [("Legal Counsel", "You may.")]


async def test_a_tool_that_was_never_offered_is_not_called(world: World, llmock: Peer):
    fault = {"type": "tool_fault", "kind": "unknown_tool"}
    said = await ask(world, llmock, fault, script=(ANSWERS,))
    assert said
    assert all("unknown" not in text for _, text in said)


async def test_arguments_that_are_no_json_reach_the_expert_all_the_same(world: World, llmock: Peer):
    fault = {"type": "tool_fault", "kind": "malformed_arguments"}
    said = await ask(world, llmock, fault)
    assert said == [("Legal Counsel", "You may.")]


async def test_unscripted_it_consults_whom_it_finds_fitting(world: World, llmock: Peer):
    said = await ask(world, llmock, script=())
    assert "Legal Counsel" in [who for who, _ in said]
