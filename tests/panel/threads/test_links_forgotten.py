"""Links that are forgotten before any one step of a turn: no conversation begins a second time."""

from itertools import count

import pytest

from bot.panel.model import Message, MessageTs, UserId
from tests.panel.broken_turns import (
    Misfortune,
    answer,
    bench_of_three,
    wrong_links,
)
from tests.panel.conftest import THREAD

CALM = 0
FEWER = 4  # of so many calls, the short form tries one


async def broken(turn: int, *, dies: bool, after: bool, twice: bool, step: int = 1) -> list[str]:
    """Return what goes wrong where links are forgotten before any call in the first or second turn.

    The worker *dies* there, if it does, before or *after* the effect of the call. They may be
    forgotten *twice*: once more between the turns.
    """
    wrong: list[str] = []
    for at in count(1, step):
        bench = bench_of_three(streaming=False)
        forget = bench.threads.lose_everything
        misfortune = Misfortune(at, after=after, dies=0 if dies else None, instead=forget)
        for number in (1, 2):
            if number == turn:
                misfortune.before(bench.journal, "append", "read")
                misfortune.before(bench.threads, "links", "save_links", "standing")
                misfortune.before(bench.model, "open", "append", "since", "relabel", "labels")
                misfortune.before(bench.reports, "save")
                misfortune.before(bench.outbox, "put")
                misfortune.before(bench.queue, "done")
            await answer(bench, misfortune if number == turn else Misfortune(CALM), f"{number}.0")
            if number == turn:
                misfortune.is_over()
            if twice and number == 1:
                forget()
        if len(misfortune.calls) < at:
            assert at > 30
            return wrong
        call = misfortune.calls[at - 1][:60]
        wrong += [f"{call}: {one}" for one in await wrong_links(bench, 2)]
    raise AssertionError("it never ends")


@pytest.mark.long
@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize(("dies", "after"), [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize("turn", [1, 2])
async def test_no_conversation_is_begun_a_second_time(turn, dies, after, twice):
    assert await broken(turn, dies=dies, after=after, twice=twice) == []


@pytest.mark.parametrize("dies", [False, True])
async def test_at_some_calls_no_conversation_is_begun_a_second_time(dies):
    assert await broken(1, dies=dies, after=dies, twice=not dies, step=FEWER) == []


async def test_what_was_opened_in_the_turn_is_known_when_it_is_stopped():
    bench = bench_of_three(streaming=False)
    await bench.queue.put(THREAD, Message(MessageTs("1.0"), UserId("UMEMBER"), "May we?", True))
    misfortune = Misfortune(1, dies=0, instead=bench.threads.lose_everything)
    misfortune.before(bench.messenger, "post_plan")
    claim = await bench.queue.claim()
    assert not await misfortune.comes_over(bench.runner().run(claim))
    assert bench.model.unanswered() != []

    await bench.runner().stop(claim)

    assert bench.model.unanswered() == []
