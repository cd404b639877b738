"""Asking the services themselves what they do, where nobody has written it down."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.panel.errors import PanelError

LONGEST = 180.0  # seconds for one check, unless it says otherwise


@dataclass(frozen=True, slots=True)
class Check:
    """One question to a service, and how to find out."""

    name: str
    question: str
    assumed: str  # what the bot counts on, or bears
    observe: Callable[[], Awaitable[str]]  # returns what was seen, in a sentence
    longest: float = LONGEST


@dataclass(frozen=True, slots=True)
class Observation:
    """What came of a check: something was seen, or it could not run."""

    check: Check
    seen: str = ""
    problem: str = ""
    seconds: float = 0.0


async def observe(checks: Sequence[Check]) -> AsyncIterator[Observation]:
    """Yield what each check sees, one after the other; what fails does not stop the others."""
    for check in checks:
        began = time.monotonic()
        try:
            async with asyncio.timeout(check.longest):
                seen, problem = await check.observe(), ""
        except TimeoutError:
            seen, problem = "", f"It took longer than {check.longest:.0f} s."
        except PanelError as error:
            seen, problem = "", str(error)
        except Exception as error:  # noqa: BLE001 - what a service makes fail is worth a line
            seen, problem = "", f"It broke off: {type(error).__name__}."
        yield Observation(check, seen, problem, time.monotonic() - began)
