"""OpenAI's errors, and those of servers like it, in the domain's words."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from openai import APIConnectionError, APIStatusError, OpenAIError

from bot.panel.errors import (
    ConversationGone,
    ModelFault,
    ModelRefused,
    ModelUnavailable,
    PanelError,
)

_BY_CODE = {
    "insufficient_quota": ModelFault.QUOTA,
    "billing_hard_limit_reached": ModelFault.QUOTA,
    "invalid_api_key": ModelFault.ACCESS,
    "model_not_found": ModelFault.MODEL,
    "content_filter": ModelFault.FILTERED,
    "content_policy_violation": ModelFault.FILTERED,
    "invalid_prompt": ModelFault.FILTERED,
    "context_length_exceeded": ModelFault.TOO_LONG,
    "string_above_max_length": ModelFault.TOO_LONG,
}
_BY_STATUS = {401: ModelFault.ACCESS, 403: ModelFault.ACCESS, 413: ModelFault.TOO_LONG}
_PASSING = frozenset({408, 409, 425, 429})

# Codes of a response that failed after it had begun.
_FAILED_FOR_NOW = frozenset({"server_error", "rate_limit_exceeded", "vector_store_timeout"})


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Raise the domain's error for whatever the client or the server does."""
    try:
        yield
    except APIStatusError as error:
        raise from_status(error) from error
    except APIConnectionError as error:
        raise ModelUnavailable(f"no answer from the model: {type(error).__name__}") from error
    except (json.JSONDecodeError, OpenAIError, httpx2.HTTPError) as error:
        # A malformed or cut stream comes as it is, not as an error of the client's.
        raise ModelUnavailable(f"the model's answer broke off: {type(error).__name__}") from error


def from_status(error: APIStatusError) -> PanelError:
    """Return the domain's error for an HTTP status; servers differ in what their bodies say."""
    code, told = code_of(error), message_of(error)
    what = f"HTTP {error.status_code} {code}".strip()
    if fault := _BY_CODE.get(code):
        return ModelRefused(fault, what)
    if error.status_code == 404:
        if "model" in told.lower():
            return ModelRefused(ModelFault.MODEL, what)
        return ConversationGone(what)
    if error.status_code in _PASSING or error.status_code >= 500:
        return ModelUnavailable(what, after=_retry_after(error))
    return ModelRefused(_BY_STATUS.get(error.status_code, ModelFault.BAD_REQUEST), what)


def failed(code: str | None) -> PanelError:
    """Return the error for a response that ended as failed."""
    if code is None or code in _FAILED_FOR_NOW:
        return ModelUnavailable(f"the response failed: {code}")
    return ModelRefused(_BY_CODE.get(code, ModelFault.BAD_REQUEST), f"the response failed: {code}")


def incomplete(reason: str | None) -> ModelRefused:
    """Return the error for a response that ended before it was whole."""
    fault = ModelFault.FILTERED if reason == "content_filter" else ModelFault.CUT_SHORT
    return ModelRefused(fault, f"the response is incomplete: {reason}")


def code_of(error: APIStatusError) -> str:
    """Return the error's code, or an empty string."""
    body = error.body if isinstance(error.body, dict) else {}
    return str(error.code or body.get("code") or "")


def message_of(error: APIStatusError) -> str:
    """Return what the server says of the error: for matching, never for the log."""
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or body.get("detail") or error.message)


def _retry_after(error: APIStatusError) -> float | None:
    try:
        return float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
