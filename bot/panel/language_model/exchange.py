"""Requests to models and their responses, in the same terms for every backend."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.panel.budgets.limits import Account
from bot.panel.citations import Citation
from bot.panel.language_model.frames import Framed, Kind, frame, quote
from bot.panel.made_files import MadeFile
from bot.panel.model import CallId, CollectionId, ConversationId, Effort, RequestId
from bot.panel.texts.code import closed
from bot.panel.tools import ApprovalWanted, ServerTool
from bot.panel.usage import NO_USAGE, Usage


@dataclass(frozen=True, slots=True)
class Attachment:
    """An image or a document that the model's side opens itself."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class UserSaid:
    """A message of the user's side; what is attached does not come back from a conversation."""

    text: str
    attachments: tuple[Attachment, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Source:
    """What the model's side says it has something from: a page or a document."""

    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The model's call of a tool, with its arguments as written."""

    call_id: CallId
    tool: str
    arguments: Mapping[str, str]
    written: bool = False  # as text: the conversation does not hold it as a call


@dataclass(frozen=True, slots=True)
class WrittenCalls:
    """What may be calls that a model wrote as text; *beside* is what it said besides."""

    calls: tuple[ToolCalled, ...]
    beside: str = ""
    marked: bool = False  # as calls: else they may be an example


@dataclass(frozen=True, slots=True)
class ModelSaid:
    """A message of the model's side."""

    text: str
    citations: tuple[Citation, ...] = ()  # of documents, for footnotes
    sources: tuple[Source, ...] = ()
    files: tuple[MadeFile, ...] = ()  # that it has made
    thoughts: str = ""  # that came with the text, and are not for people
    written: WrittenCalls | None = None
    cut: bool = False  # it ended before it was whole


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """What the tool returned."""

    call_id: CallId
    output: str


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """What people decided about the use of a remote tool; the model reads the *reason*."""

    request: RequestId
    approved: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ToolUsed:
    """A tool of the model's own side that it has used: "web_search", "file_search", …"""

    tool: str


ABORTED = '{"status":"aborted"}'  # output of a call that nobody carries out any more

Item = UserSaid | ModelSaid | ToolCalled | ToolAnswered | ApprovalWanted | ApprovalGiven
StoredItem = Item | ToolUsed


def in_words(item: StoredItem) -> Framed:
    """Return *item* as part of a conversation that is retold."""
    match item:
        case UserSaid(text):
            return _retold("user", text)
        case ModelSaid(text, cut=cut):
            return _retold("you", text, "were cut off before the end" if cut else "")
        case ToolCalled(_, tool, arguments):
            return _retold("you", "; ".join(arguments.values()), f"called {tool}")
        case ToolAnswered(_, output):
            return _retold("tool", output)
        case ApprovalWanted(_, server, tool, arguments):
            return _retold("you", arguments, f"wanted to use {tool} of {server}")
        case ApprovalGiven(_, approved, reason):
            return _retold("people", reason, "approved" if approved else "declined")
        case ToolUsed(tool):
            return _retold("you", "", f"used {tool}")


def _retold(by: str, text: str, did: str = "") -> Framed:
    return frame(Kind.ITEM, quote(text), by=by, did=did)


def as_kept(item: StoredItem) -> StoredItem:
    """Return *item* as it is stored: without attachments, which are too large."""
    return replace(item, attachments=()) if isinstance(item, UserSaid) else item


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the model may call; every parameter is a required string."""

    name: str
    description: str
    parameters: Mapping[str, str]  # name to description, in the order to be written
    title: str = ""  # by which models may call it, too
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by parameter, if few


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request to a model, within a conversation that remembers the earlier ones."""

    conversation: ConversationId
    model: str
    effort: Effort
    instructions: str
    items: tuple[Item, ...]  # only what is new
    tools: tuple[Tool, ...] = ()
    may_call: bool = True  # whether the tools may be called this time
    cache_key: str = ""  # the same for requests that begin alike
    user: str = ""  # who asks; leaves the adapter only as a hash
    collections: tuple[CollectionId, ...] = ()  # of documents that may be searched
    must_search: bool = False  # whether they have to be searched before it answers
    server_tools: tuple[ServerTool, ...] = ()  # that the model's side may use by itself
    most_output: int = 0  # tokens, thoughts included; 0: as many as the model can
    account: Account | None = None  # that pays for it, where a budget concerns it
    addendum: str = ""  # to the instructions, of this request alone: it comes after all that stays


@dataclass(frozen=True, slots=True)
class Begun:
    """The model has begun to write; *response* is the id of the response."""

    response: str


@dataclass(frozen=True, slots=True)
class TextWritten:
    """The model wrote a little more text."""

    delta: str


@dataclass(frozen=True, slots=True)
class ToolsRunning:
    """The model's side waits for these now: labels of MCP servers, and names of its own tools."""

    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Responded:
    """The response has ended and is stored. Always the last."""

    text: str
    usage: Usage = NO_USAGE
    citations: tuple[Citation, ...] = ()
    wanted: tuple[ApprovalWanted, ...] = ()  # approvals that it waits for
    files: tuple[MadeFile, ...] = ()
    # Contents of files that came with the response itself, by id. Never stored.
    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    model: str = ""  # the fallback that answered, if one did
    written: WrittenCalls | None = None
    cut: bool = False  # it ended before it was whole, but what there is can be used
    why: str = ""  # it is cut, and was not asked for again: a sentence for people
    failed_tools: tuple[str, ...] = ()  # MCP servers' labels, and names: it had to do without


@dataclass(frozen=True, slots=True)
class Judged:
    """How likely each tool of a prompt is wanted, by its name: of those that were judged."""

    likelihoods: Mapping[str, float]  # from 0 to 1
    usage: Usage = NO_USAGE


ModelEvent = Begun | TextWritten | ToolCalled | ToolsRunning | Responded


def joined(messages: Iterable[ModelSaid]) -> Responded:
    """Return a response of several messages, with their citations where the texts end up."""
    text = ""
    citations: list[Citation] = []
    files: dict[str, MadeFile] = {}
    written: list[WrittenCalls] = []
    beside: list[str] = []
    cut = False
    for message in messages:
        cut = cut or message.cut
        written += [message.written] if message.written else []
        beside.append(message.written.beside if message.written else message.text)
        text = f"{closed(text)}\n\n{message.text}" if text and message.text else text + message.text
        start = len(text) - len(message.text)
        citations += [_moved(citation, start) for citation in message.citations]
        files |= {file.id: file for file in message.files}
    made = tuple(files.values())
    responded = Responded(text, citations=tuple(citations), files=made, cut=cut)
    if not written:
        return responded
    calls = tuple(call for one in written for call in one.calls)
    is_marked = all(one.marked for one in written)
    prose = "\n\n".join(filter(None, beside))
    return replace(responded, written=WrittenCalls(calls, prose, is_marked))


def _moved(citation: Citation, by: int) -> Citation:
    at = None if citation.at is None else by + citation.at
    since = None if citation.since is None else by + citation.since
    return replace(citation, at=at, since=since)
