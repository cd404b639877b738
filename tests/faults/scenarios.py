"""What goes wrong: one function for each family of faults, each with a rig of its own shape."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from tests import openai_faults as faults
from tests import slack_faults as hazards
from tests.faults import steps
from tests.faults.features import FEATURES, NONE, TOGETHER, Feature
from tests.faults.fleet import again_and_again
from tests.faults.ledger import Allowances
from tests.faults.rig import Rig, Shape
from tests.faults.traps import Deed, Moment, Trap
from tests.faults.workload import Habits

Trouble = Callable[[Rig], AbstractAsyncContextManager[None]]

_RESPONSES, _CONVERSATIONS = "POST /v1/responses", "POST /v1/conversations"
_ITEMS, _LABELS = "POST /v1/conversations/*/items", "POST /v1/conversations/*"
_WRITES = ("chat.postMessage", "chat.update", "assistant.threads.setStatus")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A family of faults."""

    name: str
    trouble: Trouble
    shape: Shape = field(default_factory=Shape)
    habits: Habits = field(default_factory=Habits)
    allowed: Allowances = field(default_factory=Allowances)
    feature: Feature = NONE


_WORK = 2  # turns that are answered between two deeds
# In use, traps and chance both kill: more often, one turn in a hundred met more than five deaths.
_WORK_IN_USE = 5


def _while_working(
    rig: Rig, deed: Callable[[], Awaitable[None] | None], every: float, work: int = _WORK
) -> AbstractAsyncContextManager[None]:
    """Hurt processes again and again, but never so fast that no turn gets through."""
    return again_and_again(deed, rig.chance, every, rig.traps.answered, work)


@asynccontextmanager
async def calm(rig: Rig) -> AsyncIterator[None]:
    """Let everything go well: what the others are measured by."""
    yield


@asynccontextmanager
async def every_step(rig: Rig) -> AsyncIterator[None]:
    """Kill a worker right before and right after each kind of step."""
    names = (*steps.JOURNAL, *steps.QUEUE, *steps.LINKS, *steps.SLACK, *steps.MODEL)
    rig.traps.pause, rig.traps.work = 0.7, 2
    rig.traps.set(Trap(name, moment) for name in names for moment in Moment)
    yield


@asynccontextmanager
async def cut_steps(rig: Rig) -> AsyncIterator[None]:
    """Break the connection right before and right after each kind of step."""
    names = (*steps.JOURNAL, *steps.QUEUE, *steps.LINKS, *steps.SLACK, *steps.MODEL)
    rig.traps.set(Trap(name, moment, Deed.CUT) for name in names for moment in Moment)
    async with again_and_again(lambda: rig.chance.choice(rig.proxies).cut(), rig.chance, 1.0):
        yield


@asynccontextmanager
async def pauses(rig: Rig) -> AsyncIterator[None]:
    """Let workers stand still, at exact steps and at random, for longer than their lease."""
    names = (*steps.JOURNAL, "slack reply", "slack plan", "model router", "model expert")
    rig.traps.pause, rig.traps.work = 0.7, 2
    rig.traps.set(Trap(name, moment, Deed.PAUSE) for name in names for moment in Moment)

    def pause() -> None:
        rig.fleet.befall(rig.chance.choice(rig.fleet.workers[:-1]).name, Deed.PAUSE)

    async with _while_working(rig, pause, 6.0):
        yield


@asynccontextmanager
async def random_kills(rig: Rig) -> AsyncIterator[None]:
    """Kill processes at random moments, the receiving one too."""

    def kill() -> None:
        rig.chance.choice([*rig.fleet.workers, *rig.fleet.webs]).kill()

    async with _while_working(rig, kill, 2.0):
        yield


@asynccontextmanager
async def rolling_restarts(rig: Rig) -> AsyncIterator[None]:
    """Tell one process after the other to end, as a deployment does."""
    order = [*rig.fleet.workers, *rig.fleet.webs]

    def next_one() -> None:
        order.append(order.pop(0))
        order[-1].terminate()

    async with _while_working(rig, next_one, 3.0):
        yield


@asynccontextmanager
async def redis_restarts(rig: Rig) -> AsyncIterator[None]:
    """Kill Redis, and start it again with what it had written."""

    async def restart() -> None:
        await rig.restart_redis(rig.chance.uniform(0.1, 1.5))

    async with _while_working(rig, restart, 4.0):
        yield


