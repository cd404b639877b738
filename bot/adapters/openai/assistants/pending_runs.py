"""Runs that wait for the outputs of their calls, and what to do where there are none."""

import logging
from collections.abc import Mapping, Sequence

from openai import BadRequestError

from bot.adapters.openai.assistants.api import AssistantsApi
from bot.adapters.openai.assistants.run_streaming import calls_of
from bot.adapters.openai.assistants.thread_items import GIVEN_UP
from bot.adapters.openai.reading.call_ids import as_sent
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.json_api import EventStream
from bot.panel.errors import ModelUnavailable
from bot.panel.language_model.exchange import ABORTED, Item, ToolAnswered
from bot.panel.retries import Retries

log = logging.getLogger(__name__)

_WRITTEN = ("queued", "in_progress", "cancelling")


class PendingRuns:
    """Looks after the runs of all threads."""

    def __init__(self, api: AssistantsApi, delays: RetryDelays) -> None:
        self._api = api
        self._delays = delays

    async def find(self, thread: str) -> Sent | None:
        """Return the run of *thread* that waits for outputs, if there is one."""
        newest = await self._api.newest_run(thread)
        return newest if newest and newest.optional_text("status") == "requires_action" else None

    async def give_up(self, run: Sent, instead: Sequence[Item]) -> None:
        """End *run*; its calls count as aborted, but those that *instead* answers."""
        answered = {item.call_id for item in instead if isinstance(item, ToolAnswered)}
        thread, id_ = run.needed_text("thread_id"), run.needed_text("id")
        log.info("run.given_up", extra={"id": id_})
        try:
            await self._api.cancel(thread, id_)
        except BadRequestError:  # it has expired, or somebody else was faster
            log.info("run.ended", extra={"id": id_})
        await self.until_settled(thread, id_)
        if any(call not in answered for call in calls_of(run)):
            await self._api.update_run(thread, id_, {**run.texts("metadata"), GIVEN_UP: "1"})

    async def submit(self, run: Sent, given: Mapping[str, str]) -> EventStream:
        """Go on with *run*: its calls get the outputs *given*, or count as aborted."""
        outputs = [
            {"tool_call_id": as_sent(call), "output": given.get(call, ABORTED)}
            for call in calls_of(run)
        ]
        thread, id_ = run.needed_text("thread_id"), run.needed_text("id")
        return await self._api.submit(thread, id_, outputs)

    async def until_settled(self, thread: str, run: str) -> Sent:
        """Return the run once it is no longer being written."""
        polls = Retries(self._delays.while_locked)
        while True:
            state = await self._api.run(thread, run)
            if state.optional_text("status") not in _WRITTEN:
                return state
            if not await polls.wait():
                raise ModelUnavailable("the run is still being written")

    async def until_thread_settled(self, thread: str) -> None:
        """Return once no run of *thread* is being written."""
        newest = await self._api.newest_run(thread)
        if newest and newest.optional_text("status") in _WRITTEN:
            await self.until_settled(thread, newest.needed_text("id"))
