import pytest

from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.reading.tool_failures import failed_in
from bot.json_types import Json

HTTP = {"type": "http_error", "code": 502, "message": "Bad gateway"}
OWN = {"type": "mcp_tool_execution_error", "content": [{"type": "text", "text": "No such issue"}]}


def listing(error: object) -> Json:
    return {"type": "mcp_list_tools", "id": "1", "server_label": "jira", "error": error}


def call(error: object, label: str = "jira") -> Json:
    return {"type": "mcp_call", "id": "2", "server_label": label, "name": "find", "error": error}


@pytest.mark.parametrize(
    ("items", "failed"),
    [
        ([listing(None)], ()),
        ([listing("Connection failed.")], ("jira",)),
        ([listing({"code": 424, "message": "Failed Dependency"})], ("jira",)),
        ([call(HTTP)], ("jira",)),
        ([call("424: unhandled errors in a TaskGroup (1 sub-exception)")], ("jira",)),
        ([call("The issue has no such field")], ()),
        ([call(OWN)], ()),
        ([call(None)], ()),
        ([call(7)], ()),
        ([call(HTTP), call(None)], ()),
        ([call(None), call(HTTP)], ()),
        ([call(HTTP, "wiki"), call(None)], ("wiki",)),
        ([call(HTTP, "")], ()),
        ([{"type": "message"}], ()),
        ([{"type": "web_search_call", "status": "failed"}], ("web-search",)),
        ([{"type": "file_search_call", "status": "failed", "results": None}], ("file-search",)),
        ([{"type": "code_interpreter_call", "status": "incomplete"}], ("code-interpreter",)),
        ([{"type": "web_search_call"}], ()),
        (
            [
                {"type": "web_search_call", "status": "failed"},
                {"type": "web_search_call", "status": "completed"},
            ],
            (),
        ),
    ],
)
def test_tools_that_did_nothing(items: list[Json], failed: tuple[str, ...]) -> None:
    assert failed_in([Sent(item, "item") for item in items]) == failed
