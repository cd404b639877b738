"""Finding all threads of a channel again, from Slack's and the model's metadata."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.operations.services import Services
from bot.panel.errors import TryLater
from bot.panel.links import ThreadLinks
from bot.panel.model import ThreadRef
from bot.panel.retries import Backoff, retry

_BACKOFF = Backoff((1, 5, 15, 30, 60))  # seconds: there is time, and Slack's limits are low


@dataclass(slots=True)
class Rebuilt:
    """What was found."""

    threads: int = 0
    linked: int = 0
    experts: int = 0

    def add(self, links: ThreadLinks) -> None:
        self.threads += 1
        self.linked += links.router is not None
        self.experts += len(links.experts)


class ChannelRebuild:
    """Rebuilds the links of a channel, the newest thread first; goes on where it was stopped."""

    def __init__(self, services: Services, channel_id: str) -> None:
        self._services = services
        self._channel = channel_id
        self._place = (services.team_id, channel_id)

    async def left(self) -> Sequence[str]:
        """Return the roots of the threads that are left to look through."""
        done = await self._services.stores.kept.rebuilt_until(*self._place)
        roots = self._services.channels.thread_roots(self._channel)
        return [ts async for ts in roots if not done or float(ts) < float(done)]

    async def run(
        self, roots: Sequence[str], track: Callable[[Sequence[str]], Iterable[str]] = iter
    ) -> Rebuilt:
        """Find the links of the threads that begin with *roots*. Safe to stop at any moment."""
        rebuilt, kept = Rebuilt(), self._services.stores.kept
        for ts in track(roots):
            thread = ThreadRef(self._services.team_id, self._channel, ts)
            find = partial(self._services.recovery.rebuild, thread)
            rebuilt.add(await retry(find, _BACKOFF, on=TryLater))
            await kept.note_rebuilt(*self._place, until=ts)
        await kept.note_rebuilt(*self._place, until="")
        return rebuilt
