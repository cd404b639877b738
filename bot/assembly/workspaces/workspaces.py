"""The parts of workspaces, by workspace: of as many as are in use."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Generic, Self, TypeVar

from bot import runtime
from bot.assembly.workspaces.workspace import Directory, Workspace
from bot.panel.loops import forever

T = TypeVar("T")

_IDLE = 10 * 60.0  # seconds after which the parts of a workspace that nobody uses are dropped
_MOST = 500  # workspaces whose parts are kept; more only while all of them are in use
_LINGER = 60.0  # seconds: Bolt acknowledges first, and lets a listener do its work after that
_SWEEP_EVERY = 60.0  # seconds


class _Opened(Generic[T]):
    """The parts of one workspace."""

    def __init__(self, workspace: Workspace, parts: T, stack: AsyncExitStack) -> None:
        self.workspace = workspace
        self.parts = parts
        self.users = 0
        self.used_at = runtime.monotonic()
        self._stack = stack

    def is_idle(self, seconds: float) -> bool:
        return not self.users and runtime.monotonic() - self.used_at > seconds

    async def close(self) -> None:
        await self._stack.aclose()


class Workspaces(Generic[T]):
    """Opens the parts of a workspace when they are first used, and anew when it has changed.

    *open_parts* is entered in one task and left in another: when they are idle, or this is left.
    """

    def __init__(
        self,
        directory: Directory,
        open_parts: Callable[[Workspace], AbstractAsyncContextManager[T]],
        *,
        idle: float = _IDLE,
        most: int = _MOST,
    ) -> None:
        self._directory = directory
        self._open_parts = open_parts
        self._idle = idle
        self._most = most
        self._opened: OrderedDict[str, _Opened[T]] = OrderedDict()  # the last used comes last
        self._opening: dict[str, asyncio.Lock] = {}
        self._former: list[_Opened[T]] = []  # replaced, but what they began may still go on

    def __len__(self) -> int:
        return len(self._opened)

    @asynccontextmanager
    async def use(self, team_id: str) -> AsyncIterator[T]:
        """Keep a workspace's parts open meanwhile. Raises NotInstalled, or TryLater if unknown."""
        opened = await self._find(team_id)
        opened.users += 1
        try:
            yield opened.parts
        finally:
            opened.users -= 1
            opened.used_at = runtime.monotonic()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Close all parts; until then, also what is being finished may use them."""
        opened = [*self._former, *self._opened.values()]
        self._former.clear()
        self._opened.clear()
        await _close(opened)

    async def run(self) -> None:
        """Drop the parts of idle workspaces until cancelled."""
        await forever(self.sweep, "workspaces.not_swept", every=_SWEEP_EVERY)

    async def sweep(self) -> None:
        """Drop what has been idle for long, and the longest idle of what is too much."""
        for team_id, opened in [*self._opened.items()]:
            idle = self._idle if len(self._opened) <= self._most else _LINGER
            if opened.is_idle(idle):
                self._former.append(self._opened.pop(team_id))
        ended = [opened for opened in self._former if opened.is_idle(_LINGER)]
        self._former = [opened for opened in self._former if opened not in ended]
        await _close(ended)

    async def _find(self, team_id: str) -> _Opened[T]:
        workspace = await self._directory.find(team_id)
        opened = self._opened.get(team_id)
        if opened is None or opened.workspace != workspace:
            opened = await self._open(team_id)
        self._opened.move_to_end(team_id)
        return opened

    async def _open(self, team_id: str) -> _Opened[T]:
        lock = self._opening.setdefault(team_id, asyncio.Lock())
        try:
            async with lock:
                workspace = await self._directory.find(team_id)
                opened = self._opened.get(team_id)
                if opened and opened.workspace == workspace:
                    return opened
                stack = AsyncExitStack()
                parts = await stack.enter_async_context(self._open_parts(workspace))
                if former := self._opened.pop(team_id, None):
                    self._former.append(former)
                new = self._opened[team_id] = _Opened(workspace, parts, stack)
        finally:
            if not lock.locked():
                self._opening.pop(team_id, None)
        if len(self._opened) > self._most:
            await self.sweep()
        return new


async def _close(opened: Iterable[_Opened[T]]) -> None:
    """Close the parts of several workspaces: all, although one may fail."""
    async with AsyncExitStack() as stack:
        for one in opened:
            stack.push_async_callback(one.close)
