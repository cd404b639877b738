"""OpenAI's errors, and those of servers like it, in the domain's words.

Errors are raised ``from None``: what a server says of an error may quote what people wrote, and
would get into the log with the traceback. What may be said of it is in ``first_words``.
"""

import json
import logging
import re
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar

import httpx2
from openai import APIConnectionError, APIError, APIStatusError, BaseModel, OpenAIError

from bot.adapters.openai.refusals import complaints, content_filters, faults, subjects
from bot.adapters.openai.refusals.complaints import Complaint
from bot.adapters.openai.refusals.first_words import first_words, unquoted
from bot.adapters.openai.server_name import short_name
from bot.panel.errors import (
    ModelFault,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
    PanelError,
    TurnLost,
)

log = logging.getLogger(__name__)

S = TypeVar("S", bound="Stream")

_UNREADABLE = (ValueError, AttributeError, TypeError, LookupError, RecursionError)
_NO_STREAM = ("application/json", "text/html")  # whatever the status: an error, or a page
_NO_CONVERSATION = re.compile(
    r"\b(conversation|thread)\b.*not (found|exist)|\bno (conversation|thread)\b",
    re.IGNORECASE | re.DOTALL,
)
_ACTIVE_RUN = re.compile(r"has an active run|while a run \S+ is active", re.IGNORECASE)
_PASSING = frozenset({408, 409, 425, 429})
_LONGEST_WAIT = 30 * 86400.0  # seconds: more is a date, or nonsense
_PASSING_CODES = frozenset({"tool_use_failed"})  # Groq: the model has written no valid call
_OVERLOADED = frozenset({429, 503, 529})
_OVERLOADED_CODES = frozenset({"rate_limit_exceeded", "server_is_overloaded", "slow_down"})


class NotFound(ModelUnavailable):
    """Something does not exist, says the server or a proxy; *message* is never logged."""

    def __init__(self, what: str, message: str, *, is_json: bool, server: str = "") -> None:
        super().__init__(what, server=server, answered=True)
        self.message = message
        self.is_json = is_json


class ResponseFailed(Exception):
    """A response that had begun says that it has failed; *body* is what it says of that."""

    def __init__(self, body: object) -> None:
        super().__init__()
        said = body.to_dict(warnings=False) if isinstance(body, BaseModel) else body
        self.complaint = complaints.of_body(said)
        self.request: httpx2.Request | None = None  # which it answers


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Raise the domain's error for whatever the client or the server does."""
    try:
        yield
    except APIStatusError as error:
        raise _logged(from_status(error), complaints.of_status(error), error.request) from None
    except APIConnectionError as error:
        if isinstance(error.__cause__, TurnLost):  # raised where the request would have gone out
            raise error.__cause__ from None
        cause = type(error.__cause__ or error).__name__
        server = short_name(error.request.url)
        what = f"no answer from {server}: {cause}"
        raise ModelUnavailable(what, server=server, answered=False) from None
    except ResponseFailed as error:
        raise _of_stream(error.complaint, error.request) from None
    except APIError as error:  # an error in the middle of a stream
        raise _of_stream(complaints.of_stream(error), error.request) from None
    except OpenAIError as error:
        raise ModelUnavailable(f"no use of the model's answer: {type(error).__name__}") from None
    except _UNREADABLE as error:
        # Not JSON, or not in the shape of any answer: the client passes both on as they are.
        log.warning(
            "answer.unreadable", extra={"reason": type(error).__name__, "at": _place(error)}
        )
        raise ModelUnavailable("the model's answer cannot be read") from error


class Answer(Protocol):
    """What errors tell of an answer."""

    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def request(self) -> httpx2.Request: ...
    async def aread(self) -> bytes: ...


class Stream(Protocol):
    """Events, and the answer that they come in."""

    @property
    def response(self) -> Answer: ...
    async def close(self) -> None: ...


@asynccontextmanager
async def opened(stream: S) -> AsyncIterator[S]:
    """Open *stream*, which may also be an error in spite of its status; close it in the end."""
    response = stream.response
    try:
        if response.headers.get("content-type", "").startswith(_NO_STREAM):
            check_answer(_parsed(await response.aread()), response)
        yield stream
    except ResponseFailed as failure:
        failure.request = response.request
        raise
    finally:
        await stream.close()


def from_status(error: APIStatusError) -> PanelError:
    """Return the domain's error for an HTTP status; servers differ in what their bodies say."""
    complaint, request = complaints.of_status(error), error.request
    is_gone = bool(_NO_CONVERSATION.search(complaint.message)) and error.status_code < 500
    if fault := None if is_gone else _fault(complaint, request):
        return _refused(fault, complaint, request)
    if _may_pass(complaint) or complaint.inner_status >= 500:
        return _unavailable(complaint, request, retry_after(error))
    if is_gone or error.status_code in (404, 410):
        message = f"{complaint.code} {complaint.message}"
        is_json, server = isinstance(_parsed(error.response.content), dict), _server(request)
        return NotFound(_what(complaint, request), message, is_json=is_json, server=server)
    return _refused(ModelFault.BAD_REQUEST, complaint, request)


def from_stream(complaint: Complaint, request: httpx2.Request | None) -> PanelError:
    """Return the error for a response that had begun, so that the request was a good one."""
    if fault := _fault(complaint, request):
        return _refused(fault, complaint, request)
    if complaint.inner_status in (400, 404, 422) and not _may_pass(complaint):
        return _refused(ModelFault.BAD_REQUEST, complaint, request)
    return _unavailable(complaint, request, complaints.seconds_to_wait(complaint.message))


