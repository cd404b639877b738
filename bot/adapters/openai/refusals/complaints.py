"""What a server says of an error: one reader for the shapes in which servers say it.

OpenAI's ``{"error": {"message": …}}``, ``{"error": "…"}``, FastAPI's ``{"detail": …}`` with a text
or a list, vLLM's ``{"object": "error", "message": …}``, errors wrapped in errors by gateways, JSON
or a Python dictionary within a text, plain text, and pages of proxies.
"""

import ast
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx2
from openai import APIError, APIStatusError

_DEEPEST = 6
_LONGEST = 4000  # characters of a text that are read: enough to say why, and searched quickly
_MESSAGES = 4
_SAYING = (
    "message", "msg", "detail", "error", "errors", "title", "error_description", "description",
    "reason", "metadata", "raw", "innererror", "provider_specific_fields",
)  # fmt: skip
_NAMING = {"code": "code", "type": "type", "error_type": "type", "param": "param"}
_REQUEST_IDS = ("x-request-id", "request-id", "apim-request-id", "x-litellm-call-id")
_TITLE = re.compile(r"<(title|h1)[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_EMBEDDED = re.compile(r"\{.*\}", re.DOTALL)
_WAIT = re.compile(
    r"(?:try again|retry) (?:in|after) ((?:\d+(?:\.\d+)?\s*(?:ms|[dhms])[a-z]*[\s,]*(?:and )?)+)",
    re.IGNORECASE,
)
_STATUS = re.compile(r"\b(?:error code|status(?: code)?|HTTP)[:= ]{1,3}([45]\d\d)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a server says of an error. *message* may quote what people wrote."""

    status: int = 0  # 0: an error within a stream
    code: str = ""
    type: str = ""
    param: str = ""
    message: str = ""
    request_id: str = ""
    body: object = None

    @property
    def inner_status(self) -> int:
        """The status that is meant: of an error in a good answer, or of one behind a gateway."""
        if 400 <= self.status < 500:
            return self.status
        if self.status < 400 and re.fullmatch(r"[45]\d\d", self.code):
            return int(self.code)
        told = _STATUS.search(self.message)
        return int(told[1]) if told else self.status


def of_status(error: APIStatusError) -> Complaint:
    """Return what the answer to a request says."""
    headers = error.response.headers
    request_id = next((headers[name] for name in _REQUEST_IDS if name in headers), "")
    complaint = _complaint(error.body, error.status_code, _plain(request_id))
    return replace(complaint, body=_parsed(error.response.text) or error.body)


def of_stream(error: APIError) -> Complaint:
    """Return what an error within a stream says."""
    return _complaint(error.body or error.message)


def of_body(body: object, status: int = 0) -> Complaint:
    """Return what *body* says: the error of a response, or a whole answer with that *status*."""
    return _complaint(body, status)


def is_error(body: object) -> bool:
    """Return whether an answer with a good status is an error all the same."""
    if not isinstance(body, Mapping):
        return False
    if body.get("object") == "error":
        return True
    is_thing = body.get("id") or body.get("data")
    return not is_thing and any(body.get(key) for key in ("error", "errors", "detail"))


def seconds_to_wait(text: str) -> float | None:
    """Return how long *text* (``Please try again in 7m12s``) asks us to wait, if it does."""
    found = _WAIT.search(text)
    if not found:
        return None
    units = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*(ms|[dhms])", found[1].lower())
    return sum(float(number) * units[unit] for number, unit in parts)


def request_text(request: httpx2.Request | None) -> bytes | None:
    """Return the body of *request*, if it is at hand."""
    try:
        return request.content if request else None
    except httpx2.RequestNotRead:  # an upload
        return None


def _complaint(body: object, status: int = 0, request_id: str = "") -> Complaint:
    named: dict[str, str] = {}
    messages: dict[str, None] = {}
    for name, value in _told(body):
        if name == "message":
            messages[value] = None
        else:
            named.setdefault(name, value)
    message = " | ".join([*messages][:_MESSAGES])[:_LONGEST]
    return Complaint(status, **named, message=message, request_id=request_id, body=body)


def _told(body: object, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield what *body*, and whatever is wrapped in it, says, the outermost first."""
    if depth > _DEEPEST:
        return
    match body:
        case str():
            yield from _told_by_text(body[:_LONGEST].strip(), depth)
        case Mapping():
            for key, name in _NAMING.items():
                if isinstance(value := body.get(key), str | int) and (plain := _plain(str(value))):
                    yield name, plain
            if isinstance(message := body.get("msg"), str) and body.get("loc"):
                yield "message", f"{message} ({_place(body['loc'])})"  # never its ``input``
                return
            for key in _SAYING:
                yield from _told(body.get(key), depth + 1)
        case list():
            for item in body[:_MESSAGES]:
                yield from _told(item, depth + 1)


def _told_by_text(text: str, depth: int) -> Iterator[tuple[str, str]]:
    if text.startswith("<"):
        title = _TITLE.search(text)
        yield "message", " ".join(html.unescape(_TAG.sub(" ", title[2] if title else text)).split())
        return
    embedded = _EMBEDDED.search(text)
    inner = _parsed(embedded[0]) if embedded else None
    if embedded and isinstance(inner, dict | list):
        if before := text[: embedded.start()].strip(" -:b'\""):
            yield "message", before
        yield from _told(inner, depth + 1)
    elif text:
        yield "message", text


def _parsed(text: str) -> Any:
    """Return the JSON, or the Python literal, that *text* is; None if it is neither."""
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return None


def _place(loc: object) -> str:
    return ".".join(map(str, loc)) if isinstance(loc, list | tuple) else str(loc)


def _plain(name: str) -> str:
    """Return *name* if it can be a code, a type, a parameter or an id; else nothing."""
    return name if re.fullmatch(r"[\w.\-:/\[\]]{1,80}", name, re.ASCII) and name != "None" else ""
