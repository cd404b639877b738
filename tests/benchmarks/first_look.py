"""What routing takes, by the router alone or after a first look with decisions.

Measured: the requests that choose experts, what a model reads of them (a token for four characters
of the request), and the worker's processor time for the whole turn. Assumed: how long a model takes
for a request and for a token that it writes, and how much the router writes. Prices are those that
come with the bot; nothing is cached. The stand-in chooses rightly: that says nothing of a model.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.usage import Usage
from bot.settings.yaml_files.prices import prices
from tests.benchmarks import turn
from tests.benchmarks.crew import Stage, cpu
from tests.benchmarks.figures import Effort, Figure
from tests.benchmarks.large_panels import PURPOSE
from tests.benchmarks.world import GREETING

NAME = "first look"
SIZES = (10, 30, 100)
RESPONSES, DECISIONS = "responses", "decisions"
PER_REQUEST = 0.3  # seconds until a model writes, for decisions as well: assumed
PER_TOKEN = 0.01  # seconds for each token that it writes: assumed
WRITTEN = 60  # tokens of a call with its reason and brief, or of a greeting's answer: assumed
_CHARACTERS = 4  # of a token
_QUESTIONS = {  # who is wanted: the question, which calls nobody, and how many replies it has
    "one wanted": ("may we do that, as e0 knows?", 1),
    "two wanted": ("may we do that, as e0 and e1 know?", 2),
    "nobody wanted": (GREETING, 1),
}
_DECIDES = "POST /v1/decisions"


@dataclass(frozen=True, slots=True)
class Routing:
    """The requests that choose experts for one question, and how many calls come of them."""

    requests: Sequence[tuple[str, int]]  # the path, and the characters
    calls: int

    @property
    def read(self) -> int:
        """The tokens that models read."""
        return sum(length for _, length in self.requests) // _CHARACTERS

    @property
    def written(self) -> int:
        """The tokens that the router writes, where it is asked at all: decisions are free."""
        is_asked = any(name != _DECIDES for name, _ in self.requests)
        return WRITTEN * max(self.calls, 1) if is_asked else 0

    @property
    def seconds(self) -> float:
        """When the first expert is asked, or the greeting answered."""
        until_first = WRITTEN if self.written else 0  # calls are carried out as they come
        return PER_REQUEST * len(self.requests) + PER_TOKEN * until_first

    @property
    def cost(self) -> float:
        """The dollars for a thousand such questions."""
        models = ModelChoice()
        usage = Usage(input=self.read, output=self.written)
        return 1000 * float(prices("").cost(models.router, usage) or 0)


async def measure(effort: Effort) -> list[Figure]:
    """Compare both ways to route, for panels of each size."""
    return [figure for size in SIZES for figure in await _compared(size, effort)]


async def _compared(size: int, effort: Effort) -> list[Figure]:
    figures = []
    async with AsyncExitStack() as stack:
        alone, looking = [
            await stack.enter_async_context(
                turn.open_worker(size, {"PANELBOT_ROUTER": router}, PURPOSE)
            )
            for router in (RESPONSES, DECISIONS)
        ]
        for wanted, (text, replies) in _QUESTIONS.items():
            before, after = [await _routing(bot.stage, text, replies) for bot in (alone, looking)]
            figures += _figures(f"{size} experts, {wanted}", before, after)
        without, with_look = await turn.by_turns(_asking_one(alone), _asking_one(looking), effort)
    name = f"{size} experts, one wanted: processor of the worker, whole turn"
    return [*figures, Figure(NAME, name, with_look, "ms", without, RESPONSES)]


def _figures(what: str, before: Routing, after: Routing) -> list[Figure]:
    told = (
        ("requests to choose", len(after.requests), "", len(before.requests)),
        ("read to choose", after.read, "tokens", before.read),
        ("cost of 1,000", after.cost, "$", before.cost),
        ("until the first is asked, assumed", after.seconds, "s", before.seconds),
    )
    return [
        Figure(NAME, f"{what}: {name}", value, unit, reference, RESPONSES)
        for name, value, unit, reference in told
    ]


async def _routing(stage: Stage, text: str, replies: int) -> Routing:
    """Return what the second of two such questions takes: the first one warms up."""
    for _ in range(2):
        before = len((await stage("routing"))["requests"])
        await stage.turn(replies=replies, text=text)
    requests = (await stage("routing"))["requests"][before:]
    return Routing(requests, 0 if text == GREETING else replies)


def _asking_one(bot: turn.Bot) -> turn.Panel:
    async def ask_one(turns: int, at_once: int) -> None:
        text, replies = _QUESTIONS["one wanted"]
        await bot.stage("turns", count=turns, at_once=at_once, replies=replies, text=text)

    return ask_one, lambda: cpu(bot.worker)
