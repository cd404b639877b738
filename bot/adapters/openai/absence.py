"""Whether what a server does not find is really gone.

A 404 says little: proxies, gateways and servers without the model or the route say it, too. Where
something would be given up for good,

1. the thing itself is asked for;
2. the answer has to be JSON in which the server says that this very thing does not exist;
3. or, where it says no more than "not found", it has to find another one, made just now, in the
   same place.

In doubt nothing is gone: the server counts as unavailable, and the request is made again later.
"""

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.adapters.openai.errors import NotFound
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.retries import RequestSender
from bot.panel.errors import ConversationGone, ModelRefused

log = logging.getLogger(__name__)

_NEGATED = (
    r"(?:(?:was|is|could|can|has|have) )?(?:not (?:be )?(?:found|exist)|does(?: not|n't) exist"
)
_NEGATED += r"|no longer exists?|expired|(?:been )?deleted)"
_ID = re.compile(r"[a-z]+[_-][\w-]{3,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Kind:
    """What servers call a kind of object in their messages: a regular expression."""

    noun: str

    def is_missing(self, answer: NotFound, id_: str) -> bool:
        """Return whether *answer* says that the object *id_* itself does not exist."""
        if not answer.is_json:
            return False
        about_it = rf"\b{self.noun}(?:[ _]id)?(?: object)?(?: with)?(?: id)?[\s:='\"`\[(]*"
        about_it += rf"(?:{re.escape(id_)})?[\s:='\"`\]).,]*"
        says_so = rf"{about_it}{_NEGATED}|\b(?:no|unknown)(?: such)? {self.noun}\b(?! item)"
        says_so += rf"|\b{self.noun}_not_found\b"
        if not re.search(says_so, answer.message, re.IGNORECASE):
            return False
        prefix = re.split(r"[_-]", id_)[0]
        others = {named for named in _ID.findall(answer.message) if named.startswith(f"{prefix}_")}
        return not others or id_ in others


CONVERSATION = Kind("conversation")
THREAD = Kind("thread")
COLLECTION = Kind(r"vector[ _]?store")
FILE = Kind(r"file")
ITEM = Kind(r"item")
CONTAINER = Kind(r"container(?: file)?")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What can be done with conversations of one kind."""

    kind: Kind
    find: Callable[[str], Awaitable[object]]
    create: Callable[[], Awaitable[object]]
    delete: Callable[[str], Awaitable[object]]
    ping: Callable[[], Awaitable[object]]  # fails only where there is no server at all


class Conversations:
    """The conversations at an *endpoint*: finding out which are gone.

    Where they are those of a *former* backend the server may have no such endpoint any more.
    """

    def __init__(self, endpoint: Endpoint, send: RequestSender, *, former: bool) -> None:
        self._endpoint = endpoint
        self._send = send
        self._former = former

    @asynccontextmanager
    async def known(self, conversation: str) -> AsyncIterator[None]:
        """Raise ConversationGone for a NotFound if *conversation* is gone; else the NotFound."""
        try:
            yield
        except NotFound as error:
            if await self._is_gone(conversation):
                raise ConversationGone(f"{conversation}: {error}") from None
            log.warning("absence.doubted", extra={"id": conversation, "reason": str(error)})
            raise

    async def _is_gone(self, conversation: str) -> bool:
        answer = await self._answer(conversation)
        if answer is None or not (answer.is_json or self._former):
            return False
        if self._endpoint.kind.is_missing(answer, conversation):
            return True
        try:
            made = await self._send(self._endpoint.create)
        except (NotFound, ModelRefused):
            return self._former and bool(await self._send(self._endpoint.ping))
        sent = made if isinstance(made, Sent) else Sent(made, "conversation")
        return await self._is_told_apart(conversation, sent.needed_text("id"))

    async def _is_told_apart(self, conversation: str, made: str) -> bool:
        """Whether the server finds *made*, and *conversation* still not."""
        try:
            if await self._answer(made):
                return False
        finally:
            await self._send(self._endpoint.delete, made)
        answer = await self._answer(conversation)
        return answer is not None and answer.is_json

    async def _answer(self, conversation: str) -> NotFound | None:
        """Return how the server says that *conversation* is not there; None if it is."""
        try:
            await self._send(self._endpoint.find, conversation)
        except NotFound as error:
            return error
        return None
