"""The least that a turn takes: its calls with nothing around them.

aiohttp, orjson and Redis's protocol as it is: no client libraries, no checks, no retries, no
streams to Slack. It makes the calls that a turn in a new thread cannot do without, and writes to
Redis before and after each effect, as a turn must that another worker may have to resume.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import ClientSession, TCPConnector

from tests.benchmarks.world import QUESTION, Thread

_LINE_END = b"\r\n"
_SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
_DATA = b"data: "


class Redis:
    """One connection to Redis, for commands whose replies are of one line or one string."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._lock = asyncio.Lock()

    async def __call__(self, *command: str | bytes) -> str:
        """Send *command* and return its reply."""
        parts = [part.encode() if isinstance(part, str) else part for part in command]
        lines = [b"*%d" % len(parts), *(b"$%d\r\n%b" % (len(part), part) for part in parts), b""]
        async with self._lock:
            self._writer.write(_LINE_END.join(lines))
            reply = await self._reader.readuntil(_LINE_END)
            if reply.startswith(b"-"):
                raise ConnectionError(reply.decode())
            if reply.startswith(b"$") and not reply.startswith(b"$-"):
                reply = await self._reader.readexactly(int(reply[1:]) + 2)
        return reply.decode()

    def close(self) -> None:
        """Let go of the connection."""
        self._writer.close()


class Floor:
    """Answers questions, one at a time, each with the calls of a turn and nothing else."""

    def __init__(self, session: ClientSession, redis: Redis, environ: Mapping[str, str]) -> None:
        self._session = session
        self._redis = redis
        self._slack, self._openai = environ["SLACK_API_URL"], environ["OPENAI_BASE_URL"]
        self._as_bot = {"Authorization": f"Bearer {environ['SLACK_BOT_TOKEN']}"}
        self._as_client = {"Authorization": f"Bearer {environ['OPENAI_API_KEY']}"}

    async def answer(self, thread: Thread, experts: int) -> None:
        """Let all experts answer in *thread*."""
        key = f"floor:{thread[1]}"
        await self._redis("SET", f"{key}:lease", "1", "PX", "15000")
        await self._redis("GET", f"{key}:links")
        await self._status(thread, "Choosing experts")
        router = await self._conversation(key)
        calls: list[Any] = []
        await self._note(key, "RouterAsked", router)
        async with asyncio.TaskGroup() as tasks:
            async for item in self._response(router, QUESTION, _tools(experts)):
                if item["type"] == "function_call":
                    calls.append(item)
                    tasks.create_task(self._consult(key, thread, item))
            await self._note(key, "Routed", *(call["call_id"] for call in calls))
            await self._status(thread, "Asking the experts")
        metadata = {"metadata": {"experts": key}}
        await self._noted(key, self._call_openai(f"/conversations/{router}", metadata))
        outputs = [
            {"type": "function_call_output", "call_id": call["call_id"], "output": "Answered."}
            for call in calls
        ]
        told = self._call_openai(f"/conversations/{router}/items", {"items": outputs})
        await self._noted(key, told)
        await self._status(thread, "")
        await self._redis("DEL", f"{key}:journal", f"{key}:lease")

    async def _consult(self, key: str, thread: Thread, call: Any) -> None:
        conversation = await self._conversation(key)
        await self._note(key, "ExpertAsked", conversation)
        text = ""
        async for item in self._response(conversation, "Look at it."):
            if item["type"] == "message":
                text = item["content"][0]["text"]
        await self._note(key, "ExpertAnswered", text)
        blocks = [{"type": "markdown", "text": text}]
        persona = {"username": call["name"], "icon_emoji": ":x:"}
        await self._noted(
            key, self._call_slack("chat.postMessage", thread, text=text, blocks=blocks, **persona)
        )

    async def _conversation(self, key: str) -> str:
        made = await self._noted(
            key, self._call_openai("/conversations", {"metadata": {"slack": key}})
        )
        return str(made["id"])

    async def _response(
        self, conversation: str, text: str, tools: Sequence[Any] = ()
    ) -> AsyncIterator[Any]:
        """Stream a response, all of whose events are read; yield its items."""
        body = {"model": "gpt-6-luna", "conversation": conversation, "input": text, "stream": True}
        url, data = f"{self._openai}/responses", orjson.dumps({**body, "tools": tools})
        headers = {**self._as_client, "Content-Type": "application/json"}
        async with self._session.post(url, data=data, headers=headers) as answer:
            async for line in answer.content:
                if line.startswith(_DATA):
                    event = orjson.loads(line[len(_DATA) :])
                    if event["type"] == "response.output_item.done":
                        yield event["item"]

    async def _noted(self, key: str, effect: Awaitable[Any]) -> Any:
        await self._note(key, "Started")
        made = await effect
        await self._note(key, "Done", made.get("id") or made.get("ts", ""))
        return made

    async def _note(self, key: str, event: str, *values: str) -> None:
        await self._redis("RPUSH", f"{key}:journal", orjson.dumps([event, *values]))

    async def _status(self, thread: Thread, status: str) -> None:
        await self._call_slack("assistant.threads.setStatus", thread, status=status)

    async def _call_slack(self, method: str, thread: Thread, **fields: Any) -> Any:
        where = {"channel": thread[0], "channel_id": thread[0], "thread_ts": thread[1]}
        return await self._post(f"{self._slack}{method}", {**where, **fields}, self._as_bot)

    async def _call_openai(self, path: str, body: Any) -> Any:
        return await self._post(f"{self._openai}{path}", body, self._as_client)

    async def _post(self, url: str, body: Any, headers: Mapping[str, str]) -> Any:
        headers = {**headers, "Content-Type": "application/json"}
        async with self._session.post(url, data=orjson.dumps(body), headers=headers) as answer:
            answer.raise_for_status()
            return orjson.loads(await answer.read())


@asynccontextmanager
async def open_redis(url: str) -> AsyncIterator[Redis]:
    """Connect to the server at *url*."""
    where = urlsplit(url)
    redis = Redis(*await asyncio.open_connection(where.hostname, where.port))
    await redis("AUTH", where.password or "")
    yield redis
    redis.close()


@asynccontextmanager
async def open_floors(environ: Mapping[str, str], count: int) -> AsyncIterator[list[Floor]]:
    """Open as many as are to answer at once; their connections to Slack and OpenAI are shared."""
    async with (
        ClientSession(connector=TCPConnector(limit=0)) as session,
        AsyncExitStack() as opened,
    ):
        connected = [
            await opened.enter_async_context(open_redis(environ["REDIS_URL"])) for _ in range(count)
        ]
        yield [Floor(session, redis, environ) for redis in connected]


async def answer(threads: Sequence[Thread], experts: int, floors: Sequence[Floor]) -> None:
    """Answer in all *threads*, as many at once as there are *floors*."""
    left = iter(threads)

    async def answer_some(floor: Floor) -> None:
        for thread in left:
            await floor.answer(thread, experts)

    async with asyncio.TaskGroup() as tasks:
        for floor in floors:
            tasks.create_task(answer_some(floor))


def _tools(experts: int) -> list[dict[str, object]]:
    names = [f"consult_e{number}" for number in range(experts)]
    return [{"type": "function", "name": n, "parameters": _SCHEMA, "strict": True} for n in names]
