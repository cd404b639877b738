"""Whole turns on a real server whose answer gets lost: no model hears anything twice.

A server may write on when nobody listens any more, and be done at any moment: before the
conversation is looked at, between the look and the next request, or while that waits for the lock.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any

import pytest
from openai import AsyncOpenAI

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.responses.stateless import StatelessModel
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import connect
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.stores.conversation_store import RedisConversationStore
from bot.json_types import Json
from bot.panel.language_model.exchange import ToolAnswered, ToolCalled, UserSaid
from bot.panel.language_model.language_model import LanguageModel
from bot.playground.openai.conversations.store import Manners
from bot.playground.openai.server import OpenAIPlayground
from bot.playground.openai.stand_in.brain import (
    Call,
    Cut,
    ModelRequest,
    Reply,
    Step,
    Text,
    WaitFor,
    is_user,
)
from tests import openai_faults as faults
from tests.eventually import eventually
from tests.inspection.inspector import OpenAIInspector
from tests.panel.conftest import HURRY, THREAD, Bench
from tests.scripted_brain import ScriptedBrain

RESPOND = "POST /v1/responses"
LIST, APPEND = "GET /v1/conversations/*/items", "POST /v1/conversations/*/items"
DELAYS = RetryDelays(locked=(0.001, 0.002, 0.004, 0.01, 0.1, 1), busy=(0, 0))
PATIENT = replace(HURRY, retry_delays=(60,), longest_delay=60)
QUESTION = "May we, and at what cost?"


def closes(request: Json) -> bool:
    return any(item.get("type") == "function_call_output" for item in request["input"])


IS_TARGET: Mapping[str, Callable[[Json], bool]] = {
    "the choice": lambda body: bool(body.get("tools")) and not closes(body),
    "an expert": lambda body: "Read the law." in body["instructions"],
    "the end": closes,
}


IN_TIME = ("before the look", "after the look", "behind the lock")
ENDS: Mapping[tuple[str, str], Sequence[str]] = {
    **{(target, then): IN_TIME for target in IS_TARGET for then in ("retries", "is taken over")},
    ("the choice", "is stopped"): IN_TIME[:2],
    ("an expert", "is stopped"): IN_TIME[:2],
    ("the end", "is stopped"): (*IN_TIME[:2], "after all looks"),
}


@dataclass
class Case:
    """One answer that gets lost, and how it goes on."""

    target: str  # which answer
    lost: str  # when: "at once", "begun", "half way", "done"
    manners: Mapping[str, Any]  # of the server
    ends: str  # the response, if the server writes on
    then: str  # "retries", "is taken over", "is stopped"

    @property
    def goes_on(self) -> bool:
        return bool(self.manners.get("goes_on_alone", True))

    def __str__(self) -> str:
        manners = self.manners.get("unfinished_leaves", "")
        return "-".join(filter(None, (self.target, self.lost, manners, self.ends, self.then)))


def cases(target: str, then: str) -> Iterator[Case]:
    for lost in ("at once", "done"):
        yield Case(target, lost, {}, "", then)
    for lost, more in (("begun", "input"), ("half way", "finished items")):
        for left in ("nothing", more):
            manners = {"goes_on_alone": False, "unfinished_leaves": left}
            yield Case(target, lost, manners, "", then)
        for ends in ENDS[target, then]:
            yield Case(target, lost, {}, ends, then)
            if then == "is stopped":
                yield Case(target, lost, {"locks_items": True}, ends, then)


@dataclass
class World:
    """A server and a bench; the server's answer gets lost as *case* says."""

    case: Case
    server: OpenAIPlayground
    bench: Bench
    may_end: asyncio.Event = field(default_factory=asyncio.Event)  # what is written on
    has_ended: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False
    before: int = 0  # requests of other cases

    def __post_init__(self) -> None:
        """Arrange what is to go wrong, and when what goes on ends."""
        case, faulty, is_target = self.case, self.server.faults, IS_TARGET[self.case.target]
        self.server.brain = ScriptedBrain(self.reply)
        self.server.store.manners = Manners(**case.manners)
        self.server.conversations.clear()
        self.before = len(self.server.requests)
        how = {
            "at once": faults.reset(),
            "begun": faults.reset(before_end=True),
            "done": faults.reset(after_effect=True),
        }
        if case.lost in how:
            faulty.on(RESPOND, how[case.lost], when=is_target)
        late = faults.late(self.has_ended)
        match case.ends, case.then:
            case "before the look", _:
                faulty.on(LIST, late, when=lambda _: self.let_end())
            case "after the look", "is stopped":
                looks = count()
                faulty.on(
                    LIST, late, when=lambda _: self.lost and next(looks) > 0 and self.let_end()
                )
            case "after all looks", _:
                faulty.on(APPEND, late, when=lambda _: self.let_end())
            case "after the look", _:
                faulty.on(RESPOND, late, when=lambda b: is_target(b) and self.let_end())
            case "behind the lock", _:
                faulty.on(RESPOND, late, when=lambda b: is_target(b) and self.let_end() and False)

    def reply(self, request: ModelRequest) -> Reply:
        """Return what the router or an expert says; the first time, as the case says."""
        answered = [item for item in request.items if item["type"] == "function_call_output"]
        is_new = is_user(request.items[-1])
        steps: list[Step] = [Text("Yes."), Text("Of course.")]
        if request.tools and is_new and "cost" in request.last_user_text:
            brief = {"reason": "it matters", "brief": "Look at it."}
            steps = [Call(f"consult_{name}", brief) for name in ("legal", "finance")]
        body: Json = {"instructions": request.instructions, "tools": request.tools}
        body["input"] = [] if is_new else answered
        if self.lost or not IS_TARGET[self.case.target](body):
            return steps
        self.lost = True
        held: list[Step] = [WaitFor(self.may_end)] if self.case.ends else []
        if self.case.lost == "half way":
            return [steps[0], Cut(reset=True, stored=self.case.goes_on), *held, *steps[1:]]
        return [*held, *steps]

    def let_end(self) -> bool:
        """Let what is being written end now; returns whether anything is."""
        if self.lost and not self.may_end.is_set():
            self.may_end.set()
            self.ending = asyncio.create_task(self.end())
            return True
        return False

    async def end(self) -> None:
        conversations = self.server.conversations
        await eventually(lambda: not any(one.locked_by for one in conversations.values()))
        self.has_ended.set()

    async def run(self) -> None:
        """Ask, and go on as the case says."""
        bench, claim = self.bench, await self.bench.claim(QUESTION)
        if self.case.then == "retries":
            await bench.runner().run(claim)
            await bench.queue.done(claim)
            return
        bench.timeouts = PATIENT
        running = asyncio.create_task(bench.runner().run(claim))
        await eventually(self.is_lost)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        bench.timeouts = HURRY
        if self.case.then == "is taken over":
            await bench.resume(claim)
            return
        await bench.runner().stop(claim)
        await bench.queue.done(claim)

    def is_lost(self) -> bool:
        """Whether the answer that is to be lost is so by now."""
        is_target = IS_TARGET[self.case.target]
        asked = [
            one for one in self.server.requests[self.before :] if one.name == RESPOND and one.body
        ]
        return any(one.status is not None for one in asked if is_target(one.body))

    async def check(self) -> None:
        """Check that each question is there once, and each call with one output."""
        links = await self.bench.threads.links(THREAD)
        for conversation in filter(None, (links.router, *links.experts.values())):
            items = [item async for item in self.bench.model.items(conversation)]
            said = Counter(item.text for item in items if isinstance(item, UserSaid))
            calls = [item.call_id for item in items if isinstance(item, ToolCalled)]
            outputs = [item.call_id for item in items if isinstance(item, ToolAnswered)]
            assert [text for text, times in said.items() if times > 1] == [], self.case
            assert sum("May we" in text for text in said) <= 1, self.case
            assert sorted(calls) == sorted(outputs), self.case