@asynccontextmanager
async def slack_storm(rig: Rig) -> AsyncIterator[None]:
    """Let Slack refuse, fail and break off, before and after the effect."""
    kinds = (
        (hazards.rate_limited(1), 0.05),
        (hazards.rate_limited_in_body(), 0.05),
        (hazards.server_error(), 0.03),
        (hazards.server_error(after_effect=True), 0.05),
        (hazards.reset(), 0.03),
        (hazards.reset(after_effect=True), 0.05),
        (hazards.error("internal_error"), 0.02),
    )
    for method in _WRITES:
        for fault, share in kinds:
            rig.slack.hazards.rate(method, fault, share)
    rig.slack.hazards.rate("conversations.replies", hazards.rate_limited(1), 0.1)
    rig.slack.hazards.rate("conversations.replies", hazards.server_error(), 0.1)
    rig.slack.hazards.on("chat.postMessage", hazards.silence(after_effect=True), times=2)
    yield


@asynccontextmanager
async def model_storm(rig: Rig) -> AsyncIterator[None]:
    """Let the model refuse, fail and break off; what a broken response leaves changes, too."""
    for request in (_RESPONSES, _CONVERSATIONS, _ITEMS, _LABELS):
        rig.openai.faults.rate(request, faults.status(429, "rate_limit_exceeded"), 0.05)
        rig.openai.faults.rate(request, faults.status(500), 0.02)
        rig.openai.faults.rate(request, faults.reset(), 0.02)
        rig.openai.faults.rate(request, faults.reset(after_effect=True), 0.04)
        rig.openai.faults.rate(request, faults.status(503, after_effect=True), 0.02)
    for events in (1, 3, 6, 9):
        rig.openai.faults.rate(_RESPONSES, faults.cut(events), 0.01)
        rig.openai.faults.rate(_RESPONSES, faults.cut(events, clean=True), 0.01)
    leave = ("nothing", "input", "finished items")
    number = 0

    def change_manners() -> None:
        nonlocal number
        number += 1
        rig.openai.manners.unfinished_leaves = leave[number % 3]  # type: ignore[assignment]
        rig.openai.manners.goes_on_alone = number % 2 == 0

    async with again_and_again(change_manners, rig.chance, 1.0):
        yield


@asynccontextmanager
async def stalls(rig: Rig) -> AsyncIterator[None]:
    """Let experts fall silent for longer than they are waited for, and people be told so."""
    for _ in range(12):
        rig.openai.faults.on(_RESPONSES, faults.silence(), when=_is_of_an_expert)
        rig.openai.faults.on(_RESPONSES, faults.silence(after_effect=True), when=_is_of_an_expert)
    yield


def _is_of_an_expert(body: dict[str, object]) -> bool:
    return not body.get("tools")


@asynccontextmanager
async def deliveries(rig: Rig) -> AsyncIterator[None]:
    """Let events come twice, late and out of order, while the receiving process is restarted."""
    rig.slack.hazards.redelivered = 0.5
    rig.slack.hazards.extra_deliveries = 1
    rig.slack.hazards.jitter = 0.4
    rig.slack.hazards.mention_gap = 0.05

    def kill() -> None:
        rig.chance.choice(rig.fleet.webs).kill()

    async with _while_working(rig, kill, 4.0):
        yield
    rig.slack.hazards.jitter = 0.0


@asynccontextmanager
async def lost_events(rig: Rig) -> AsyncIterator[None]:
    """Kill the receiving process again and again, while Slack tries nothing twice."""
    rig.slack.deliverer.retry_after = ()

    def kill() -> None:
        rig.chance.choice(rig.fleet.webs).kill()

    async with _while_working(rig, kill, 4.0):
        yield


