"""What is said between us and a model: the same words for every backend."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.panel.model import (
    NO_USAGE,
    CallId,
    Citation,
    CollectionId,
    ConversationId,
    Effort,
    Usage,
)


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
class ModelSaid:
    """A message of the model's side."""

    text: str
    citations: tuple[Citation, ...] = ()  # of documents, for footnotes
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The model's call of a tool, with its arguments as written."""

    call_id: CallId
    tool: str
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """What the tool returned."""

    call_id: CallId
    output: str


@dataclass(frozen=True, slots=True)
class ToolUsed:
    """A tool of the model's own side that it has used: "web_search", "file_search", …"""

    tool: str


ABORTED = '{"status":"aborted"}'  # output of a call that nobody carries out any more

Item = UserSaid | ModelSaid | ToolCalled | ToolAnswered
StoredItem = Item | ToolUsed


def as_kept(item: StoredItem) -> StoredItem:
    """Return *item* as it is remembered: without the files, which are too large for that."""
    return replace(item, attachments=()) if isinstance(item, UserSaid) else item


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the model may call; every parameter is a required string."""

    name: str
    description: str
    parameters: Mapping[str, str]  # name to description, in the order to be written


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
    must_search: bool = False  # whether they have to be, before anything is said


@dataclass(frozen=True, slots=True)
class Begun:
    """The model has begun to write; *response* names what it writes."""

    response: str


@dataclass(frozen=True, slots=True)
class TextWritten:
    """The model wrote a little more text."""

    delta: str


@dataclass(frozen=True, slots=True)
class Responded:
    """The response is complete and stored. Always the last."""

    text: str
    usage: Usage = NO_USAGE
    citations: tuple[Citation, ...] = ()
    model: str = ""  # that answered in place of the one that was asked for


ModelEvent = Begun | TextWritten | ToolCalled | Responded


def joined(said: Iterable[ModelSaid]) -> Responded:
    """Return a response of several messages, with their citations where the texts end up."""
    text = ""
    citations: list[Citation] = []
    for one in said:
        text += f"\n\n{one.text}" if text else one.text
        start = len(text) - len(one.text)
        citations += [replace(c, at=None if c.at is None else start + c.at) for c in one.citations]
    return Responded(text, citations=tuple(citations))
