from pathlib import Path

import pytest

from bot.panel.errors import Refused
from bot.panel.tools import Approval, HostedTool, McpServer
from bot.settings.tools_file import toolbox

WHOLE = """
hosted: [web-search, code-interpreter]
mcp:
  - label: tickets
    url: https://mcp.example.com/sse
    purpose: Finds and files tickets
    approval: [create_ticket]
    tools: [find_ticket, create_ticket]
    authorization: TICKETS_TOKEN
    headers:
      X-Team: TICKETS_TEAM
  - {label: wiki, url: "http://localhost:8000/mcp", purpose: Reads our wiki, approval: never}
"""
ENVIRON = {"TICKETS_TOKEN": "t0ken", "TICKETS_TEAM": "blue"}
SERVER = "label: a, url: https://a.example, purpose: Does it"


def written(tmp_path: Path, text: str) -> str:
    file = tmp_path / "tools.yaml"
    file.write_text(text)
    return str(file)


def test_without_a_file_there_are_no_tools():
    assert toolbox("", {}).names == ()


def test_a_file_tells_what_is_allowed_and_the_environment_its_secrets(tmp_path: Path):
    found = toolbox(written(tmp_path, WHOLE), ENVIRON)
    tickets = McpServer(
        label="tickets",
        url="https://mcp.example.com/sse",
        purpose="Finds and files tickets",
        approval=("create_ticket",),
        allowed=("find_ticket", "create_ticket"),
        authorization="t0ken",
        headers={"X-Team": "blue"},
    )
    wiki = McpServer("wiki", "http://localhost:8000/mcp", "Reads our wiki", Approval.NEVER)
    assert found.tools == (HostedTool.WEB_SEARCH, HostedTool.CODE_INTERPRETER, tickets, wiki)
    assert found.names == ("web-search", "code-interpreter", "mcp:tickets", "mcp:wiki")


def test_who_says_nothing_of_approval_is_asked_always(tmp_path: Path):
    (server,) = toolbox(written(tmp_path, f"mcp: [{{{SERVER}}}]"), {}).tools
    assert isinstance(server, McpServer)
    assert server.approval is Approval.ALWAYS


def test_no_secret_is_in_what_a_log_would_show(tmp_path: Path):
    shown = repr(toolbox(written(tmp_path, WHOLE), ENVIRON))
    assert "tickets" in shown
    assert "t0ken" not in shown
    assert "blue" not in shown


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- web-search", "it may have hosted and mcp"),
        ("hosts: []", "it may have hosted and mcp"),
        ("hosted: [websearch]", "'websearch' is none of web-search, "),
        ("hosted: web-search", "hosted is a list of names"),
        ("mcp: {}", "mcp is a list"),
        ("mcp: [tickets]", "each server has label"),
        ("mcp: [{label: My Server}]", "a label is made of"),
        ("mcp: [{label: a, url: 'http://a.example'}]", "a needs a url"),
        ("mcp: [{label: a, url: 'https://me:secret@a.example'}]", "a needs a url"),
        ("mcp: [{label: a, url: 'https://a.example'}]", "a needs a purpose"),
        (f"mcp: [{{{SERVER}, approval: sometimes}}]", "a: approval is always, never"),
        (f"mcp: [{{{SERVER}, approval: []}}]", "a: approval is always, never"),
        (f"mcp: [{{{SERVER}, tools: search}}]", "a: tools is a list"),
        (f"mcp: [{{{SERVER}, token: abc}}]", "a has token, which means nothing"),
        (f"mcp: [{{{SERVER}, authorization: NOT_SET}}]", "a secret from NOT_SET, which is not set"),
        (f"mcp: [{{{SERVER}, headers: {{X: NOT_SET}}}}]", "a secret from NOT_SET"),
        (f"mcp: [{{{SERVER}, headers: [X]}}]", "a: headers name"),
        (f"mcp: [{{{SERVER}}}, {{{SERVER}}}]", "a is there twice"),
        ("hosted: [", "it is not YAML text"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, text: str, complaint: str):
    with pytest.raises(Refused) as caught:
        toolbox(written(tmp_path, text), {})
    assert complaint in str(caught.value)


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(Refused, match=r"PANELBOT_TOOLS /no/such\.yaml cannot be read"):
        toolbox("/no/such.yaml", {})
