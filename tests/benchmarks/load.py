"""Slack's side of events over HTTP, as fast as wanted: signed requests, and how long each took."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from aiohttp import ClientSession, TCPConnector

from bot.playground.slack.delivery.http import sign

AT_ONCE = 16


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

    session: ClientSession
    url: str
    secret: str

    async def burst(self, payloads: Sequence[Any]) -> Times:
        """Send all, AT_ONCE at a time, each as soon as an earlier one is acknowledged."""
        left = iter(payloads)

        async def sender() -> list[float]:
            return [await self._send(payload) for payload in left]

        since = time.perf_counter()
        found = await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
        total = time.perf_counter() - since
        return Times([seconds for each in found for seconds in each], total)

    async def steady(self, payloads: Sequence[Any], rate: float) -> Times:
        """Send so many a second, whether or not the earlier ones are acknowledged."""
        since = time.perf_counter()
        async with asyncio.TaskGroup() as sending:
            tasks = []
            for number, payload in enumerate(payloads):
                await asyncio.sleep(since + number / rate - time.perf_counter())
                tasks.append(sending.create_task(self._send(payload)))
        return Times([task.result() for task in tasks], time.perf_counter() - since)

    async def _send(self, payload: Any) -> float:
        body = json.dumps(payload)
        headers = {"Content-Type": "application/json"}
        headers |= sign(body, self.secret, int(time.time()))
        since = time.perf_counter()
        async with self.session.post(self.url, data=body.encode(), headers=headers) as answer:
            answer.raise_for_status()
            await answer.read()
        return time.perf_counter() - since


@asynccontextmanager
async def load(url: str, secret: str) -> AsyncIterator[Load]:
    """Prepare to send to *url*."""
    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        yield Load(session, url, secret)
