"""How many requests a turn makes of Slack and of OpenAI, by method."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.adapters.redis.connection.embedded import embedded_server
from bot.panel.model import Synthesis
from tests.benchmarks.crew import Stage, open_bot, open_stage, seat, until_idle
from tests.benchmarks.figures import Effort, Figure

NAME = "calls"
EXPERTS = 4


@dataclass(frozen=True, slots=True)
class Case:
    """A typical turn."""

    name: str
    text: str
    replies: int  # in the thread, when it is over
    follows: bool = False  # in the thread of the case before


CASES = (
    Case("a new thread, one expert", "what would you say, e0?", 1),
    Case("a new thread, four experts and a synthesis", "what do you all think?", 5),
    Case("a reply there, one expert", "and now you, e0?", 6, follows=True),
)


async def measure(effort: Effort) -> list[Figure]:
    """Count each case once: the numbers are the same every time."""
    figures, ts = [], None
    async with embedded_server() as redis_url, open_stage(effort.pace) as stage:
        environ = {**stage.environ, "REDIS_URL": redis_url}
        await seat(environ, stage.team, EXPERTS, Synthesis.AUTO)
        async with open_bot(stage, environ):
            await _counted(stage, environ, CASES[0], None)  # names are looked up once
            for case in CASES:
                ts, made = await _counted(stage, environ, case, ts if case.follows else None)
                figures += [_figure(case, api, counts) for api, counts in made.items()]
    return figures


def _figure(case: Case, api: str, counts: Counter[str]) -> Figure:
    methods = ", ".join(f"{method} {count}" for method, count in sorted(counts.items()))
    return Figure(NAME, f"{case.name}: {api}", counts.total(), "calls", against=methods)


async def _counted(
    stage: Stage, environ: Mapping[str, str], case: Case, ts: str | None
) -> tuple[str, dict[str, Counter[str]]]:
    """Return where the turn was, and what it called by API and method."""
    before = (await stage("calls"))["calls"]
    turn = await stage.turn(replies=case.replies, text=case.text, ts=ts)
    await until_idle(environ)
    names = {"slack": "Slack", "openai": "OpenAI"}
    after = (await stage("calls"))["calls"]
    made = {names[api]: Counter(after[api]) - Counter(before[api]) for api in after}
    return turn["ts"], made
