"""What a panel costs people: against Slack's own sample, one call of the model and one post.

The panel asks a router first and then its experts, so with the same model it is slower by the
router's time at least; what more there is, is ours.
"""

from contextlib import AsyncExitStack
from statistics import median

from bot.adapters.redis.connection.embedded import embedded_server
from bot.panel.model import Synthesis
from tests.benchmarks.crew import Stage, open_bot, open_stage, python, seat
from tests.benchmarks.figures import Effort, Figure

NAME = "sample"
AGAINST = "Slack's sample"


async def measure(effort: Effort) -> list[Figure]:
    """Compare a panel of one and a panel of four with the sample."""
    figures = []
    for size in effort.sizes[:2]:
        async with AsyncExitStack() as opened:
            redis_url = await opened.enter_async_context(embedded_server())
            panel, sample = [
                await opened.enter_async_context(open_stage(effort.pace)) for _ in range(2)
            ]
            environ = {**panel.environ, "REDIS_URL": redis_url}
            await seat(environ, panel.team, size, Synthesis.AUTO)
            await opened.enter_async_context(open_bot(panel, environ))
            await opened.enter_async_context(
                python("tests.benchmarks.sample_bot", environ=sample.environ)
            )
            await sample("connected")
            figures += await _compare(panel, sample, size, effort.rounds)
    return figures


async def _compare(panel: Stage, sample: Stage, size: int, rounds: int) -> list[Figure]:
    replies = size + (size > 1)  # several are summed up
    ours, theirs = [], []
    for place in range(rounds + 1):
        theirs.append(await sample.turn(replies=1, place=place))
        ours.append(await panel.turn(replies=replies, place=place))
    who = f"{size} expert{'s and a synthesis' * (size > 1)}"
    return [
        Figure(NAME, f"{what}, {who}", _median(ours, key), "s", _median(theirs, key), AGAINST)
        for what, key in (("first sign", "sign"), ("first reply", "first"), ("last reply", "last"))
    ]


def _median(turns: list[dict[str, float]], key: str) -> float:
    return median(turn[key] for turn in turns[1:])  # both warm up once
