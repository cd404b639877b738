"""How many requests a turn makes of Slack and of OpenAI, by method."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.adapters.redis.embedded import embedded_server
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
    replies: int  # of experts in the thread, when it is over
    follows: bool = False  # in the thread of the case before
    least: Mapping[str, int] = field(default_factory=dict)  # requests that show the same


CASES = (
    Case("a new thread, one expert", "what would you say, e0?", 1),
    Case("a new thread, four experts and a synthesis", "what do you all think?", 4),
    Case("a reply there, one expert", "and now you, e0?", 5, follows=True),
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
                for api, by_method in made.items():
                    figures += [
                        Figure(NAME, f"{case.name}: {api} {method}", count, "calls")
                        for method, count in sorted(by_method.items())
                    ]
    return figures


async def _counted(
    stage: Stage, environ: Mapping[str, str], case: Case, ts: str | None
) -> tuple[str, dict[str, Counter[str]]]:
    """Return where the turn was, and what it called by API and method."""
    before = await stage("calls")
    turn = await stage.turn(replies=case.replies, text=case.text, ts=ts)
    await until_idle(environ)
    after = await stage("calls")
    made = {api: Counter(after[api]) - Counter(before[api]) for api in after}
    return turn["ts"], made
