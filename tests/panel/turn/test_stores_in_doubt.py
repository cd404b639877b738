"""A call of a store whose answer is lost, at each step of a turn: whoever goes on reads it again.

Whether the worker lives on or dies right then, nothing is lost, doubled or left behind.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import pytest

from bot.panel.errors import StoreUnavailable
from bot.panel.language_model.exchange import Prompt, UserSaid
from bot.panel.links import ExpertLabels, RouterLabels
from bot.panel.messaging.messenger import TaskState
from bot.panel.model import Expert, ExpertName, Message, MessageTs, UserId
from bot.panel.turn.turn_worker import TurnWorker
from tests.fakes.language_model import Reply, written
from tests.panel.conftest import EXPERTS, HURRY, THREAD, Bench, consult

LIVE = replace(HURRY, stream_updates=0)
TAX = Expert(ExpertName("tax"), "Tax Adviser", ":receipt:", "Taxes.", "Look up rates.")
ANSWERS = {
    "legal": "Yes, surely. ",
    "finance": "Ten monthly. ",
    "legal/tax": "Nothing. ",
    None: "They agree. ",
}
SAID = {"Legal Counsel": "legal", "Finance Partner": "finance", None: None}


def bench_of_three() -> Bench:
    """Return a bench whose legal expert asks a colleague, and where replies grow."""
    finance, legal = EXPERTS
    asking = replace(legal, consults=(TAX.name,))
    bench = Bench(timeouts=LIVE, experts=(finance, asking, TAX))
    bench.messenger.private = True

    def reply(prompt: Prompt) -> Reply:
        who = _who(bench.model.conversations[prompt.conversation].labels)
        if who is None and prompt.may_call:
            return [consult("legal"), consult("finance")]
        if who == "legal" and prompt.may_call:
            return [consult("tax")]
        return written(*(f"{word} " for word in ANSWERS[who].split()))

    bench.model.reply = reply
    return bench


class Doubt:
    """Stands before methods of stores: the answer of their n-th call is lost.

    That call takes effect before, or not at all. The worker *dies* so many calls later, if any.
    """

    def __init__(self, at: int = 0, *, after: bool = False, dies: int | None = None) -> None:
        self.dies = dies
        self.calls: list[str] = []
        self.dead = asyncio.Event()
        self._at = at
        self._after = after

    def before(self, store: object, *methods: str) -> None:
        """Stand before *methods* of *store*."""
        for method in methods:
            setattr(store, method, partial(self._call, getattr(store, method)))

    async def _call(self, method: Callable[..., Awaitable[Any]], *args: Any, **options: Any) -> Any:
        if self.dead.is_set():
            await asyncio.Event().wait()
        self.calls.append(f"{method.__name__} {args[-1] if args else ''}")
        late = len(self.calls) - self._at
        result = None if late == 0 and not self._after else await method(*args, **options)
        if late == self.dies:
            self.dead.set()
            await asyncio.Event().wait()
        if late == 0:
            raise StoreUnavailable("the answer is lost")
        return result


async def answer(bench: Bench, doubt: Doubt) -> None:
    """Run a whole turn; where its worker dies, another one goes on."""
    message = Message(MessageTs("1.0"), UserId("UMEMBER"), "May we?", mentioned=True)
    await bench.queue.put(THREAD, message)
    if doubt.dies is not None:
        claim = await bench.queue.claim()
        running = asyncio.create_task(bench.runner().run(claim))
        dying = asyncio.create_task(doubt.dead.wait())
        await asyncio.wait([running, dying], return_when=asyncio.FIRST_COMPLETED)
        for task in (running, dying):
            task.cancel()
        await asyncio.gather(running, dying, return_exceptions=True)
        doubt.dies = None
        doubt.dead.clear()
        bench.lose()
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=bench.timeouts)
    working = asyncio.create_task(worker.run())
    async with asyncio.timeout(5):
        while not await bench.idle():  # noqa: ASYNC110 - the queue sends no events
            await asyncio.sleep(0.001)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def complaints(bench: Bench) -> list[str]:
    """Return what is wrong after the turn."""
    parts = Counter(post.part for _, _, post in bench.messenger.posts)
    wrong = [f"{part} is there {times} times" for part, times in parts.items() if times > 1]
    for who, path in SAID.items():
        text = "".join(
            post.text
            for _, _, post in bench.messenger.posts
            if post.part != "plan" and (post.persona and post.persona.name) == who
        )
        wrong += [f"{who} says {text!r}"] if text != ANSWERS[path] else []
    wrong += [f"{ts} is growing" for ts in bench.messenger.open]
    wrong += [
        f"the plan has {task.persona.name} at work"
        for states in bench.messenger.plans.values()
        for task in states[-1]
        if task.state is TaskState.WORKING
    ]
    wrong += [f"the status is {bench.messenger.status!r}"] if bench.messenger.status else []
    wrong += [f"buried: {letter.reason}" for letter in await bench.queue.buried()]
    wrong += [f"{call} has no output" for call in bench.model.unanswered()]
    return [*wrong, *await wrong_links(bench)]


async def wrong_links(bench: Bench) -> list[str]:
    """Return what is wrong with the conversations, but for those that nobody wrote in."""
    used = {id_: one for id_, one in bench.model.conversations.items() if one.items}
    paths = {id_: _who(one.labels) for id_, one in used.items()}
    wrong = [f"{n} conversations of {who}" for who, n in Counter(paths.values()).items() if n > 1]
    for id_, one in used.items():
        asked = [item.text for item in one.items if isinstance(item, UserSaid)]
        wrong += [f"{paths[id_]} was asked {len(asked)} times"] if len(asked) != 1 else []
    links = await bench.threads.links(THREAD)
    experts = {who: id_ for id_, who in paths.items() if who}
    wrong += [] if dict(links.experts) == experts else ["experts are not linked"]
    (router, *_) = [id_ for id_, who in paths.items() if who is None]
    wrong += [] if links.router == router else ["the router is not linked"]
    labels = used[router].labels
    is_labelled = isinstance(labels, RouterLabels) and dict(labels.experts) == experts
    return wrong if is_labelled else [*wrong, "the router's labels miss an expert"]


def _who(labels: Any) -> str | None:
    return labels.expert if isinstance(labels, ExpertLabels) else None


OTHERS = {
    "threads": ("links", "save_links", "standing", "unread_since", "edits", "mark_edits_read"),
    "approvals": ("pending",),
    "reports": ("save",),
    "outbox": ("put",),
    "queue": ("done", "postpone"),
}
LOST = [(False, None), (True, None), (False, 0), (True, 0), (True, 3)]  # after its effect; who dies


async def broken(
    stores: Mapping[str, Sequence[str]], *, after: bool, dies: int | None
) -> list[str]:
    """Return what goes wrong where the answer of any one call of *stores* is lost."""
    wrong: list[str] = []
    for at in count(1):
        bench, doubt = bench_of_three(), Doubt(at, after=after, dies=dies)
        for store, methods in stores.items():
            doubt.before(getattr(bench, store), *methods)
        await answer(bench, doubt)
        if len(doubt.calls) < at:
            assert at > len(stores)
            return wrong
        wrong += [f"{doubt.calls[at - 1]}: {one}" for one in await complaints(bench)]
    raise AssertionError("it never ends")


@pytest.mark.parametrize(("after", "dies"), LOST)
async def test_an_entry_of_the_journal_may_or_may_not_be_written(after, dies):
    assert await broken({"journal": ("append",)}, after=after, dies=dies) == []


@pytest.mark.parametrize(("after", "dies"), LOST)
async def test_what_another_store_was_told_may_or_may_not_have_arrived(after, dies):
    assert await broken(OTHERS, after=after, dies=dies) == []
