"""Finding out how services behave where it is not documented."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot import runtime
from bot.panel.errors import PanelError

TIMEOUT = 180.0  # seconds for one check, unless it says otherwise


@dataclass(frozen=True, slots=True)
class Check:
    """A question about a service, and how to find the answer."""

    name: str
    question: str
    assumed: str  # what the bot relies on, or copes with
    observe: Callable[[], Awaitable[str]]  # returns what was seen, in a sentence
    timeout: float = TIMEOUT


@dataclass(frozen=True, slots=True)
class Observation:
    """The outcome of a check: what was seen, or why it could not run."""

    check: Check
    seen: str = ""
    problem: str = ""
    seconds: float = 0.0


async def observe(checks: Sequence[Check]) -> AsyncIterator[Observation]:
    """Run *checks* one after another and yield their outcomes, even if some fail."""
    for check in checks:
        began = runtime.monotonic()
        try:
            async with asyncio.timeout(check.timeout):
                seen, problem = await check.observe(), ""
        except TimeoutError:
            seen, problem = "", f"It took longer than {check.timeout:.0f} s."
        except PanelError as error:
            seen, problem = "", str(error)
        except Exception as error:  # noqa: BLE001 - a service may cause any error
            seen, problem = "", f"It failed: {type(error).__name__}."
        yield Observation(check, seen, problem, runtime.monotonic() - began)
