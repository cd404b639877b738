"""The tools that this installation allows its experts, from the file that PANELBOT_TOOLS names.

Secrets are not in the file: it names the environment variables that hold them.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from bot.panel.model import ToolName
from bot.panel.tools import NO_TOOLS, Approval, HostedTool, McpServer, Toolbox
from bot.settings.sections.rights import APPROVERS
from bot.settings.yaml_nodes import YamlNode, load

_LABEL = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_LONGEST_LABEL = 40
_LONGEST_PURPOSE = 75  # what an option of a Slack menu shows
_MOST_SERVERS = 50
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_REQUIRED = ("label", "url", "purpose")
_OPTIONAL = (
    "approval", "tools", "authorization", "headers", "read_only", "not_the_asker", "approvers",
)  # fmt: skip
_YES, _NO = ("yes", "true"), ("no", "false")
_APPROVER = re.compile(APPROVERS)
_GIVER = re.compile(r"admins|members|[UWS][A-Z0-9]{2,}")


def toolbox(file: str, environ: Mapping[str, str]) -> Toolbox:
    """Return what *file* allows; nothing without one. Raises Refused, naming the fault."""
    if not file:
        return NO_TOOLS
    fields = load(file, setting="PANELBOT_TOOLS").fields(("hosted", "mcp", "equip", "keep_apart"))
    hosted = _hosted(fields["hosted"]) if "hosted" in fields else ()
    servers = _servers(fields["mcp"], environ) if "mcp" in fields else ()
    keeps_apart = "keep_apart" in fields and fields["keep_apart"].one_of(_YES + _NO) in _YES
    allowed = Toolbox((*hosted, *servers), keeps_apart=keeps_apart)
    if "equip" not in fields:
        return allowed
    givers = fields["equip"].fields(allowed.names)
    return replace(allowed, equippers={ToolName(k): _givers(v) for k, v in givers.items()})


def _hosted(node: YamlNode) -> tuple[HostedTool, ...]:
    return tuple(dict.fromkeys(HostedTool(item.one_of(HostedTool)) for item in node.items()))


def _servers(node: YamlNode, environ: Mapping[str, str]) -> tuple[McpServer, ...]:
    if len(node.items()) > _MOST_SERVERS:
        raise node.error(f"has more than {_MOST_SERVERS} servers")
    servers: dict[str, McpServer] = {}
    for item in node.items():
        server = _server(item, environ)
        if server.label in servers:
            raise item.named(server.label).error("appears twice")
        servers[server.label] = server
    return tuple(servers.values())


def _server(item: YamlNode, environ: Mapping[str, str]) -> McpServer:
    label = _label(item.named("a server").fields(required=("label",))["label"])
    fields = item.named(label).fields((*_REQUIRED, *_OPTIONAL), required=_REQUIRED)
    token, headers = fields.get("authorization"), fields.get("headers")
    server = McpServer(
        label=label,
        url=_url(fields["url"]),
        purpose=_purpose(fields["purpose"]),
        approval=_approval(fields["approval"]) if "approval" in fields else Approval.ALWAYS,
        allowed=_names(fields["tools"]) if "tools" in fields else (),
        authorization=_secret(token, environ) if token and token.raw.value else "",
        headers=_headers(headers, environ) if headers else {},
        read_only=_names(fields["read_only"]) if "read_only" in fields else (),
        not_the_asker=_not_the_asker(fields["not_the_asker"])
        if "not_the_asker" in fields
        else None,
        approvers=_approvers(fields["approvers"]) if "approvers" in fields else {},
    )
    _check_tools(server, fields)
    return server


def _check_tools(server: McpServer, fields: Mapping[str, YamlNode]) -> None:
    """Raise Refused if something is said of a tool that the server may not use."""
    rule = server.not_the_asker
    named = {
        "read_only": server.read_only,
        "not_the_asker": rule if isinstance(rule, tuple) else (),
        "approvers": tuple(filter(None, server.approvers)),
    }
    for field, tools in named.items():
        for tool in tools:
            if not server.has(tool):
                raise fields[field].error(f"names {tool}, which is not one of its tools")


def _label(node: YamlNode) -> str:
    label = node.text()
    if not _LABEL.fullmatch(label) or len(label) > _LONGEST_LABEL:
        raise node.error(
            f"is “{label[:40]}”, but should be lower-case letters, digits and single hyphens, "
            f"at most {_LONGEST_LABEL}"
        )
    return label


def _url(node: YamlNode) -> str:
    """Return an address that secrets may be sent to."""
    try:
        parts = urlsplit(node.text())
    except ValueError:
        raise node.error("is not an address") from None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    if not is_safe or not parts.hostname or parts.username or parts.password:
        raise node.error("should begin with https:// and contain no password")
    return parts.geturl()


def _purpose(node: YamlNode) -> str:
    purpose = " ".join(node.text().split())
    if not 1 <= len(purpose) <= _LONGEST_PURPOSE:
        raise node.error(f"should have 1 to {_LONGEST_PURPOSE} characters")
    return purpose


def _approval(node: YamlNode) -> Approval | tuple[str, ...]:
    if node.is_list and (names := _names(node)):
        return names
    if not node.is_list and (word := node.text()) in tuple(Approval):
        return Approval(word)
    raise node.error("should be always, never, or the list of tools that need approval")


def _not_the_asker(node: YamlNode | None) -> bool | tuple[str, ...] | None:
    if node is None:
        return None
    return _names(node) if node.is_list else node.one_of(_YES + _NO) in _YES


def _approvers(node: YamlNode) -> Mapping[str, frozenset[str]]:
    """Return who may approve: of the whole server, or of each tool."""
    if node.is_list:
        return {"": _people(node)}
    return {tool: _people(people) for tool, people in node.fields().items()}


def _people(node: YamlNode) -> frozenset[str]:
    return _listed(node, _APPROVER, "asker, admins, anyone")


def _givers(node: YamlNode) -> frozenset[str]:
    return _listed(node, _GIVER, "admins, members")


def _listed(node: YamlNode, known: re.Pattern[str], words: str) -> frozenset[str]:
    people = _names(node)
    if not people:
        raise node.error("lists nobody")
    for name in people:
        if not known.fullmatch(name):
            raise node.error(
                f"contains “{name[:40]}”, but should list {words}, and ids of people (U…) and user "
                "groups (S…)"
            )
    return frozenset(people)


def _names(node: YamlNode) -> tuple[str, ...]:
    names = tuple(item.text() for item in node.items())
    if not all(names):
        raise node.error("contains an empty name")
    return names


def _headers(node: YamlNode, environ: Mapping[str, str]) -> Mapping[str, str]:
    return {name: _secret(variable, environ) for name, variable in node.fields().items()}


def _secret(node: YamlNode, environ: Mapping[str, str]) -> str:
    """Return the value of the environment variable that *node* names."""
    variable = node.text()
    value = environ.get(variable, "").strip()
    if not value:
        raise node.error(f"takes its value from the variable {variable}, which is not set")
    return value
