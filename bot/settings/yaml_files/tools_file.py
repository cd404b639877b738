"""The tools that this installation allows its experts, from the file that PANELBOT_TOOLS names.

Secrets are not in the file: it names the environment variables that hold them.
"""

import re
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from bot.panel.model import ToolName
from bot.panel.names import did_you_mean
from bot.panel.tools import NO_TOOLS, Approval, HostedTool, McpServer, Toolbox
from bot.settings.sections.rights import APPROVERS
from bot.settings.yaml_files.yaml_nodes import Fields, YamlNode
from bot.settings.yaml_files.yaml_parsing import load

_LABEL = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_LONGEST_LABEL = 40
_LONGEST_PURPOSE = 75  # what an option of a Slack menu shows
_MOST_SERVERS = 50
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_REQUIRED = ("label", "url", "purpose")
_OPTIONAL = (
    "approval", "tools", "authorization", "headers", "read_only", "not_the_asker", "approvers",
)  # fmt: skip
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,60}|[a-z_]{1,20}")  # and no token
_YES, _NO = ("yes", "true"), ("no", "false")
_APPROVER = re.compile(APPROVERS)
_GIVER = re.compile(r"admins|members|[UWS][A-Z0-9]{2,}")


def toolbox(file: str, environ: Mapping[str, str]) -> Toolbox:
    """Return what *file* allows; nothing without one. Raises Refused, naming all faults."""
    if not file:
        return NO_TOOLS
    return load(file, setting="PANELBOT_TOOLS").whole(partial(_toolbox, environ=environ))


def _toolbox(root: YamlNode, environ: Mapping[str, str]) -> Toolbox:
    fields = root.fields(("hosted", "mcp", "equip", "keep_apart"))
    hosted = fields.read("hosted", _hosted, ())
    servers = fields.read("mcp", partial(_servers, environ=environ), ())
    keeps_apart = fields.read("keep_apart", _is_yes, False)
    names = None if root.faults else Toolbox((*hosted, *servers)).names
    givers = fields.read("equip", lambda node: node.fields(names).read_all(_givers), {})
    equippers = {ToolName(name): people for name, people in givers.items()}
    return Toolbox((*hosted, *servers), keeps_apart=keeps_apart, equippers=equippers)


def _hosted(node: YamlNode) -> tuple[HostedTool, ...]:
    return tuple(dict.fromkeys(node.each(lambda item: HostedTool(item.one_of(HostedTool)))))


def _servers(node: YamlNode, environ: Mapping[str, str]) -> tuple[McpServer, ...]:
    if len(node.items()) > _MOST_SERVERS:
        raise node.error(f"has more than {_MOST_SERVERS} servers")
    labels: set[str] = set()
    return tuple(node.each(partial(_server, environ=environ, labels=labels)))


def _server(item: YamlNode, environ: Mapping[str, str], labels: set[str]) -> McpServer:
    server = item.known_by("label", "a server")
    fields = server.fields((*_REQUIRED, *_OPTIONAL), required=_REQUIRED)
    secret = partial(_secret, environ=environ)
    read = McpServer(
        label=fields.read("label", _label, ""),
        url=fields.read("url", _url, ""),
        purpose=fields.read("purpose", _purpose, ""),
        approval=fields.read("approval", _approval, Approval.ALWAYS),
        allowed=fields.read("tools", _names, ()),
        authorization=fields.read("authorization", secret, "") if _is_given(fields) else "",
        headers=fields.read("headers", lambda node: node.fields().read_all(secret), {}),
        read_only=fields.read("read_only", _names, ()),
        not_the_asker=fields.read("not_the_asker", _not_the_asker, None),
        approvers=fields.read("approvers", _approvers, {}),
    )
    if read.label in labels:
        server.note("appears twice")
    labels |= {read.label} - {""}
    _check_tools(read, fields)
    return read


def _is_given(fields: Fields) -> bool:
    """Whether the server has an authorization; a program may write an empty one."""
    return "authorization" in fields and bool(fields["authorization"].raw.value)


def _check_tools(server: McpServer, fields: Fields) -> None:
    rule = server.not_the_asker
    named = {
        "read_only": server.read_only,
        "not_the_asker": rule if isinstance(rule, tuple) else (),
        "approvers": tuple(filter(None, server.approvers)),
    }
    for field, tools in named.items():
        for tool in tools:
            if not server.has(tool):
                hint = did_you_mean(tool, server.allowed)
                fields[field].note(f"names {tool}, which is not one of its tools.{hint}")


def _label(node: YamlNode) -> str:
    label = node.text()
    if not _LABEL.fullmatch(label) or len(label) > _LONGEST_LABEL:
        raise node.error(
            f"is “{label[:40]}”, but should be lower-case letters, digits and single hyphens, "
            f"at most {_LONGEST_LABEL}"
        )
    return label


def _url(node: YamlNode) -> str:
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


def _is_yes(node: YamlNode) -> bool:
    return node.one_of(_YES + _NO) in _YES


def _not_the_asker(node: YamlNode) -> bool | tuple[str, ...] | None:
    return _names(node) if node.is_list else _is_yes(node)


def _approvers(node: YamlNode) -> Mapping[str, frozenset[str]]:
    if node.is_list:
        return {"": _people(node)}
    return node.fields().read_all(_people)


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
            hint = did_you_mean(name, words.split(", "))
            node.note(
                f"contains “{name[:40]}”, but should list {words}, and ids of people (U…) and user "
                f"groups (S…).{hint}"
            )
    return frozenset(people)


def _names(node: YamlNode) -> tuple[str, ...]:
    names = tuple(node.each(YamlNode.text))
    if not all(names):
        raise node.error("contains an empty name")
    return names


def _secret(node: YamlNode, environ: Mapping[str, str]) -> str:
    variable = node.text()
    value = environ.get(variable, "").strip()
    if value:
        return value
    if not _VARIABLE.fullmatch(variable):
        raise node.error("should name the environment variable that has the secret, not the secret")
    hint = did_you_mean(variable, environ, most=1)
    raise node.error(f"takes its value from the variable {variable}, which is not set.{hint}")
