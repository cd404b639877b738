from pathlib import Path

import pytest

from bot.panel.errors import Refused
from bot.panel.tools import Approval, HostedTool, McpServer
from bot.settings.yaml_files.tools_file import toolbox

WHOLE = """
hosted: [web-search, code-interpreter]
mcp:
  - label: tickets
    url: https://mcp.example.com/sse
    purpose: Finds and files tickets
    approval: [create_ticket]
    read_only: [find_ticket]
    not_the_asker: yes
    approvers:
      create_ticket: [admins, S0DESK]
    tools: [find_ticket, create_ticket]
    authorization: TICKETS_TOKEN
    headers:
      X-Team: TICKETS_TEAM
  - {label: wiki, url: "http://localhost:8000/mcp", purpose: Reads our wiki, approval: never}
"""
ENVIRON = {"TICKETS_TOKEN": "t0ken", "TICKETS_TEAM": "blue"}
WRONG = (
    "2:10: hosted is “web-serch”, but should be one of web-search, code-interpreter, image-",
    "4:21: mcp > a > url should begin with https:// and contain no password",
    "4:39: mcp > a > purpos is not a field here. Did you mean `purpose`?",
    "4:76: mcp > a > read_only names lok, which is not one of its tools. Did you mean `look`?",
    "5:67: mcp > b > authorization takes its value from the variable TICKETS_TOKN, which is not",
    "5:91: mcp > b > approval should be always, never, or the list of tools",
    "6:5: mcp > b appears twice",
    "6:65: mcp > b > headers > X should name the environment variable that has the secret",
    "6:82: mcp > b > headers > Y should name the environment variable that has the secret",
    "7:13: keep_apart is “maybe”, but should be one of yes, true, no, false",
)
SERVER = "label: a, url: https://a.example, purpose: Does it"


def server(**fields: str) -> str:
    """Return a file with one server, which has these *fields* besides or instead."""
    row = {"label": "a", "url": "https://a.example", "purpose": "Does it"} | fields
    return "mcp:\n  - " + "\n    ".join(f"{name}: {value}" for name, value in row.items())


def written(tmp_path: Path, text: str) -> str:
    file = tmp_path / "tools.yaml"
    file.write_text(text)
    return str(file)


def test_without_a_file_there_are_no_tools():
    assert toolbox("", {}).names == ()


def test_tools_come_from_the_file_and_secrets_from_the_environment(tmp_path: Path):
    allowed = toolbox(written(tmp_path, WHOLE), ENVIRON)
    tickets = McpServer(
        label="tickets",
        url="https://mcp.example.com/sse",
        purpose="Finds and files tickets",
        approval=("create_ticket",),
        allowed=("find_ticket", "create_ticket"),
        authorization="t0ken",
        headers={"X-Team": "blue"},
        read_only=("find_ticket",),
        not_the_asker=True,
        approvers={"create_ticket": frozenset({"admins", "S0DESK"})},
    )
    wiki = McpServer("wiki", "http://localhost:8000/mcp", "Reads our wiki", Approval.NEVER)
    assert allowed.tools == (HostedTool.WEB_SEARCH, HostedTool.CODE_INTERPRETER, tickets, wiki)
    assert allowed.names == ("web-search", "code-interpreter", "mcp:tickets", "mcp:wiki")


def test_approval_is_always_needed_by_default(tmp_path: Path):
    (server,) = toolbox(written(tmp_path, f"mcp: [{{{SERVER}}}]"), {}).tools
    assert isinstance(server, McpServer)
    assert server.approval is Approval.ALWAYS


