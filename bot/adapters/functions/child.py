"""The process of a function: ``python -m bot.adapters.functions.child ENTRY EXPERT MEGABYTES …``.

It reads the request from standard input and writes what the function answers. What the function
itself prints goes where the bot's log goes.
"""

import asyncio
import json
import os
import signal
import sys
import threading
from contextlib import aclosing
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from typing import Any

from bot import logs, runtime
from bot.adapters.functions.function_call import FunctionCall, failed
from bot.adapters.functions.function_loop import FunctionLoop
from bot.functions import GROUP, Author, FunctionRefused, Request, Role, Said, Source, Thread
from bot.log_formats import JsonFormatter, bind_turn
from bot.panel.errors import FunctionFailed, FunctionNeedsAsker

_CHUNK = 8_000  # characters of a line
_LATE = 3  # seconds after the deadline at which the system ends it, whatever it does


def main() -> None:
    """Answer one request."""
    entry, expert, memory, turn = sys.argv[1:]
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    is_json = os.environ.get("PANELBOT_LOG_FORMAT", "").casefold() == "json"
    formatter = JsonFormatter("function", runtime.process()) if is_json else None
    logs.set_up(os.environ.get("LOG_LEVEL", "INFO"), formatter=formatter)
    bind_turn(turn)
    _limit(int(memory))
    request = _request(json.loads(sys.stdin.readline()))
    left = (request.deadline - datetime.now(UTC)).total_seconds()
    signal.alarm(max(1, int(left) + _LATE))
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def write(**message: object) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    try:
        function = EntryPoint(expert, entry, GROUP).load().answer
    except BaseException as error:  # noqa: BLE001 - a package may raise anything
        write(failed=str(failed(expert, type(error).__name__, f"loading {entry}")))
    else:
        asyncio.run(_answer(expert, function, request, write))
    sys.stdout.flush()
    os._exit(0)  # whatever the function has left running


async def _answer(expert: str, function: Any, request: Request, write: Any) -> None:
    call = FunctionCall(expert, function, request, FunctionLoop())
    call.start()
    try:
        async with aclosing(call.pieces()) as pieces:
            async for piece in pieces:
                if isinstance(piece, Source):
                    write(title=piece.title, url=piece.url)
                    continue
                for start in range(0, len(piece), _CHUNK):
                    write(text=piece[start : start + _CHUNK])
    except FunctionRefused as refusal:
        write(refused=str(refusal)[:_CHUNK])
    except FunctionNeedsAsker:
        write(needs="asker")
    except FunctionFailed as error:
        write(failed=str(error)[:_CHUNK])
    else:
        write(end=True)


def _limit(megabytes: int) -> None:
    """Limit the memory, where the system can; and leave no picture of it in a crash."""
    try:
        import resource  # not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if megabytes:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _request(fields: Any) -> Request:
    return Request(
        question=fields["question"],
        brief=fields["brief"],
        said=tuple(Said(**one | {"author": _author(one["author"])}) for one in fields["said"]),
        asker=_author(fields["asker"]),
        thread=Thread(**fields["thread"]),
        files=tuple(fields["files"]),
        deadline=datetime.fromisoformat(fields["deadline"]),
        key=fields["key"],
        authors=tuple(filter(None, map(_author, fields["authors"]))),
    )


def _author(fields: Any) -> Author | None:
    return Author(fields["id"], fields["name"], Role(fields["role"])) if fields else None


if __name__ == "__main__":
    main()
