"""Which tools experts may use here: those that the model's side carries out by itself.

An expert holds only the names of its tools. What a name stands for is told by this installation,
so that addresses and secrets are kept nowhere else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import assert_never

from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.model import Expert, RequestId, ToolName

MCP = "mcp:"  # how the names of remote servers begin


class HostedTool(StrEnum):
    """A tool that comes with the model."""

    WEB_SEARCH = "web-search"
    CODE_INTERPRETER = "code-interpreter"
    IMAGE_GENERATION = "image-generation"


class Approval(StrEnum):
    """When somebody has to agree before a remote tool is used."""

    NEVER = "never"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class McpServer:
    """A remote server of tools, reached by the model's side. Never kept, and never logged."""

    label: str
    url: str = field(repr=False)
    purpose: str  # one line: people choose by it, the model reads it
    approval: Approval | tuple[str, ...] = Approval.ALWAYS  # or the tools that ask first
    allowed: tuple[str, ...] = ()  # the tools that may be used; empty: all it has
    authorization: str = field(default="", repr=False)  # an access token
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ApprovalWanted:
    """The wish of the model's side to use a remote tool, if somebody approves of it."""

    request: RequestId
    server: str
    tool: str
    arguments: str  # JSON, as the model wrote it


ServerTool = HostedTool | McpServer


def name_of(tool: ServerTool) -> ToolName:
    """Return what an expert calls *tool*."""
    return ToolName(tool.value if isinstance(tool, HostedTool) else MCP + tool.label)


def purpose_of(tool: ServerTool) -> str:
    """Return one line about *tool* for people."""
    match tool:
        case HostedTool.WEB_SEARCH:
            return gettext("Looks things up on the web")
        case HostedTool.CODE_INTERPRETER:
            return gettext("Runs Python, and makes charts and files")
        case HostedTool.IMAGE_GENERATION:
            return gettext("Draws images")
        case McpServer():
            return tool.purpose
        case _:
            assert_never(tool)


def may_ask(tool: ServerTool) -> bool:
    """Tell whether people may have to approve of a use of *tool*."""
    return isinstance(tool, McpServer) and tool.approval not in (Approval.NEVER, ())


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools that this installation allows."""

    tools: tuple[ServerTool, ...] = ()

    @property
    def names(self) -> tuple[ToolName, ...]:
        """What they are called."""
        return tuple(map(name_of, self.tools))

    def named(self, names: Iterable[ToolName]) -> tuple[ServerTool, ...]:
        """Return those called *names*, always in the same order, so that the prompt cache holds."""
        wanted = set(names)
        return tuple(tool for tool in self.tools if name_of(tool) in wanted)

    def fitted(self, expert: Expert) -> Expert:
        """Return *expert* with those of its tools that are allowed here."""
        return replace(expert, tools=tuple(name for name in expert.tools if name in self.names))

    def missing(self, names: Iterable[ToolName]) -> tuple[ToolName, ...]:
        """Return those of *names* that are not allowed here."""
        return tuple(name for name in dict.fromkeys(names) if name not in self.names)

    def checked(self, names: Iterable[ToolName]) -> tuple[ToolName, ...]:
        """Return *names*, each once. Raises Refused if one of them is not allowed here."""
        given = tuple(dict.fromkeys(names))
        for name in self.missing(given):
            refusal = gettext("The tool `{name}` is not allowed here.", name=name)
            why = gettext("Whoever runs me decides which tools there are.")
            raise Refused(f"{refusal}{self._near(name)} {why}", field="tools")
        return given

    def _near(self, name: str) -> str:
        near = get_close_matches(name, self.names, n=1)
        return " " + gettext("Did you mean {names}?", names=f"`{near[0]}`") if near else ""


NO_TOOLS = Toolbox()