def test_no_secret_is_in_what_a_log_would_show(tmp_path: Path):
    shown = repr(toolbox(written(tmp_path, WHOLE), ENVIRON))
    assert "tickets" in shown
    assert "t0ken" not in shown
    assert "blue" not in shown


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", " is empty"),
        ("- web-search", ":1:1: the file should be fields with values"),
        ("hosts: []", ":1:1: hosts is not a field here. Did you mean `hosted`?"),
        ("hosted: [websearch]", ":1:10: hosted is “websearch”, but should be one of web-search, "),
        ("hosted: web-search", ":1:9: hosted should be a list"),
        ("mcp: {}", ":1:6: mcp should be a list"),
        (f"mcp: [{', '.join(['{}'] * 51)}]", ":1:6: mcp has more than 50 servers"),
        ("mcp: [tickets]", ":1:7: mcp > a server should be fields with values"),
        ("mcp:\n  - url: x", ":2:5: mcp > a server lacks label"),
        ("mcp: [{label: My Server}]", ":1:15: mcp > My Server > label is “My Server”, but should"),
        (f"mcp: [{{label: {'a' * 41}}}]", f":1:15: mcp > {'a' * 40} > label is “{'a' * 40}”"),
        ("mcp: [{label: a, purpose: x}]", ":1:7: mcp > a lacks url"),
        (server(url="http://a.example"), ":3:10: mcp > a > url should begin with https://"),
        (server(url="https://me:secret@a.example"), ":3:10: mcp > a > url should begin with"),
        (server(url="'https://['"), ":3:10: mcp > a > url is not an address"),
        ("mcp: [{label: a, url: 'https://a.example'}]", ":1:7: mcp > a lacks purpose"),
        (server(purpose="''"), ":4:14: mcp > a > purpose should have 1 to 75 characters"),
        (server(purpose="x" * 76), ":4:14: mcp > a > purpose should have 1 to 75 characters"),
        (server(approval="sometimes"), ":5:15: mcp > a > approval should be always, never, or"),
        (server(approval="[]"), ":5:15: mcp > a > approval should be always, never, or"),
        (server(tools="search"), ":5:12: mcp > a > tools should be a list"),
        (server(tools="['']"), ":5:12: mcp > a > tools contains an empty name"),
        (server(token="abc"), ":5:5: mcp > a > token is not a field here"),
        (
            server(authorization="NOT_SET"),
            ":5:20: mcp > a > authorization takes its value from the variable NOT_SET, which is",
        ),
        (
            server(headers="{X: NOT_SET}"),
            ":5:18: mcp > a > headers > X takes its value from the variable NOT_SET, which is",
        ),
        (server(read_only="yes"), ":5:16: mcp > a > read_only should be a list"),
        (server(not_the_asker="maybe"), ":5:20: mcp > a > not_the_asker is “maybe”, but should be"),
        (server(approvers="[]"), ":5:16: mcp > a > approvers lists nobody"),
        (server(approvers="[everyone]"), ":5:16: mcp > a > approvers contains “everyone”, but"),
        (server(approvers="{sell: [admin]}"), ":5:23: mcp > a > approvers > sell contains “admin”"),
        (
            server(tools="[look]", not_the_asker="[sell]"),
            ":6:20: mcp > a > not_the_asker names sell, which is not one of its tools",
        ),
        (server(headers="[X]"), ":5:14: mcp > a > headers should be fields with values"),
        (f"mcp: [{{{SERVER}}}, {{{SERVER}}}]", ":1:61: mcp > a appears twice"),
        ("hosted: [", ":1:10: the file is not YAML"),
    ],
)
def test_errors_name_the_place_and_the_problem(tmp_path: Path, text: str, problem: str):
    file = written(tmp_path, text)
    with pytest.raises(Refused) as refusal:
        toolbox(file, {})
    place = f"PANELBOT_TOOLS {file}"
    assert any(one.startswith(f"{place}{problem}") for one in str(refusal.value).splitlines())


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path):
    text = """
hosted: [web-serch, code-interpreter]
mcp:
  - {label: a, url: http://a.example, purpos: x, tools: [look], read_only: [lok]}
  - {label: b, url: https://b.example, purpose: x, authorization: TICKETS_TOKN, approval: nevr}
  - {label: b, url: https://b.example, purpose: x, headers: {X: s3cr3t-t0ken, Y: ghp_abcdef0123}}
keep_apart: maybe
"""
    file = written(tmp_path, text)
    with pytest.raises(Refused) as refusal:
        toolbox(file, ENVIRON)
    lines = [one.removeprefix(f"PANELBOT_TOOLS {file}:") for one in str(refusal.value).splitlines()]
    assert [line[: len(start)] for line, start in zip(lines, WRONG, strict=True)] == list(WRONG)
    assert "Did you mean `TICKETS_TOKEN`?" in str(refusal.value)
    assert "s3cr3t" not in str(refusal.value)
    assert "ghp_" not in str(refusal.value)


@pytest.mark.parametrize("nothing", ["", "''"])
def test_a_server_may_have_no_authorization(tmp_path: Path, nothing: str):
    (tickets,) = toolbox(written(tmp_path, server(authorization=nothing)), {}).tools
    assert isinstance(tickets, McpServer)
    assert tickets.authorization == ""


def test_a_missing_file_is_refused():
    with pytest.raises(Refused, match=r"PANELBOT_TOOLS /no/such\.yaml cannot be read"):
        toolbox("/no/such.yaml", {})
