"""The worker, with a clock beside it: how late its event loop is.

    python -m tests.benchmarks.watched_worker PORT

Whoever connects to PORT is told, as JSON, by how many milliseconds tasks were woken late since
somebody last asked.
"""

import asyncio
import json
import sys
from statistics import quantiles

from bot.__main__ import main

_EVERY = 0.005  # seconds


class _WatchedLoops(asyncio.DefaultEventLoopPolicy):
    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        loop = super().new_event_loop()
        loop.call_soon(lambda: loop.create_task(watch(self._port)))
        return loop


async def watch(port: int) -> None:
    """Tell whoever connects to *port* how late the loop was, until cancelled."""
    late: list[float] = []

    async def tell(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        percentiles = quantiles(late, n=100, method="inclusive")
        writer.write(json.dumps({"50": percentiles[49], "99": percentiles[98]}).encode())
        late.clear()
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(tell, "127.0.0.1", port):
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + _EVERY, loop.time())
            await asyncio.sleep(due - loop.time())
            delay = loop.time() - due
            while delay >= 0:  # whatever was due in the meantime was late, too
                late.append(delay * 1000)
                delay -= _EVERY


if __name__ == "__main__":
    asyncio.set_event_loop_policy(_WatchedLoops(int(sys.argv[1])))
    sys.argv = ["panelbot", "worker"]
    main()
