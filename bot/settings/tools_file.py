"""The tools that this installation allows its experts, from the file that PANELBOT_TOOLS names.

Secrets are not in the file: it names the environment variables that hold them.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bot.panel.tools import NO_TOOLS, Approval, HostedTool, McpServer, Toolbox
from bot.settings import yaml_file
from bot.settings.yaml_file import MalformedError

_LABEL = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_LONGEST_LABEL = 40
_LONGEST_PURPOSE = 75  # what an option of a Slack menu shows
_MOST_SERVERS = 50
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_FIELDS = frozenset(
    {"label", "url", "purpose", "approval", "tools", "authorization", "headers"}
)  # fmt: skip


def toolbox(file: str, environ: Mapping[str, str]) -> Toolbox:
    """Return what *file* allows; nothing without one. Raises Refused, naming the fault."""
    if not file:
        return NO_TOOLS
    return yaml_file.read("PANELBOT_TOOLS", file, lambda read: _toolbox(read, environ))


def _toolbox(read: object, environ: Mapping[str, str]) -> Toolbox:
    if not isinstance(read, dict) or set(read) - {"hosted", "mcp"}:
        raise MalformedError("it may have hosted and mcp, and nothing else")
    hosted = [_hosted(name) for name in _texts(read.get("hosted", []), "hosted")]
    listed = read.get("mcp", [])
    if not isinstance(listed, list) or len(listed) > _MOST_SERVERS:
        raise MalformedError(f"mcp is a list of at most {_MOST_SERVERS} servers")
    servers = [_server(entry, environ) for entry in listed]
    labels = [server.label for server in servers]
    for label in labels:
        if labels.count(label) > 1:
            raise MalformedError(f"{label} is there twice")
    return Toolbox((*dict.fromkeys(hosted), *servers))


def _hosted(name: str) -> HostedTool:
    try:
        return HostedTool(name)
    except ValueError:
        raise MalformedError(f"{name!r} is none of {', '.join(HostedTool)}") from None


def _server(entry: object, environ: Mapping[str, str]) -> McpServer:
    if not isinstance(entry, dict):
        raise MalformedError("each server has label, url and purpose")
    label = _label(entry.get("label"))
    if unknown := sorted(set(entry) - _FIELDS):
        raise MalformedError(f"{label} has {', '.join(unknown)}, which means nothing")
    held = _Secrets(label, environ)
    token = entry.get("authorization", "")
    return McpServer(
        label=label,
        url=_url(label, entry.get("url")),
        purpose=_purpose(label, entry.get("purpose")),
        approval=_approval(label, entry.get("approval", "always")),
        allowed=tuple(_texts(entry.get("tools", []), f"{label}: tools")),
        authorization=held.read(token) if token else "",
        headers=held.headers(entry.get("headers", {})),
    )


def _label(given: object) -> str:
    if isinstance(given, str) and _LABEL.fullmatch(given) and len(given) <= _LONGEST_LABEL:
        return given
    raise MalformedError(
        "a label is made of lower-case letters, digits and single hyphens, at most "
        f"{_LONGEST_LABEL}; {given!r} is not"
    )


def _url(label: str, given: object) -> str:
    """Return an address that secrets may be sent to."""
    parts = urlsplit(given if isinstance(given, str) else "")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    if not is_safe or not parts.hostname or parts.username or parts.password:
        raise MalformedError(f"{label} needs a url that begins with https:// and holds no password")
    return parts.geturl()


def _purpose(label: str, given: object) -> str:
    tidy = " ".join(given.split()) if isinstance(given, str) else ""
    if not 1 <= len(tidy) <= _LONGEST_PURPOSE:
        raise MalformedError(f"{label} needs a purpose of at most {_LONGEST_PURPOSE} characters")
    return tidy


def _approval(label: str, given: object) -> Approval | tuple[str, ...]:
    match given:
        case "always" | "never":
            return Approval(given)
        case [_, *_]:
            return tuple(_texts(given, f"{label}: approval"))
    raise MalformedError(f"{label}: approval is always, never, or the list of tools that ask first")


def _texts(given: object, what: str) -> Sequence[str]:
    if isinstance(given, list) and all(isinstance(one, str) and one for one in given):
        return given
    raise MalformedError(f"{what} is a list of names")


class _Secrets:
    """Reads the environment variables that a server names."""

    def __init__(self, label: str, environ: Mapping[str, str]) -> None:
        self._label = label
        self._environ = environ

    def headers(self, given: object) -> Mapping[str, str]:
        if not isinstance(given, dict):
            raise MalformedError(f"{self._label}: headers name an environment variable each")
        return {str(name): self.read(variable) for name, variable in given.items()}

    def read(self, variable: object) -> str:
        value = self._environ.get(variable, "").strip() if isinstance(variable, str) else ""
        if not value:
            raise MalformedError(f"{self._label} takes a secret from {variable}, which is not set")
        return value
