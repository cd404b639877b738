"""Asking other models where the one that is wanted is out."""

import pytest

from bot.panel import observing
from bot.panel.errors import ModelFault, ModelOverloaded, ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import (
    Begun,
    ModelSaid,
    Prompt,
    Responded,
    ToolsRunning,
    UserSaid,
)
from bot.panel.language_model.fallback import Fallbacks
from bot.panel.language_model.model_client import ModelClient, ResponseRestarted
from bot.panel.links import RouterLabels
from bot.panel.model import Effort, ThreadRef
from bot.panel.observing import Kind, Outcome
from bot.panel.timeouts import Timeouts
from tests.fakes.language_model import ROUTER, ScriptedModel, written
from tests.fakes.observer import Heard

BUSY, GONE = ModelOverloaded("HTTP 503"), ModelRefused(ModelFault.MODEL, "HTTP 404")
QUESTION = UserSaid("Question [1.0]")


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


async def asked(model, fallbacks, *, retries=(0, 0)):
    """Ask in a conversation of its own; returns it and what was heard."""
    conversation = await model.open(RouterLabels(ThreadRef("T1", "C1", "1.0")))
    prompt = Prompt(conversation, "a", Effort.LOW, "You answer.", (QUESTION,))
    client = ModelClient(model, Timeouts(retry_delays=retries).backoff, fallbacks)
    events = client.ask(prompt, ref="[1.0]", repeated=False)
    return conversation, [event async for event in events]


def models(model) -> list[str]:
    return [prompt.model for prompt in model.prompts]


async def test_another_model_is_asked_once_the_retries_are_spent(model):
    model.script(ROUTER, [BUSY], [BUSY], [BUSY], "Yes.")

    conversation, events = await asked(model, Fallbacks(["b"]))

    assert models(model) == ["a", "a", "a", "b"]
    assert (events[-1].text, events[-1].model) == ("Yes.", "b")
    assert model.conversations[conversation].items == [QUESTION, ModelSaid("Yes.")]


async def test_a_model_that_is_gone_is_not_asked_twice(model):
    model.script(ROUTER, [GONE], "Yes.", "Yes again.")
    fallbacks = Fallbacks(["b"])

    await asked(model, fallbacks)
    await asked(model, fallbacks)

    assert models(model) == ["a", "b", "b"]


async def test_what_is_stored_is_not_sent_to_the_other_model_again(model):
    model.script(ROUTER, ["", BUSY], ["", BUSY], "Yes.")

    conversation, _ = await asked(model, Fallbacks(["b"]), retries=(0,))

    assert [prompt.items for prompt in model.prompts] == [(QUESTION,), (), ()]
    assert model.conversations[conversation].items.count(QUESTION) == 1


async def test_a_response_that_has_begun_is_not_taken_over(model):
    model.script(ROUTER, *[[written("Half of it", BUSY)]] * 3)

    with pytest.raises(ModelUnavailable):
        await asked(model, Fallbacks(["b"]))

    assert models(model) == ["a", "a", "a"]


async def test_a_model_on_trial_is_not_waited_for(model):
    now = [0.0]
    fallbacks = Fallbacks(["b"], clock=lambda: now[0])
    model.script(ROUTER, [BUSY], "From b.", [BUSY], "From b again.", "From a.")
    await asked(model, fallbacks, retries=())
    now[0] += 60

    _, events = await asked(model, fallbacks)

    assert models(model)[2:] == ["a", "b"]
    assert ResponseRestarted() in events
    now[0] += 60
    _, events = await asked(model, fallbacks)
    assert events[-1] == Responded("From a.", events[-1].usage)


async def test_an_error_that_is_not_the_models_is_raised(model):
    model.script(ROUTER, [ModelRefused(ModelFault.QUOTA, "no credit")])
    with pytest.raises(ModelRefused):
        await asked(model, Fallbacks(["b"]))
    assert models(model) == ["a"]


async def test_without_another_model_the_error_is_raised(model):
    model.script(ROUTER, *[[BUSY]] * 3)
    with pytest.raises(ModelOverloaded):
        await asked(model, Fallbacks())
    assert models(model) == ["a"] * 3


async def test_observers_hear_what_came_of_a_call_and_which_tools_ran_meanwhile(model):
    observing.bind([heard := Heard()])
    search, both = ToolsRunning(("web_search",)), ToolsRunning(("web_search", "wiki"))
    model.script(ROUTER, [search, both, ToolsRunning(("wiki",)), "Yes."])

    _, events = await asked(model, Fallbacks())

    (call,) = heard.of(Kind.MODEL_CALL)
    assert Begun(call.known["id"]) in events
    assert call.known["response"] == events[-1]
    tools = heard.of(Kind.HOSTED_TOOL)
    assert [(tool.known["tool"], tool.parent) for tool in tools] == [
        ("web_search", call),
        ("wiki", call),
    ]


async def test_a_tool_that_ran_when_its_call_broke_off_has_ended_with_it(model):
    observing.bind([heard := Heard()])
    model.script(ROUTER, [ToolsRunning(("wiki",)), BUSY], "Yes.")

    await asked(model, Fallbacks(), retries=(0,))

    assert [one.kind for one in heard.ended_] == [Kind.HOSTED_TOOL, Kind.MODEL_CALL]
    assert heard.ended_[1].outcome is Outcome.OK