@asynccontextmanager
async def everything(rig: Rig) -> AsyncIterator[None]:
    """Let a little of all that happen at the same time."""
    for method in _WRITES:
        rig.slack.hazards.rate(method, hazards.rate_limited_in_body(), 0.02)
        rig.slack.hazards.rate(method, hazards.reset(after_effect=True), 0.02)
    for fault in (faults.reset(after_effect=True), faults.status(503), faults.cut(5)):
        rig.openai.faults.rate(_RESPONSES, fault, 0.01)
    rig.slack.hazards.redelivered = 0.3

    async def hurt() -> None:
        match rig.chance.randrange(5):
            case 0:
                await rig.restart_redis(0.3)
            case 1:
                rig.fleet.befall(rig.chance.choice(rig.fleet.workers).name, Deed.PAUSE)
            case 2:
                rig.chance.choice(rig.fleet.workers).terminate()
            case 3:
                rig.chance.choice(rig.proxies).cut()
            case _:
                rig.chance.choice([*rig.fleet.workers, *rig.fleet.webs]).kill()
        await asyncio.sleep(0)

    async with _while_working(rig, hurt, 3.0):
        yield


@asynccontextmanager
async def while_used(rig: Rig) -> AsyncIterator[None]:
    """Kill workers at each step of the feature, and hurt any process at random moments."""
    rig.traps.pause, rig.traps.work = 0.7, _WORK_IN_USE
    rig.traps.set(Trap(name, moment) for name in rig.feature.steps for moment in Moment)
    async with any_hurt(rig):
        yield


@asynccontextmanager
async def any_hurt(rig: Rig) -> AsyncIterator[None]:
    """Pause, cut off, kill processes at random moments, or tell them to end."""

    def hurt() -> None:
        match rig.chance.randrange(4):
            case 0:
                rig.fleet.befall(rig.chance.choice(rig.fleet.workers[:-1]).name, Deed.PAUSE)
            case 1:
                rig.chance.choice(rig.proxies).cut()
            case 2:
                rig.chance.choice([*rig.fleet.workers, *rig.fleet.webs]).terminate()
            case _:
                rig.chance.choice([*rig.fleet.workers, *rig.fleet.webs]).kill()

    async with _while_working(rig, hurt, 6.0, _WORK_IN_USE):
        yield


_SINGLE = Habits(hurry=0.0)

_FAILING = Allowances(failures=True)
_DISORDER = Allowances(disorder=True)
# A worker looks whether its lease holds right before it sends. Between the look and the wire, some
# millionths of a second, it can still be stopped; awake again, it sends what it had in its hands.
# Neither Slack nor the model's side compares tokens, so nobody can hinder that.
_ON_ITS_WAY = Allowances(doubled=1)
_WRONG_CLOCKS = (86_400.0, -86_400.0, 3_600.0)

SCENARIOS = (
    Scenario("calm", calm, Shape(over_http=True), _SINGLE),
    Scenario("every step", every_step),
    Scenario("cut steps", cut_steps, Shape(over_http=True)),
    Scenario("pauses", pauses, allowed=_ON_ITS_WAY),
    Scenario("random kills", random_kills, Shape(clocks=_WRONG_CLOCKS), allowed=_DISORDER),
    Scenario("rolling restarts", rolling_restarts, Shape(over_http=True), allowed=_DISORDER),
    Scenario("redis restarts", redis_restarts, allowed=_DISORDER),
    Scenario("slack storm", slack_storm),
    Scenario("model storm", model_storm),
    Scenario("stalls", stalls, Shape(expert_timeout=5), _SINGLE, _FAILING),
    Scenario("deliveries", deliveries, Shape(webs=2), allowed=_DISORDER),
    Scenario("lost events", lost_events, allowed=_DISORDER),
    Scenario("everything", everything, allowed=_DISORDER),
)
# So few at once that a killed worker takes few turns with it: each may meet five deaths, no more.
_FEW = Shape(concurrency=4)
_IN_A_HURRY = {"streams", "direct messages", "colleagues", "files"}
# Elsewhere nobody asks on before the answer: that would overtake a decision; and of the questions
# of one turn, a function that fails names none.


def in_use(feature: Feature) -> Scenario:
    """Return what happens while people use *feature*."""
    hurry = 0.35 if feature.name in _IN_A_HURRY else 0.0
    habits = Habits(at_once=10, hurry=hurry)
    return Scenario(feature.name, while_used, _FEW, habits, _DISORDER, feature)


FEATURES_IN_USE = (*map(in_use, FEATURES), in_use(TOGETHER))
# At each step would take some minutes.
BRIEFLY_IN_USE = Scenario(
    TOGETHER.name,
    any_hurt,
    Shape(workers=2, concurrency=4),
    Habits(at_once=3, longest=3, hurry=0.0),
    _DISORDER,
    TOGETHER,
)
