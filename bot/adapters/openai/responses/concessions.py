"""Going without optional fields on which a server fails without saying so.

Some accept a request and then answer that the response has failed, before the model has written a
word; some answer 400 and no more. Nobody can tell that from an outage, so it is tried:

1. only fields are left out with which the model has never answered;
2. first those that the server names, else the one that makes servers work, then all others;
3. what was left out is remembered only once the model writes without it.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from openai import APIConnectionError, APIError, APIStatusError

from bot.adapters.openai import errors
from bot.adapters.openai.file_bodies import encoded_length
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.refusals import complaints
from bot.adapters.openai.refusals.complaints import Complaint
from bot.adapters.openai.server.json_api import EventStream
from bot.adapters.openai.server.server_limits import ServerLimits, is_unexplained, named_fields
from bot.panel.errors import ModelFault, ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import Prompt

_PRELUDE = ("response.created", "response.queued", "response.in_progress")
_SUSPECT = frozenset({"context_management"})  # OGX fetches a tokenizer for it
_ABOUT_A_FIELD = re.compile(
    r"\b(un(known|recogni[sz]ed|supported|expected)|not (supported|permitted|allowed)|extra)\b"
    r".*\b(argument|field|input|key|option|parameter|property)|\b(bad|invalid) request\b",
    re.IGNORECASE | re.DOTALL,
)
_STREAM = "text/event-stream"


class Concessions:
    """What one request goes without on trial."""

    def __init__(self, limits: ServerLimits, prompt: Prompt) -> None:
        self._limits = limits
        self._prompt = prompt
        self.without: frozenset[str] = frozenset()

    def named(self, request: Mapping[str, Any], error: APIStatusError) -> bool:
        """Leave out what the refusal names; return whether it names anything."""
        if self._limits.learn(self._prompt, error) or self._shortened(request, error):
            return True
        doubted = self._limits.doubted(self._model, request)
        is_odd = error.status_code in (500, 501)  # may quote the whole request: only on trial
        return is_odd and self._leave_out(named_fields(errors.message_of(error), doubted))

    def _shortened(self, request: Mapping[str, Any], error: APIStatusError) -> bool:
        """Say less of each of many experts, if it is they who are too long."""
        refusal = errors.from_status(error)
        is_too_long = isinstance(refusal, ModelRefused) and refusal.fault is ModelFault.TOO_LONG
        of_panel = json.dumps([request["instructions"], request.get("tools")])
        are_most = len(of_panel) > encoded_length(request["input"])
        return is_too_long and are_most and self._limits.shorten(self._prompt)

    def guessed(self, request: Mapping[str, Any], error: APIStatusError) -> bool:
        """Leave something out, if some field is refused without its name; return whether so."""
        refusal = errors.from_status(error)
        is_about_us = isinstance(refusal, ModelRefused) and refusal.fault is ModelFault.BAD_REQUEST
        is_named = error.param or str(error.code or "").strip("0123456789")
        if not is_about_us or is_named or error.status_code not in (400, 422):
            return False
        return bool(_ABOUT_A_FIELD.search(errors.message_of(error))) and self._give_in(request, "")

    async def opened(self, request: Mapping[str, Any], stream: EventStream) -> EventStream | None:
        """Return *stream* as it was; None: it failed at once, and another try is worth it."""
        is_stream = stream.response.headers.get("content-type", "").startswith(_STREAM)
        doubted = self._limits.doubted(self._model, request)
        if not is_stream or not (doubted or self.without):
            return stream
        held = _HeldStream(stream)
        try:
            failure = await held.read_on()
        except BaseException:  # cancelled: nobody else has the stream yet
            await stream.close()
            raise
        if failure is None:
            self._limits.accept(self._model, request)
            self._limits.concede(self._model, self.without)
        elif self._give_in(request, failure):
            await stream.close()
            return None
        return held

    @property
    def _model(self) -> str:
        return self._prompt.model

    def _give_in(self, request: Mapping[str, Any], says: str) -> bool:
        """Leave out what the server names in what it *says*, or else what is suspected."""
        doubted = self._limits.doubted(self._model, request)
        named = named_fields(says, doubted)
        return self._leave_out(named or (doubted & _SUSPECT) or doubted)

    def _leave_out(self, fields: frozenset[str]) -> bool:
        self.without |= fields
        return bool(fields)


class _HeldStream(EventStream):
    """A stream whose first events have been read, and are read again."""

    def __init__(self, stream: EventStream) -> None:
        self.response = stream.response
        self._events = self._all()
        self._rest = aiter(stream)
        self._first: list[object] = []
        self._error: Exception | None = None

    async def read_on(self) -> str | None:
        """Read until the model writes; return what the server says if it failed instead."""
        try:
            async for event in self._rest:
                self._first.append(event)
                sent = Sent(event, "response")
                match sent.optional_text("type"):
                    case "response.failed":
                        failed = errors.ResponseFailed(sent.part("response").raw("error"))
                        return self._complaint(failed.complaint)
                    case "error":
                        return self._complaint(errors.ResponseFailed(event).complaint)
                    case kind if kind and kind not in _PRELUDE:
                        return None
        except (APIConnectionError, ValueError, AttributeError) as error:
            self._error = error
        except APIError as error:  # in the middle of a stream
            self._error = error
            return self._complaint(complaints.of_stream(error))
        return None

    async def _all(self) -> AsyncIterator[object]:
        for event in self._first:
            yield event
        if self._error:
            raise self._error
        async for event in self._rest:
            yield event

    def _complaint(self, complaint: Complaint) -> str | None:
        """Return what is said; None if the reason has nothing to do with fields."""
        failure = errors.from_stream(complaint, self.response.request)
        is_plausible = is_unexplained(failure) or type(failure) is ModelUnavailable
        return complaint.message if is_plausible else None
