"""Runs that wait for the outputs of their calls, and what to do where there are none."""

import logging
from collections.abc import Mapping, Sequence

from openai import BadRequestError
from openai.types.beta.threads import Run

from bot.adapters.openai.assistants.api import AssistantsApi, RunStream
from bot.adapters.openai.assistants.run_streaming import calls_of
from bot.adapters.openai.assistants.thread_items import GIVEN_UP
from bot.adapters.openai.retries import RetryDelays
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

    async def find(self, thread: str) -> Run | None:
        """Return the run of *thread* that waits for outputs, if there is one."""
        newest = await self._api.newest_run(thread)
        return newest if newest and newest.status == "requires_action" else None

    async def give_up(self, run: Run, instead: Sequence[Item]) -> None:
        """End *run*; its calls count as aborted, but those that *instead* answers."""
        answered = {item.call_id for item in instead if isinstance(item, ToolAnswered)}
        log.info("run.given_up", extra={"id": run.id})
        try:
            await self._api.cancel(run.thread_id, run.id)
        except BadRequestError:  # it has expired, or somebody else was faster
            log.info("run.ended", extra={"id": run.id})
        await self.until_settled(run.thread_id, run.id)
        if any(call.id not in answered for call in calls_of(run)):
            metadata = {**(run.metadata or {}), GIVEN_UP: "1"}
            await self._api.update_run(run.thread_id, run.id, metadata)

    async def submit(self, run: Run, given: Mapping[str, str]) -> RunStream:
        """Go on with *run*: its calls get the outputs *given*, or count as aborted."""
        outputs = [
            {"tool_call_id": call.id, "output": given.get(call.id, ABORTED)}
            for call in calls_of(run)
        ]
        return await self._api.submit(run.thread_id, run.id, outputs)

    async def until_settled(self, thread: str, run: str) -> Run:
        """Return the run once it is no longer being written."""
        polls = Retries(self._delays.while_locked)
        while True:
            state = await self._api.run(thread, run)
            if state.status not in _WRITTEN:
                return state
            if not await polls.wait():
                raise ModelUnavailable("the run is still being written")

    async def until_thread_settled(self, thread: str) -> None:
        """Return once no run of *thread* is being written."""
        newest = await self._api.newest_run(thread)
        if newest and newest.status in _WRITTEN:
            await self.until_settled(thread, newest.id)
