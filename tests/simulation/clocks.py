"""Until processes are given their clock and dice: the loop's, in place of the machine's."""

import types
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from bot.panel import loops, retries
from bot.panel.approvals import decisions
from bot.panel.intake import admission, lease
from bot.panel.journal import turn_record
from bot.panel.turn import answering, turn_context
from tests.fakes import turn_queue
from tests.simulation.loop import SimulatedLoop

EPOCH = 1_800_000_000.0  # seconds since 1970 at which the loop's clock began


@contextmanager
def clocks_of(loop: SimulatedLoop) -> Iterator[None]:
    """Let the bot's code read the time of *loop*, and throw its dice."""
    time = types.SimpleNamespace(time=lambda: EPOCH + loop.time(), monotonic=loop.time)
    places = (
        *((one, "monotonic", loop.time) for one in (lease, loops)),
        *(
            (one, "time", time)
            for one in (turn_record, decisions, admission, answering, turn_context, turn_queue)
        ),
        (retries, "random", loop.random),
    )
    with ExitStack() as stack:
        for module, name, replacement in places:
            stack.enter_context(patch.object(module, name, replacement))
        yield
