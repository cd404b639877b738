"""The simulated loop: virtual time, the same order for the same seed, processes that die."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from math import inf

import pytest

from bot import runtime
from tests.simulation.loop import EPOCH, DeadlockError, Order, SimulatedLoop
from tests.simulation.process import Process


def run(loop: SimulatedLoop, work: Coroutine[None, None, None]) -> None:
    try:
        loop.run(work)
    finally:
        loop.close()


def test_nobody_waits_for_the_time_to_pass():
    loop = SimulatedLoop(1)

    async def story() -> None:
        await asyncio.sleep(86_400)

    run(loop, story())

    assert loop.time() == 87_400


def test_a_story_in_which_nothing_can_happen_any_more_is_a_deadlock():
    async def story() -> None:
        await asyncio.Event().wait()

    with pytest.raises(DeadlockError):
        run(SimulatedLoop(1), story())


def order_of_steps(seed: int, order: Order) -> list[str]:
    loop, seen = SimulatedLoop(seed, order=order), list[str]()

    async def steps(name: str) -> None:
        for number in range(4):
            seen.append(f"{name}{number}")
            await asyncio.sleep(0)

    async def story() -> None:
        await asyncio.gather(*(Process(loop, name).spawn(steps(name)) for name in "abc"))

    run(loop, story())
    return seen


@pytest.mark.parametrize("order", [Order.PROCESSES, Order.SHUFFLED])
def test_a_seed_decides_the_order(order: Order):
    assert order_of_steps(1, order) == order_of_steps(1, order)
    assert len({tuple(order_of_steps(seed, order)) for seed in range(20)}) > 10


def test_without_chance_the_order_is_asyncios():
    assert order_of_steps(1, Order.QUEUED) == order_of_steps(2, Order.QUEUED)


class Worker:
    """Counts its steps, and would say good-bye."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def work(self) -> None:
        try:
            for number in range(5):
                self.done.append(str(number))
                await asyncio.sleep(1)
        finally:
            self.done.append("bye")


def what_is_done(deed: Callable[[Process], None]) -> list[str]:
    loop, worker, seen = SimulatedLoop(1), Worker(), list[str]()

    async def story() -> None:
        process = Process(loop, "worker")
        process.at_step[3] = lambda: deed(process)
        process.spawn(worker.work())
        await asyncio.sleep(100)
        seen.extend(worker.done)  # before the end, which closes what is left

    run(loop, story())
    return seen


def test_of_a_killed_process_nothing_runs_any_more():
    assert what_is_done(Process.kill) == ["0"]  # step 2 is the timer, step 3 would say "1"


def test_a_paused_process_goes_on_later():
    assert what_is_done(lambda process: process.pause(20)) == [*"01234", "bye"]


def test_what_others_see_of_a_death_happens_with_it():
    seen = []

    def die(process: Process) -> None:
        process.at_death.append(lambda: seen.append("closed"))
        process.kill()

    what_is_done(die)

    assert seen == ["closed"]


def what_processes_have(seed: int) -> list[tuple[float, float, str, str]]:
    loop, seen = SimulatedLoop(seed), list[tuple[float, float, str, str]]()

    async def have() -> None:
        await asyncio.sleep(2)
        seen.append((runtime.time(), runtime.uniform(0, 1), runtime.token(6), runtime.process()))

    async def story() -> None:
        processes = [Process(loop, name) for name in "ab"]
        processes[1].clock_error = -90
        await asyncio.gather(have(), *(process.spawn(have()) for process in processes))

    run(loop, story())
    return seen


def test_clocks_dice_and_tokens_are_the_seeds():
    right, wrong, world = what_processes_have(1)

    assert (world[0], right[0], wrong[0]) == (EPOCH + 2, EPOCH + 2, EPOCH - 88)
    assert (world[3], right[3], wrong[3]) == ("world", "a", "b")
    assert len({world[1:3], right[1:3], wrong[1:3]}) == 3
    assert [right, wrong, world] == what_processes_have(1) != what_processes_have(2)


def test_what_has_failed_and_not_heard_of_it_is_left_quietly():
    loop = SimulatedLoop(1)

    async def fails() -> None:
        raise ValueError

    async def goes_on() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fails())
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(inf)
            await asyncio.sleep(inf)

    async def story() -> None:
        loop.create_task(goes_on())
        await asyncio.sleep(1)

    run(loop, story())

    assert loop.is_closed()