@pytest.fixture(params=[ConversationsModel, StatelessModel])
def make_model(
    request: pytest.FixtureRequest, redis: Connection
) -> Callable[[AsyncOpenAI], LanguageModel]:
    if request.param is ConversationsModel:
        return partial(ConversationsModel, salt="salt", delays=DELAYS)
    return partial(StatelessModel, store=RedisConversationStore(redis), salt="", delays=DELAYS)


@pytest.mark.parametrize(("target", "then"), ENDS)
async def test_nothing_is_heard_twice(
    openai_inspector: OpenAIInspector,
    make_model: Callable[[AsyncOpenAI], LanguageModel],
    target: str,
    then: str,
) -> None:
    watched = openai_inspector.watch(OpenAIPlayground())
    async with watched as server, connect(server.api_key, server.base_url, silence=5) as client:
        model = make_model(client)
        for case in cases(target, then):
            if case.ends and isinstance(model, StatelessModel):
                continue  # what the server goes on to write is nobody's
            bench = Bench(model=model)  # type: ignore[arg-type]
            world = World(case, server, bench)
            await world.run()
            await world.check()
            assert len(bench.messenger.said) == len(set(bench.messenger.said)), case
            await bench.ask("What else?", "2.0")
            await world.check()
            assert world.may_end.is_set() == bool(case.ends), case
