"""When a process says that it listens, and for how long it has."""

import asyncio
from contextlib import closing

import pytest

from bot.panel.errors import StoreUnavailable
from bot.panel.intake.catching_up import CatchingUp
from bot.panel.intake.missed_messages import Gap
from tests.fakes.listening_record import FakeListeningRecord, Listened
from tests.simulation.loop import SimulatedLoop


class Record(FakeListeningRecord):
    """Notes what it is told; fails the second time."""

    def __init__(self) -> None:
        super().__init__(Listened(), "web", tuple)
        self.told: list[bool] = []  # whether one has listened before

    async def listen(self, seconds: float) -> Gap | None:
        self.told.append(seconds > 0)
        if len(self.told) == 2:
            raise StoreUnavailable("away")
        return await super().listen(seconds)


async def search(_: Gap) -> None:
    pytest.fail("there is no gap")


def test_who_could_not_note_that_it_listens_begins_anew():
    record = Record()

    async def listen() -> None:
        running = asyncio.create_task(CatchingUp(record, search, within=60).run(lambda: True))
        await asyncio.sleep(3.5)
        running.cancel()

    with closing(SimulatedLoop(seed=1)) as loop:
        loop.run(listen())

    assert record.told == [False, True, False, True]
