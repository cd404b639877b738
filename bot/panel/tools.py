"""The tools that experts may use in this installation: those that the model's side runs itself.

An expert has only the names of its tools. What a name stands for is configured for the
installation, so that addresses and secrets are stored nowhere else.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.kept import Kept
from bot.panel.model import Expert, RequestId, ToolName
from bot.panel.names import did_you_mean

MCP = "mcp:"  # prefix of the names of remote servers
FILE_SEARCH = "file-search"  # what the model's side looks documents up with


class HostedTool(StrEnum):
    """A tool that comes with the model."""

    WEB_SEARCH = "web-search"
    CODE_INTERPRETER = "code-interpreter"
    IMAGE_GENERATION = "image-generation"


class Approval(StrEnum):
    """When somebody has to approve before a remote tool is used."""

    NEVER = "never"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class McpServer:
    """A remote server of tools, called by the model's side. Never stored, and never logged."""

    label: str
    url: str = field(repr=False)
    purpose: str  # one line, for people and for the model
    approval: Approval | tuple[str, ...] = Approval.ALWAYS  # or the tools that need it
    allowed: tuple[str, ...] = ()  # the tools that may be used; empty: all
    authorization: str = field(default="", repr=False)  # an access token
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    read_only: tuple[str, ...] = ()  # tools that change nothing, as operators say
    not_the_asker: bool | tuple[str, ...] | None = None  # None: for tools that may change something
    approvers: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by tool; "": the others

    def needs_somebody_else(self, tool: str) -> bool:
        """Whether nobody who has asked for a use of *tool* may approve of it."""
        match self.not_the_asker:
            case None:  # a server's own hints that a tool is read-only are only its word
                return tool not in self.read_only
            case bool(always):
                return always
            case tools:
                return tool in tools

    def has(self, tool: str) -> bool:
        return not self.allowed or tool in self.allowed


@dataclass(frozen=True, slots=True)
class ApprovalWanted(Kept):
    """A request of the model's side to use a remote tool, if somebody approves."""

    request: RequestId
    server: str
    tool: str
    arguments: str  # JSON, as the model wrote it


ServerTool = HostedTool | McpServer


def name_of(tool: ServerTool) -> ToolName:
    """Return the name under which an expert has *tool*."""
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


def may_need_approval(tool: ServerTool) -> bool:
    """Whether using *tool* may need somebody's approval."""
    return isinstance(tool, McpServer) and tool.approval not in (Approval.NEVER, ())


def leads_out(tool: ServerTool) -> bool:
    """Whether a model can send words to others with *tool* without anybody's approval."""
    if isinstance(tool, McpServer):
        return tool.approval is not Approval.ALWAYS
    return tool is HostedTool.WEB_SEARCH


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools that this installation allows."""

    tools: tuple[ServerTool, ...] = ()
    equippers: Mapping[ToolName, frozenset[str]] = field(default_factory=dict)  # who may give them
    keeps_apart: bool = False  # documents, and tools that lead out

    def ways_out(self, expert: Expert) -> tuple[ToolName, ...]:
        """Return the tools by which the documents of *expert* could get out; none without any."""
        if not (expert.collections or expert.always_consult):
            return ()
        return tuple(name_of(tool) for tool in self.select(expert.tools) if leads_out(tool))

    def without(self, denied: Collection[str]) -> "Toolbox":
        return replace(self, tools=tuple(one for one in self.tools if name_of(one) not in denied))

    @property
    def names(self) -> tuple[ToolName, ...]:
        return tuple(map(name_of, self.tools))

    def select(self, names: Iterable[ToolName]) -> tuple[ServerTool, ...]:
        """Return the tools called *names*, in a fixed order, for the sake of the prompt cache."""
        selected = set(names)
        return tuple(tool for tool in self.tools if name_of(tool) in selected)

    def server(self, label: str) -> McpServer | None:
        """Return the server called *label*, if it is allowed here."""
        servers = (tool for tool in self.tools if isinstance(tool, McpServer))
        return next((server for server in servers if server.label == label), None)

    def restrict(self, expert: Expert) -> Expert:
        """Return *expert* without the tools that are not allowed here."""
        return replace(expert, tools=tuple(name for name in expert.tools if name in self.names))

    def missing(self, names: Iterable[ToolName]) -> tuple[ToolName, ...]:
        return tuple(name for name in dict.fromkeys(names) if name not in self.names)

    def check(self, names: Iterable[ToolName]) -> tuple[ToolName, ...]:
        """Return *names* without repetitions. Raises Refused if one is not allowed here."""
        for name in self.missing(names):
            problem = gettext("The tool `{name}` is not allowed here.", name=name)
            reason = gettext("Whoever runs me decides which tools there are.")
            raise Refused(f"{problem}{did_you_mean(name, self.names)} {reason}", field="tools")
        return tuple(dict.fromkeys(names))


NO_TOOLS = Toolbox()