def incomplete(reason: str | None) -> ModelRefused:
    """Return the error for a response that ended before it was whole."""
    fault = ModelFault.FILTERED_QUESTION if reason == "content_filter" else ModelFault.CUT_SHORT
    return ModelRefused(fault, f"the response is incomplete: {reason}")


def check_answer(answer: object, response: Answer | None = None) -> None:
    """Raise the domain's error for an *answer* with a good status that is an error, or a page."""
    if isinstance(answer, BaseModel):
        told = answer.model_extra or {}
        names = ("id", "data", "object")
        answer = {**told, **{name: getattr(answer, name, None) for name in names}}
    if isinstance(answer, str):  # a proxy's page: the client returns what is not JSON as it is
        complaint = complaints.of_body(answer)
        request = response.request if response else None
        raise _logged(
            ModelUnavailable(f"not JSON: {_words(complaint, request)}"), complaint, request
        )
    if complaints.is_error(answer):
        raise _of_stream(complaints.of_body(answer), response.request if response else None)


def is_locked(error: APIStatusError) -> bool:
    """Return whether another response of the conversation is being written."""
    is_active = error.status_code == 400 and bool(_ACTIVE_RUN.search(message_of(error)))
    return is_active or error.code == "conversation_locked"


def is_certain(error: APIStatusError | APIConnectionError) -> bool:
    """Return whether the server has certainly done nothing, and may do it in a moment."""
    if isinstance(error, APIStatusError):
        return error.status_code == 429 and isinstance(from_status(error), ModelUnavailable)
    return isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)


def message_of(error: APIStatusError) -> str:
    """Return what the server says of the error: for matching, never for the log."""
    return complaints.of_status(error).message


def retry_after(error: APIStatusError) -> float | None:
    """Return how many seconds the server asks us to wait, if it does."""
    headers = error.response.headers
    asked = headers.get("retry-after", "")
    for number, unit in ((headers.get("retry-after-ms", ""), 0.001), (asked, 1.0)):
        with suppress(ValueError):
            if (seconds := float(number) * unit) < _LONGEST_WAIT:  # also not if it is no number
                return max(0.0, seconds)
    try:
        until, now = parsedate_to_datetime(asked), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return complaints.seconds_to_wait(message_of(error))


def _of_stream(complaint: Complaint, request: httpx2.Request | None) -> PanelError:
    return _logged(from_stream(complaint, request), complaint, request)


def _fault(complaint: Complaint, request: httpx2.Request | None) -> ModelFault | None:
    """Return why the request is refused; None if nothing definite says so."""
    status = complaint.inner_status
    text = unquoted(complaint.message)
    fault = faults.by_code(complaint) or faults.by_words(text) or faults.by_status(status)
    if fault is ModelFault.DOCUMENTS and request and "vector_stores" in request.url.path:
        return None  # the one that is asked about itself: it is simply not there
    if fault is None and 400 <= status < 500 and complaint.param.startswith("tools"):
        return ModelFault.TOOLS
    asks_model = request and request.url.path.endswith(("/responses", "/runs"))
    return ModelFault.MODEL if fault is None and status == 410 and asks_model else fault


def _may_pass(complaint: Complaint) -> bool:
    return complaint.inner_status in _PASSING or complaint.code in _PASSING_CODES


def _refused(
    fault: ModelFault, complaint: Complaint, request: httpx2.Request | None
) -> ModelRefused:
    if fault is ModelFault.FILTERED:
        fault = content_filters.narrowed(complaint, complaints.request_text(request))
    about = subjects.of_fault(fault, complaint.message, complaints.request_text(request))
    return ModelRefused(fault, _what(complaint, request), server=_server(request), about=about)


def _unavailable(
    complaint: Complaint, request: httpx2.Request | None, after: float | None
) -> ModelUnavailable:
    is_overloaded = (
        complaint.inner_status in _OVERLOADED
        or {complaint.code, complaint.type} & _OVERLOADED_CODES
    )
    kind = ModelOverloaded if is_overloaded else ModelUnavailable
    what, server = _what(complaint, request), _server(request)
    return kind(what, after=after, server=server)


def _what(complaint: Complaint, request: httpx2.Request | None) -> str:
    """Return who says what: nothing in it is anybody's secret."""
    head = f"HTTP {complaint.status}" if complaint.status else "the response failed"
    names = (head, complaint.code, complaint.type, complaint.request_id)
    words = _words(complaint, request)
    return " ".join(filter(None, names)) + (f": {words}" if words else "")


def _words(complaint: Complaint, request: httpx2.Request | None) -> str:
    message, keys = complaint.message, []
    for name in ("authorization", "api-key"):
        if request and (key := request.headers.get(name, "").rpartition(" ")[2]):
            message = message.replace(key, "…")
            keys.append(key)
    return first_words(message, complaints.request_text(request), "\n".join(keys))


def _place(error: BaseException) -> str:
    """Return where in the code *error* was raised: what it says may be content."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def _server(request: httpx2.Request | None) -> str:
    return short_name(request.url) if request else ""


def _logged(error: PanelError, complaint: Complaint, request: httpx2.Request | None) -> PanelError:
    names = ("status", "code", "type")
    told = {name: getattr(complaint, name) for name in names} | {
        "request": complaint.request_id,
        "said": _words(complaint, request),
        "server": _server(request),
    }
    is_look = isinstance(error, NotFound) and request and request.method in ("GET", "DELETE")
    level = logging.DEBUG if is_look else logging.WARNING  # what is looked for need not be there
    log.log(level, "model.refused", extra={key: value for key, value in told.items() if value})
    return error
