"""Finding what is kept of threads: in the stores, on the model's side, and in Slack."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from bot.operations.kept_data import KeptOfThread
from bot.operations.services import Services
from bot.operations.slack_threads import ThreadTraces
from bot.panel.errors import MessengerRefused, ModelUnavailable
from bot.panel.links import RouterLabels
from bot.panel.model import ConversationId, MessageTs, ThreadRef
from bot.panel.retries import retry
from bot.panel.timeouts import Timeouts

_BACKOFF = Timeouts().backoff


@dataclass(frozen=True, slots=True)
class ThreadData:
    """What is kept of one thread."""

    thread: ThreadRef
    experts: frozenset[ConversationId] = frozenset()
    routers: frozenset[ConversationId] = frozenset()  # several if it had to begin again
    kept: KeptOfThread = field(default_factory=KeptOfThread)
    bot_messages: tuple[MessageTs, ...] = ()

    @property
    def conversations(self) -> list[ConversationId]:
        """All of them; a router's come last, because its labels name its experts."""
        return [*sorted(self.experts - self.routers), *sorted(self.routers)]

    @property
    def is_known(self) -> bool:
        """Whether anything is kept of it outside of Slack."""
        kept = self.kept
        return bool(self.conversations or kept.keys or kept.report_keys or kept.given_up)


class Survey:
    """Looks at threads; changes nothing."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def kept(self, channel_id: str = "") -> dict[ThreadRef, KeptOfThread]:
        """Return what is stored about the workspace's threads, or about those of one channel."""
        services = self._services
        return dict(await services.stores.kept.threads(services.team_id, channel_id))

    async def in_slack(self, channel_id: str) -> set[ThreadRef] | None:
        """Return the threads of a channel in Slack; None if it cannot be read."""
        roots = self._services.channels.thread_roots(channel_id)
        try:
            return {ThreadRef(self._services.team_id, channel_id, ts) async for ts in roots}
        except MessengerRefused:
            return None

    async def look(
        self, threads: Iterable[ThreadRef], kept: Mapping[ThreadRef, KeptOfThread]
    ) -> AsyncIterator[tuple[ThreadData, ThreadTraces]]:
        """Yield what is kept of each thread, and who wrote there."""
        for thread in threads:
            traces = await self._services.messages.traces(thread)
            yield await self._data(thread, kept.get(thread, KeptOfThread()), traces), traces

    async def _data(
        self, thread: ThreadRef, kept: KeptOfThread, traces: ThreadTraces
    ) -> ThreadData:
        links = await self._services.stores.threads.links(thread)
        model = self._services.model
        experts = {*kept.conversations, *links.experts.values()}
        routers = {*kept.routers, *filter(None, [links.router])}
        for router in routers | {*traces.routers}:
            labels = await retry(partial(model.labels, router), _BACKOFF, on=ModelUnavailable)
            if isinstance(labels, RouterLabels) and labels.thread == thread:
                routers.add(router)
                experts.update(labels.experts.values())
            elif labels is None and not model.is_current(router):  # perhaps on another server
                routers.add(router)
        return ThreadData(thread, frozenset(experts), frozenset(routers), kept, traces.bot_messages)
