"""Requests with JSON, and answers of JSON or of events, read as they were sent.

What a turn asks goes this way. OpenAI's client builds each request and each answer from so many
parts that it takes four times as long as the request itself. What it raises is raised here, too.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Self
from urllib.parse import quote, urlencode

import aiohttp
import httpx2
from openai import APIConnectionError, APIError, APITimeoutError, AsyncOpenAI

from bot.adapters.openai import errors
from bot.adapters.openai.file_bodies import FileBody, encoded
from bot.adapters.openai.reading.model_stream import read_on
from bot.adapters.openai.refusals.complaints import is_error
from bot.adapters.openai.server.server_sent_events import EventDecoder
from bot.adapters.openai.server.transport import AiohttpTransport, translated

_NOTHING: Mapping[str, object] = {}


class Answer:
    """An answer whose body has not been read yet."""

    def __init__(self, response: aiohttp.ClientResponse, body: bytes | FileBody | None) -> None:
        self._response = response
        self._body = body
        self._content: bytes | None = None
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    @property
    def request(self) -> httpx2.Request:
        """What was asked, for errors to tell of."""
        sent = self._response.request_info
        headers = [*sent.headers.items()]
        return httpx2.Request(sent.method, str(sent.real_url), headers=headers, content=self._body)

    async def aread(self) -> bytes:
        """Return the whole body, as often as it is wanted."""
        if self._content is None:
            try:
                with self._raising():
                    self._content = await self._response.read()
            finally:
                self.close()
        return self._content

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives."""
        with self._raising():
            async for chunk in self._response.content.iter_any():
                yield chunk

    def close(self) -> None:
        """Let go of the connection: it is closed unless the body has been read."""
        self._response.release()

    @contextmanager
    def _raising(self) -> Iterator[None]:
        try:
            with translated():
                yield
        except httpx2.RequestError as error:
            raise _connection_error(error, self.request) from error


class EventStream:
    """The events of an answer, each as the object that it is; *named*: its name and its data."""

    def __init__(self, response: Answer, *, named: bool = False) -> None:
        self.response = response
        self._named = named
        self._events = self._read()

    def __aiter__(self) -> AsyncIterator[object]:
        return self._events

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        self.response.close()

    async def _read(self) -> AsyncIterator[object]:
        if self.response.headers.get("content-type", "").startswith("application/json"):
            # Some servers do not stream.
            whole = json.loads(await self.response.aread())
            yield {"type": "response.completed", "response": whole}
            return
        decoder, chunks = EventDecoder(), self.response.chunks()
        async for chunk in chunks:
            for name, data in decoder.feed(chunk):
                if data.startswith("[DONE]"):
                    await read_on(chunks)
                    return
                if data.startswith("{"):  # else it only keeps the connection alive
                    yield self._checked(name, json.loads(data))
        with suppress(ValueError):  # broken off
            for name, data in decoder.end():
                yield self._checked(name, json.loads(data))

    def _checked(self, name: str, event: dict[str, object]) -> object:
        """Return *event*, with its type; raise if it says that the stream has failed."""
        error = event.get("error") or (is_error(event) and event)
        if error:
            message = "An error occurred during streaming"
            raise APIError(message, request=self.response.request, body=error)
        if self._named:
            return {"event": name, "data": event}
        return event if event.get("type") or not name else event | {"type": name}


class JsonApi:
    """The server of *client*, asked through *transport*, with further *headers*."""

    def __init__(
        self, client: AsyncOpenAI, transport: AiohttpTransport, headers: Mapping[str, str]
    ) -> None:
        self._more = headers
        self._client = client
        self._transport = transport

    async def send(
        self, method: str, *path: str, body: object = None, query: Mapping[str, object] = _NOTHING
    ) -> object:
        """Return what is answered to a request. Raises what the client raises, and ValueError.

        Raises the domain's error for a good answer that is an error, or a page.
        """
        answer = await self._answer(method, path, body, query)
        content = await answer.aread()
        try:
            told = json.loads(content)
        except ValueError:
            if answer.headers.get("content-type", "").startswith("application/json"):
                raise
            told = content.decode(errors="replace")  # a proxy's page
        errors.check_answer(told, answer)
        return told

    async def stream(self, *path: str, body: object, named: bool = False) -> EventStream:
        """Return the events that are answered to a request: see EventStream."""
        return EventStream(await self._answer("POST", path, body, {}), named=named)

    async def _answer(
        self, method: str, path: Sequence[str], document: object, query: Mapping[str, object]
    ) -> Answer:
        body = None if document is None else encoded(document)
        url = "/".join([self._base, *(quote(part, safe="") for part in path)])
        url, headers = f"{url}?{urlencode(query)}" if query else url, self._headers
        if body is not None:
            headers = {**headers, "Content-Length": str(len(body))}
        try:
            response = await self._transport.send(
                method, url, body, within=self._timeout, headers=headers, allow_redirects=True
            )
        except httpx2.RequestError as error:
            request = httpx2.Request(method, url, headers=headers, content=body)
            raise _connection_error(error, request) from error
        answer = Answer(response, body)
        if answer.status < 400:
            return answer
        unpacked = [
            pair for pair in answer.headers.items() if pair[0].lower() != "content-encoding"
        ]
        told = httpx2.Response(
            answer.status, headers=unpacked, content=await answer.aread(), request=answer.request
        )
        raise self._client._make_status_error_from_response(told)  # noqa: SLF001 - as it raises itself

    @cached_property
    def _base(self) -> str:
        return str(self._client.base_url.copy_with(userinfo=b"")).rstrip("/")

    @cached_property
    def _headers(self) -> dict[str, str]:
        given = {**self._client.default_headers, **self._client.auth_headers, **self._more}
        headers = {name: value for name, value in given.items() if isinstance(value, str)}
        if self._client.base_url.userinfo:
            user = self._client.base_url
            headers["Authorization"] = aiohttp.encode_basic_auth(user.username, user.password)
        return headers

    @cached_property
    def _timeout(self) -> httpx2.Timeout:
        return httpx2.Timeout(self._client.timeout)


def _connection_error(error: httpx2.RequestError, request: httpx2.Request) -> APIConnectionError:
    if isinstance(error, httpx2.TimeoutException):
        return APITimeoutError(request)
    return APIConnectionError(request=request)
