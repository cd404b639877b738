import json

import pytest

from bot.adapters.openai.refusals.subjects import of_fault
from bot.panel.errors import ModelFault

REQUEST = json.dumps({
    "tools": [
        {"type": "function", "name": "jira"},
        {"type": "mcp", "server_label": "jira"},
        {"type": "mcp", "server_label": "jira-cloud"},
        {"type": "file_search", "vector_store_ids": ["vs_1", "vs_12"]},
    ]
}).encode()  # fmt: skip
LISTING = "Error retrieving tool list from MCP server: "


@pytest.mark.parametrize(
    ("fault", "message", "about"),
    [
        (ModelFault.TOOL_SERVER, f"{LISTING}'jira'. Http status code: 424", ("jira",)),
        (ModelFault.TOOL_SERVER, f"{LISTING}'jira-cloud' Http status code: 401", ("jira-cloud",)),
        (ModelFault.TOOL_SERVER, f"{LISTING}'<@U1> evil'.", ()),
        (ModelFault.TOOL_SERVER, "", ()),
        (ModelFault.DOCUMENTS, "Vector store vs_12 is expired.", ("vs_12",)),
        (ModelFault.DOCUMENTS, "Vector store is expired.", ()),
        (ModelFault.QUOTA, "jira", ()),
    ],
)
def test_only_what_is_in_the_request_is_named(
    fault: ModelFault, message: str, about: tuple[str, ...]
) -> None:
    assert of_fault(fault, message, REQUEST) == about


@pytest.mark.parametrize("body", [None, b"", b"[]", b"no JSON", b'{"tools": null}'])
def test_a_request_that_is_not_at_hand_names_nothing(body: bytes | None) -> None:
    assert of_fault(ModelFault.TOOL_SERVER, "jira", body) == ()
