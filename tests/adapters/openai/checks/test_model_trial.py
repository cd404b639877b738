"""What `panelbot check` finds out with one small response of each model."""

import pytest

from bot.adapters.openai.checks.model_trial import ModelTrial, Tried
from bot.adapters.openai.server.client import connect
from bot.panel.checks.findings import Finding, Severity
from bot.panel.model import Effort
from tests.dialects.optional_fields import failed
from tests.dialects.rows import call, calls, says
from tests.dialects.server import OGX, VLLM, Answers, DialectServer, Http, Sse, Unless

ARGUMENTS = '{"reason": "trial", "brief": "trial"}'
BOTH = [call(f"consult_{name}", ARGUMENTS, name, id=name) for name in ("legal", "finance")]
ROUTER = Tried("PANELBOT_ROUTER_MODEL", "some-model", Effort.NONE, calls=True)
EXPERT = Tried("PANELBOT_EXPERT_MODEL", "some-model", Effort.LOW)


async def found(tried: Tried, *answers: object, backend: str = "stateless") -> Finding:
    given: Answers = list(answers)
    dialect = OGX if backend == "conversations" else VLLM
    async with (
        DialectServer(dialect, {"": given}).running() as server,
        connect("sk-test", server.base_url, silence=5) as client,
    ):
        trial = ModelTrial(client, backend, salt="salt", compact=1000)
        finding = await trial.examine(tried)
        assert not server.conversations
    return finding


@pytest.mark.parametrize("backend", ["conversations", "stateless"])
async def test_a_router_that_calls_both_is_good(backend: str):
    finding = await found(ROUTER, Sse(calls(*BOTH)), backend=backend)
    assert finding.severity is Severity.GOOD
    assert ", first after " in finding.what
    assert "several at once" in finding.what


async def test_what_the_server_did_not_take_is_named():
    answer = Unless("context_management", failed("server_error"), Sse(says("Hello.")))
    finding = await found(EXPERT, answer, backend="conversations")
    assert finding.severity is Severity.GOOD
    assert "without context_management" in finding.what


@pytest.mark.parametrize(
    ("tried", "answer", "words"),
    [
        (ROUTER, Sse(says(f'<tool_call>{{"name": "consult_legal", "arguments": {ARGUMENTS}}}')),
         "as text"),
        (ROUTER, Sse(says("I would rather not.")), "calls no expert"),
        (ROUTER, Sse(calls(BOTH[0])), "one expert at a time"),
        (EXPERT, Sse(says("<think>A greeting.</think>Hello.")), "thoughts"),
        (EXPERT, Http(503, {"error": {"message": "Loading model"}}), "gave no answer"),
    ],
)  # fmt: skip
async def test_what_works_half_is_a_warning(tried: Tried, answer: object, words: str):
    finding = await found(tried, answer)
    assert finding.severity is Severity.WARNING
    assert words in finding.what
    assert finding.remedy


async def test_what_does_not_work_is_bad():
    finding = await found(ROUTER, Http(400, {"error": '"some-model" does not support tools'}))
    assert finding.severity is Severity.BAD
    assert "some-model refuses a response" in finding.what
