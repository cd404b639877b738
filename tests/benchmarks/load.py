"""Slack's side of events over HTTP, as fast as wanted: signed requests, and how long each took.

It takes a small part of the processor time of any receiver, so that it does not hold up the fast
ones: requests are signed beforehand, and sent without a client's library.
"""

import asyncio
import json
import re
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

from bot.playground.slack.delivery.http import sign

AT_ONCE = 16
_LENGTH = re.compile(rb"content-length: *(\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Times:
    """How long each acknowledgement took, and all of them together."""

    each: Sequence[float]
    total: float

    def percentile(self, percent: int) -> float:
        """Return how long so many percent took at most."""
        return quantiles(self.each, n=100, method="inclusive")[percent - 1]


@dataclass(frozen=True, slots=True)
class Load:
    """Sends events to one receiver."""

    url: str
    secret: str
    _idle: list[tuple[StreamReader, StreamWriter]] = field(default_factory=list)

    async def burst(self, payloads: Sequence[Any]) -> Times:
        """Send all, AT_ONCE at a time, each as soon as an earlier one is acknowledged."""
        left = iter([self._request(payload) for payload in payloads])

        async def sender() -> list[float]:
            return [await self._send(request) for request in left]

        since = time.perf_counter()
        found = await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
        total = time.perf_counter() - since
        return Times([seconds for each in found for seconds in each], total)

    async def steady(self, payloads: Sequence[Any], rate: float) -> Times:
        """Send so many a second, whether or not the earlier ones are acknowledged."""
        requests = [self._request(payload) for payload in payloads]
        since = time.perf_counter()
        async with asyncio.TaskGroup() as sending:
            tasks = []
            for number, request in enumerate(requests):
                await asyncio.sleep(since + number / rate - time.perf_counter())
                tasks.append(sending.create_task(self._send(request)))
        return Times([task.result() for task in tasks], time.perf_counter() - since)

    def close(self) -> None:
        """Close all connections."""
        for _, writer in self._idle:
            writer.close()

    def _request(self, payload: Any) -> bytes:
        body, where = json.dumps(payload), urlsplit(self.url)
        headers = {
            "Host": where.netloc,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **sign(body, self.secret, int(time.time())),
        }
        lines = [f"POST {where.path} HTTP/1.1", *(f"{name}: {headers[name]}" for name in headers)]
        return "\r\n".join([*lines, "", body]).encode()

    async def _send(self, request: bytes) -> float:
        """Return how long the acknowledgement took. Raises RuntimeError if it is none."""
        since = time.perf_counter()
        reader, writer = self._idle.pop() if self._idle else await self._connect()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 ") or not (length := _LENGTH.search(head)):
            raise RuntimeError(head.decode())
        await reader.readexactly(int(length[1]))
        self._idle.append((reader, writer))
        return time.perf_counter() - since

    async def _connect(self) -> tuple[StreamReader, StreamWriter]:
        where = urlsplit(self.url)
        return await asyncio.open_connection(where.hostname, where.port)


@asynccontextmanager
async def load(url: str, secret: str) -> AsyncIterator[Load]:
    """Prepare to send to *url*."""
    sender = Load(url, secret)
    try:
        yield sender
    finally:
        sender.close()
