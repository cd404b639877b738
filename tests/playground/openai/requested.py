"""Requests as a brain sees them, without a server."""

from collections.abc import Sequence
from typing import Any

from bot.playground.openai.items import items
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.openai.stand_in.brain import Call, ModelRequest, Reply, Text
from tests.playground.openai.asking import MODEL, tool

PURPOSES = {
    "legal": "Ask Legal: licences, contracts, compliance, privacy, liability.",
    "finance": "Ask Finance: cost, budget, pricing, forecasts.",
    "security": "Ask Security: vulnerabilities, threats, authentication, encryption.",
    "design": "Ask Design: usability, interfaces, accessibility of the product.",
    "product": "Ask Product: features, users, roadmap, launches.",
    "support": "Ask Support: tickets, complaints, replies to customers.",
    "engineering": "Ask Engineering: architecture, code, databases, performance.",
}
TOOLS: list[Any] = [tool(f"consult_{name}", purpose) for name, purpose in PURPOSES.items()]
QUESTION = "Can we use this MIT library in a closed product, and what would it cost to support?"


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def model(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def call(call_id: str, name: str) -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": "{}"}


def requested(*said: Any, **more: Any) -> ModelRequest:
    """Return a request after which the conversation holds what was *said*."""
    given = [user(one) if isinstance(one, str) else one for one in said]
    told: dict[str, Any] = {"model": MODEL, "instructions": "", "tools": TOOLS, "may_call": True}
    return ModelRequest(items=items.taken(given, "input"), **{**told, **more})


def reply(*said: Any, **more: Any) -> Reply:
    """Return what the rules make of it."""
    return RuleBrain().reply(requested(*said, **more))


def text(steps: Sequence[Any]) -> str:
    """Return the only text of a reply."""
    (step,) = steps
    assert isinstance(step, Text)
    return step.text


def calls(steps: Sequence[Any]) -> dict[str, Any]:
    """Return the arguments of a reply that consists of calls, by name."""
    assert all(isinstance(step, Call) for step in steps)
    return {step.name.removeprefix("consult_"): step.arguments for step in steps}
