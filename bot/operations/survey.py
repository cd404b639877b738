"""Finding what is kept of threads: in Redis, on the model's side, and in Slack."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from bot.adapters.redis.stores.kept_data import Remains
from bot.adapters.slack.threads.bot_messages import Traces
from bot.assembly.operator import Records
from bot.panel.errors import MessengerRefused, ModelUnavailable
from bot.panel.links import RouterLabels
from bot.panel.model import ConversationId, MessageTs, ThreadRef
from bot.panel.retries import retry
from bot.panel.timeouts import Timeouts

_BACKOFF = Timeouts().backoff


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of one thread."""

    thread: ThreadRef
    experts: frozenset[ConversationId] = frozenset()
    routers: frozenset[ConversationId] = frozenset()  # more than one, if it had to begin anew
    held: Remains = field(default_factory=Remains)
    ours: tuple[MessageTs, ...] = ()  # the bot's own messages

    @property
    def conversations(self) -> list[ConversationId]:
        """All of them: a router's last, for it knows its experts."""
        return [*sorted(self.experts - self.routers), *sorted(self.routers)]

    @property
    def is_known(self) -> bool:
        """Whether anything is kept of it outside of Slack."""
        held = self.held
        return bool(self.conversations or held.keys or held.reports or held.dead)


class Survey:
    """Looks at threads; changes nothing."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._team = records.desk.identity.team_id

    async def held(self, channel_id: str = "") -> dict[ThreadRef, Remains]:
        """Return what Redis holds of the workspace's threads, or of one channel's."""
        return dict(await self._records.remains.of(self._team, channel_id))

    async def in_slack(self, channel_id: str) -> set[ThreadRef] | None:
        """Return the threads of a channel in Slack; None if it cannot be read."""
        roots = self._records.desk.transcript.thread_roots(channel_id)
        try:
            return {ThreadRef(self._team, channel_id, ts) async for ts in roots}
        except MessengerRefused:
            return None

    async def look(
        self, threads: Iterable[ThreadRef], held: Mapping[ThreadRef, Remains]
    ) -> AsyncIterator[tuple[Found, Traces]]:
        """Yield what there is of each thread."""
        for thread in threads:
            traces = await self._records.traces.of(thread)
            yield await self._found(thread, held.get(thread, Remains()), traces), traces

    async def _found(self, thread: ThreadRef, held: Remains, traces: Traces) -> Found:
        links = await self._records.desk.threads.links(thread)
        model = self._records.desk.model
        experts = {*held.conversations, *links.experts.values()}
        routers = {*held.routers, *filter(None, [links.router])}
        for router in routers | {*traces.routers}:
            labels = await retry(partial(model.labels, router), _BACKOFF, on=ModelUnavailable)
            if isinstance(labels, RouterLabels) and labels.thread == thread:
                routers.add(router)
                experts.update(labels.experts.values())
            elif labels is None and not model.is_current(router):  # perhaps on another server
                routers.add(router)
        return Found(thread, frozenset(experts), frozenset(routers), held, traces.ours)
