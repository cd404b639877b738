"""Mending a conversation whose last response ended in calls that nobody answered.

A crash leaves such calls behind, sometimes visible only later, and the next request is
refused. One step for each complaint, in this order:

1. the unanswered calls are answered as aborted, in front of the request's own items, again
   while the server names another one;
2. where that does not help, they are deleted, together with the reasoning that led to them;
3. where that does not help either, the conversation is given up.

The same goes for requests for approval that nobody has answered: they are declined.
"""

import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from openai import APIError, APIStatusError, NotFoundError

from bot.adapters.openai import errors
from bot.adapters.openai.items import to_api
from bot.adapters.openai.reading.items import ItemReader, kind_of, read_items
from bot.adapters.openai.reading.sent import sent_all
from bot.adapters.openai.responses import history
from bot.adapters.openai.responses.api import ResponsesApi
from bot.json_types import Json
from bot.panel.errors import ConversationGone
from bot.panel.language_model.conversations import pairing
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    Prompt,
    ToolAnswered,
    ToolCalled,
)
from bot.panel.model import CallId, RequestId
from bot.panel.tools import ApprovalWanted

log = logging.getLogger(__name__)

_NOBODY = "Nobody has decided on this, and people have written on. Ask again if you need it still."

_UNANSWERED = re.compile(r"No tool output found for function call (?P<call_id>[\w-]+)")


def unanswered_call(error: APIStatusError) -> CallId | None:
    """Return the call that, the server says, has no output yet."""
    match = _UNANSWERED.search(errors.message_of(error))
    return CallId(match["call_id"]) if match else None


@dataclass(frozen=True, slots=True)
class Orphans:
    """Calls of one response that nobody answered, by their items' ids."""

    calls: Mapping[str, CallId]
    reasoning: str | None  # the item that must not stay without them


class Repair:
    """Mends the conversation of one request, whose own items may answer calls as well."""

    def __init__(self, api: ResponsesApi, prompt: Prompt) -> None:
        self._api = api
        self._conversation = prompt.conversation
        self._items = prompt.items
        self._own = {item.call_id for item in prompt.items if isinstance(item, ToolAnswered)}
        self._decided = {item.request for item in prompt.items if isinstance(item, ApprovalGiven)}
        self._declined: list[RequestId] = []
        self._has_looked = False
        self._aborted: list[CallId] = []
        self._deleted = False

    @property
    def outputs(self) -> Sequence[Json]:
        """What has to come before the request's own items."""
        aborted = [ToolAnswered(call, ABORTED) for call in self._aborted]
        declined = [ApprovalGiven(request, False, _NOBODY) for request in self._declined]
        return [*map(to_api, aborted), *map(to_api, declined)]

    async def decline(self) -> bool:
        """Decline requests that nobody has decided on; return whether there were any."""
        if self._has_looked:
            return False
        self._has_looked = True
        try:
            newest = await history.newest(self._api, self._conversation)
        except APIError:  # then the complaint stands as it is
            return False
        requests = undecided(newest[::-1], self._decided)
        if requests:
            log.warning("conversation.undecided", extra={"id": self._conversation})
        self._declined = requests
        return bool(requests)

    async def mend(self, named: CallId) -> None:
        """Try the next step against the call that the server *named*.

        Raises ConversationGone, and ModelUnavailable if the call belongs to an earlier try of the
        request.
        """
        log.warning("conversation.orphan", extra={"id": self._conversation, "call": named})
        if self._deleted:
            raise ConversationGone("a call in it stays unanswered")
        if named in self._aborted or named in self._own:  # an older call may have the same id
            await self._delete()
        elif self._aborted:
            self._aborted.append(named)
        else:
            listed = [call for group in await self._orphans() for call in group.calls.values()]
            self._aborted = list(dict.fromkeys([*listed, named]))

    async def _delete(self) -> None:
        for group in await self._orphans():
            for item in filter(None, [*group.calls, group.reasoning]):
                await self._delete_item(item)
        self._aborted = []
        self._deleted = True

    async def _delete_item(self, item: str) -> None:
        try:
            await self._api.delete_item(self._conversation, item)
        except NotFoundError:
            log.info("item.gone", extra={"id": item})

    async def _orphans(self) -> Sequence[Orphans]:
        newest = await history.newest(self._api, self._conversation)
        history.check_new(newest, self._items)
        return list(orphans(newest[::-1], self._own))


@dataclass(slots=True)
class _Group:
    """Calls that follow each other, and the reasoning right before them."""

    reasoning: str | None = None
    calls: dict[str, tuple[int, CallId]] = field(default_factory=dict)  # with their places


def undecided(items: Sequence[object], decided: Collection[RequestId]) -> list[RequestId]:
    """Return the requests for approval that neither *items* (oldest first) nor *decided* answer."""
    known = read_items(items)
    answered = pairing.answers(known)
    asked = {
        item.request: None
        for place, item in enumerate(known)
        if isinstance(item, ApprovalWanted) and place not in answered
    }
    return [request for request in asked if request not in decided]


def orphans(items: Sequence[object], own: Collection[CallId]) -> Iterator[Orphans]:
    """Yield the calls among *items* (oldest first) that neither they nor *own* answer."""
    known = read_items(items)
    answering = [ToolAnswered(call, "") for call in own]  # the newest call of each id
    answered = pairing.answers([*known, *answering])
    for group in _groups(items):
        left = {item: call for item, (place, call) in group.calls.items() if place not in answered}
        if left:
            yield Orphans(left, group.reasoning if len(left) == len(group.calls) else None)


def _groups(items: Iterable[object]) -> Iterator[_Group]:
    group, reader, place = _Group(), ItemReader(), 0
    for item in sent_all(items, "item"):
        id_, stored = item.optional_text("id"), list(reader.read(item))
        if stored and isinstance(call := stored[-1], ToolCalled):
            group.calls[id_ or f"without an id: {place}"] = place, call.call_id
        else:
            yield group
            group = _Group(id_ if kind_of(item) == "reasoning" else None)
        place += len(stored)
    yield group
