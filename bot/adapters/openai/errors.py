"""OpenAI's errors, and those of servers like it, in the domain's words.

Errors are raised ``from None``: what a server says of an error may quote what people wrote,
and would get into the log with the traceback.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx2
from openai import APIConnectionError, APIError, APIStatusError, OpenAIError

from bot.panel.errors import (
    ConversationGone,
    ModelFault,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
    PanelError,
    TurnLost,
)

_BY_CODE = {
    "insufficient_quota": ModelFault.QUOTA,
    "billing_hard_limit_reached": ModelFault.QUOTA,
    "invalid_api_key": ModelFault.ACCESS,
    "model_not_found": ModelFault.MODEL,
    "DeploymentNotFound": ModelFault.MODEL,  # Azure's word for it
    "content_filter": ModelFault.FILTERED,
    "invalid_prompt": ModelFault.FILTERED,
    "context_length_exceeded": ModelFault.TOO_LONG,
    "string_above_max_length": ModelFault.TOO_LONG,
}
# What servers without codes say in their ``detail``.
_BY_WORDS = (
    (re.compile(r"\bmodel\b.*(not found|not exist)", re.IGNORECASE | re.DOTALL), ModelFault.MODEL),
    (re.compile(r"maximum context length|context window", re.IGNORECASE), ModelFault.TOO_LONG),
)
_NO_DOCUMENTS = re.compile(r"\bvector.store\b.*not found", re.IGNORECASE | re.DOTALL)
_NO_CONVERSATION = re.compile(r"\bconversation\b.*not found", re.IGNORECASE | re.DOTALL)
_ACTIVE_RUN = re.compile(r"has an active run|while a run \S+ is active", re.IGNORECASE)
_TOOLS = re.compile(
    r"\b(unsupported|unknown)\b[^.]*\btools?\b|\btools?\b[^.]*\b(unsupported|not supported)\b",
    re.IGNORECASE,
)
_BY_STATUS = {401: ModelFault.ACCESS, 403: ModelFault.ACCESS, 413: ModelFault.TOO_LONG}
_PASSING = frozenset({408, 409, 425, 429})
_OVERLOADED = frozenset({429, 503, 529})
_OVERLOADED_CODES = frozenset({"rate_limit_exceeded", "server_is_overloaded", "slow_down"})


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Raise the domain's error for whatever the client or the server does."""
    try:
        yield
    except APIStatusError as error:
        raise from_status(error) from None
    except APIConnectionError as error:
        if isinstance(error.__cause__, TurnLost):  # raised where the request would have gone out
            raise error.__cause__ from None
        cause = type(error.__cause__ or error).__name__
        raise ModelUnavailable(f"no answer from the model: {cause}") from None
    except APIError as error:  # an error in the middle of a stream
        raise failed(error.code or error.type) from None
    except OpenAIError as error:
        raise ModelUnavailable(f"no use of the model's answer: {type(error).__name__}") from None
    except (ValueError, AttributeError) as error:
        # Not JSON, or not in the shape of any answer: the client passes both on as they are.
        raise ModelUnavailable("the model's answer cannot be read") from error


@contextmanager
def endpoint_needed(name: str) -> Iterator[None]:
    """Raise ModelRefused for a 404 that can only mean that the server has no such endpoint."""
    try:
        yield
    except ConversationGone as error:
        what = f"the server has no {name}: {error}"
        raise ModelRefused(ModelFault.BAD_REQUEST, what) from None


def from_status(error: APIStatusError) -> PanelError:
    """Return the domain's error for an HTTP status; servers differ in what their bodies say."""
    what = " ".join(filter(None, [f"HTTP {error.status_code}", error.code, error.request_id]))
    if fault := _fault_of(error.code) or _fault_of(error.type):
        return ModelRefused(fault, what)
    if error.status_code in _PASSING or error.status_code >= 500:
        is_overloaded = error.status_code in _OVERLOADED or error.code in _OVERLOADED_CODES
        unavailable = ModelOverloaded if is_overloaded else ModelUnavailable
        return unavailable(what, after=retry_after(error))
    message = message_of(error)
    if _NO_DOCUMENTS.search(message) and error.request.url.path.endswith("/responses"):
        return ModelRefused(ModelFault.DOCUMENTS, what)
    if _NO_CONVERSATION.search(message):
        return ConversationGone(what)
    for words, fault in _BY_WORDS:
        if words.search(message):
            return ModelRefused(fault, what)
    if error.status_code == 404:
        return ConversationGone(what)
    if (error.param or "").startswith("tools") or _TOOLS.search(message):
        return ModelRefused(ModelFault.TOOLS, what)
    return ModelRefused(_BY_STATUS.get(error.status_code, ModelFault.BAD_REQUEST), what)


def failed(code: str | None) -> PanelError:
    """Return the error for a response that had begun, so that the request was a good one."""
    what = f"the response failed: {code}"
    if fault := _fault_of(code):
        return ModelRefused(fault, what)
    return ModelOverloaded(what) if code in _OVERLOADED_CODES else ModelUnavailable(what)


def incomplete(reason: str | None) -> ModelRefused:
    """Return the error for a response that ended before it was whole."""
    fault = ModelFault.FILTERED if reason == "content_filter" else ModelFault.CUT_SHORT
    return ModelRefused(fault, f"the response is incomplete: {reason}")


def is_locked(error: APIStatusError) -> bool:
    """Return whether another response of the conversation is being written."""
    active = error.status_code == 400 and _ACTIVE_RUN.search(message_of(error))
    return error.code == "conversation_locked" or bool(active)


def is_certain(error: APIStatusError | APIConnectionError) -> bool:
    """Return whether the server has certainly done nothing, and may do it in a moment."""
    if isinstance(error, APIStatusError):
        return error.status_code == 429 and isinstance(from_status(error), ModelUnavailable)
    return isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)


def message_of(error: APIStatusError) -> str:
    """Return what the server says of the error: for matching, never for the log."""
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or body.get("detail") or error.message)


def retry_after(error: APIStatusError) -> float | None:
    """Return how many seconds the server asks us to wait, if it does so in seconds."""
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "")))
    except ValueError:
        return None


def _fault_of(code: str | None) -> ModelFault | None:
    return ModelFault.FILTERED if code and "policy" in code else _BY_CODE.get(code or "")
