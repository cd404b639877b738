"""Turns of a panel of three that a misfortune befalls at any call, and what is wrong then."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from bot.panel.errors import StoreUnavailable
from bot.panel.language_model.exchange import Prompt, UserSaid
from bot.panel.links import ExpertLabels, RouterLabels
from bot.panel.messaging.messenger import TaskState
from bot.panel.messaging.transcript import NamedRouters
from bot.panel.model import Expert, ExpertName, Message, MessageTs, ThreadRef, UserId
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.turn.workers.turn_worker import TurnWorker
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


def bench_of_three(*, streaming: bool = True) -> Bench:
    """Return a bench whose legal expert asks a colleague, and where replies grow if *streaming*."""
    finance, legal = EXPERTS
    asking = replace(legal, consults=(TAX.name,))
    bench = Bench(timeouts=LIVE, experts=(finance, asking, TAX))
    bench.messenger.private = streaming

    async def routers_of(_thread: ThreadRef) -> NamedRouters:
        posts = [post for _, ts, post in bench.messenger.posts if ts not in bench.messenger.open]
        return NamedRouters(next((post.router for post in reversed(posts) if post.router), None))

    bench.transcript.routers_of = routers_of  # type: ignore[method-assign,assignment]

    def reply(prompt: Prompt) -> Reply:
        who = _who(bench.model.conversations[prompt.conversation].labels)
        if who is None and prompt.may_call:
            return [consult("legal"), consult("finance")]
        if who == "legal" and prompt.may_call:
            return [consult("tax")]
        words = [f"{word} " for word in ANSWERS[who].split()]
        return written(*words) if streaming else "".join(words)

    bench.model.reply = reply
    return bench


class Misfortune:
    """Stands before methods: something befalls their n-th call.

    Its answer is lost; or something else happens *instead*, before it. The worker *dies* so many
    calls later, if ever. The call that is cut off takes effect, and *after* that it is; or not.
    """

    def __init__(
        self,
        at: int,
        *,
        after: bool = False,
        dies: int | None = None,
        instead: Callable[[], None] | None = None,
    ) -> None:
        self.dies = dies
        self._instead = instead
        self.calls: list[str] = []
        self.dead = asyncio.Event()
        self._at: int | None = at
        self._after = after

    def is_over(self) -> None:
        """Let everything take its course from now on."""
        self._at = None

    def before(self, store: object, *methods: str) -> None:
        """Stand before *methods* of *store*."""
        for method in methods:
            setattr(store, method, partial(self._call, getattr(store, method)))

    async def comes_over(self, deed: Coroutine[Any, Any, object]) -> bool:
        """Let a process do its *deed*, or die; returns whether it was done, and its answer came."""
        doing, dying = asyncio.create_task(deed), asyncio.create_task(self.dead.wait())
        await asyncio.wait([doing, dying], return_when=asyncio.FIRST_COMPLETED)
        for task in (doing, dying):
            task.cancel()
        outcome, _ = await asyncio.gather(doing, dying, return_exceptions=True)
        self.dead.clear()
        is_done = not isinstance(outcome, BaseException)
        self.dies = self.dies if is_done else None  # it comes once
        return is_done

    async def _call(self, method: Callable[..., Awaitable[Any]], *args: Any, **options: Any) -> Any:
        if self.dead.is_set():
            await asyncio.Event().wait()
        if self._at is None:
            return await method(*args, **options)
        self.calls.append(f"{method.__name__} {args[-1] if args else ''}")
        late = len(self.calls) - self._at
        if late == 0 and self._instead:
            self._instead()
        is_cut = late == 0 and (self._instead is None or self.dies == 0)
        result = None if is_cut and not self._after else await method(*args, **options)
        if late == self.dies:
            self.dead.set()
            await asyncio.Event().wait()
        if is_cut:
            raise StoreUnavailable("the answer is lost")
        return result


async def answer(
    bench: Bench, misfortune: Misfortune, ts: str = "1.0", text: str = "May we?"
) -> None:
    """Run a whole turn; where its worker dies, another one goes on."""
    await bench.queue.put(THREAD, Message(MessageTs(ts), UserId("UMEMBER"), text, mentioned=True))
    await work(bench, misfortune)


async def work(bench: Bench, misfortune: Misfortune) -> None:
    """Run all turns; where the worker of the first dies, another one goes on."""
    if misfortune.dies is not None and not await bench.idle():
        claim = await bench.queue.claim()

        async def attempt() -> None:
            await bench.runner().run(claim)
            await bench.queue.done(claim)

        await misfortune.comes_over(attempt())
        bench.lose()
    worker = TurnWorker(bench.queue, bench.runner(), timeouts=bench.timeouts)
    working = asyncio.create_task(worker.run())
    async with asyncio.timeout(60):
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


async def wrong_links(bench: Bench, questions: int = 1) -> list[str]:
    """Return what is wrong with the conversations, but for those that nobody wrote in."""
    used = {id_: one for id_, one in bench.model.conversations.items() if one.items}
    paths = {id_: _who(one.labels) for id_, one in used.items()}
    wrong = [f"{n} conversations of {who}" for who, n in Counter(paths.values()).items() if n > 1]
    for id_, one in used.items():
        asked = [item.text for item in one.items if isinstance(item, UserSaid)]
        wrong += [f"{paths[id_]} was asked {len(asked)} times"] if len(asked) != questions else []
    links = await LinkRecovery(bench.threads, bench.model, bench.transcript).find(THREAD)
    experts = {who: id_ for id_, who in paths.items() if who}
    wrong += [] if dict(links.experts) == experts else ["experts are not linked"]
    (router, *_) = [id_ for id_, who in paths.items() if who is None]
    wrong += [] if links.router == router else ["the router is not linked"]
    labels = used[router].labels
    is_labelled = isinstance(labels, RouterLabels) and dict(labels.experts) == experts
    return wrong if is_labelled else [*wrong, "the router's labels miss an expert"]


def _who(labels: Any) -> str | None:
    return labels.expert if isinstance(labels, ExpertLabels) else None
