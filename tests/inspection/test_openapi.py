"""The document finds what is wrong: without that, it would prove nothing."""

from typing import Any

import pytest

from tests.inspection.openapi import OpenApi

RESPONSES, ITEMS = "/v1/responses", "/v1/conversations/conv_1/items"
GOOD = {
    "model": "gpt-6-luna",
    "conversation": "conv_1",
    "input": [{"type": "message", "role": "user", "content": "Hi"}],
    "context_management": [{"type": "compaction", "compact_threshold": 5000}],
    "stream": True,
}


def test_a_good_request_passes(openapi: OpenApi) -> None:
    openapi.check_request("POST", RESPONSES, [], GOOD)
    openapi.check_request("GET", ITEMS, [("order", "desc"), ("limit", "100")], None)
    openapi.check_request("POST", "/openai/v1/responses", [], GOOD)


@pytest.mark.parametrize(
    "change",
    [
        {"stream": "yes"},
        {"conversations": "conv_1"},
        {"input": [{"type": "message", "role": "nobody", "content": "Hi"}]},
        {"input": [{"type": "message", "role": "user", "content": [{"type": "input_txt"}]}]},
        {"input": [{"type": "function_call_output", "call_id": "call_1"}]},
        {"tools": [{"type": "function", "name": 1}]},
        {"reasoning": {"effort": "much"}},
        {"context_management": [{"type": "compaction", "compact_threshold": 10}]},
        {"safety_identifier": "x" * 65},
    ],
)
def test_a_wrong_body_is_found(openapi: OpenApi, change: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        openapi.check_request("POST", RESPONSES, [], GOOD | change)


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("POST", "/v1/response", [], GOOD),
        ("PUT", RESPONSES, [], GOOD),
        ("POST", RESPONSES, [], None),
        ("GET", ITEMS, [("sort", "desc")], None),
        ("GET", ITEMS, [("order", "newest")], None),
        ("GET", ITEMS, [("limit", "many")], None),
        ("GET", ITEMS, [], {"limit": 1}),
    ],
)
def test_a_wrong_request_is_found(
    openapi: OpenApi, method: str, path: str, query: list[tuple[str, str]], body: Any
) -> None:
    with pytest.raises(AssertionError):
        openapi.check_request(method, path, query, body)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"id": "conv_1", "object": "conversation", "created_at": 1}),
        (200, {"id": "conv_1", "object": "thread", "created_at": 1, "metadata": {}}),
        (400, {"detail": "Not like that."}),
    ],
)
def test_a_wrong_answer_is_found(openapi: OpenApi, status: int, body: Any) -> None:
    with pytest.raises(AssertionError):
        openapi.check_answer("POST", "/v1/conversations", status, body)


def test_a_wrong_event_is_found(openapi: OpenApi) -> None:
    event = {"type": "response.output_text.delta", "sequence_number": 1, "delta": "Hi"}
    with pytest.raises(AssertionError):
        openapi.check_event(event)
    with pytest.raises(AssertionError):
        openapi.check_run_event("thread.run.created", {"id": "run_1"})
