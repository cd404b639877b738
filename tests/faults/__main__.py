"""The long form: ``python -m tests.faults [--turns N] [--seed N] [--scenario NAME] [--minutes N]``.

When the minutes are over, or after Ctrl-C, nobody asks any more, and the reckoning comes at once.
"""

import argparse
import asyncio
import math
import random
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.faults.running import Outcome, run
from tests.faults.scenarios import FEATURES_IN_USE, SCENARIOS, Scenario

_SHOWN = 20
_ALL = (*SCENARIOS, *FEATURES_IN_USE)
_FEATURES = "features"  # all of them


def main() -> int:
    """Run the scenarios and print what came of them."""
    options = _options()
    chosen = [one for one in _ALL if options.scenario in (None, one.name)]
    if options.scenario == _FEATURES:
        chosen = list(FEATURES_IN_USE)
    console = Console()
    console.print(f"seed {options.seed}, logs in {options.folder}")
    outcomes = []
    for one in chosen:
        told_to_end, outcome = _run(one, options, len(chosen), console)
        outcomes.append(outcome)
        if told_to_end:
            break
    console.print(_table(outcomes))
    for outcome in outcomes:
        for trap in outcome.unsprung:
            console.print(f"{outcome.scenario}: {trap}")
        for complaint in outcome.complaints[:_SHOWN]:
            console.print(f"{outcome.scenario}: {complaint}", markup=False, highlight=False)
        if len(outcome.complaints) > _SHOWN:
            console.print(f"{outcome.scenario}: … {len(outcome.complaints) - _SHOWN} more")
    return 1 if any(outcome.complaints for outcome in outcomes) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--turns", type=int, default=2_000, help="in all scenarios together")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))  # noqa: S311
    parser.add_argument("--scenario", choices=[*(one.name for one in _ALL), _FEATURES])
    parser.add_argument("--minutes", type=float, default=math.inf, help="for each scenario")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.mkdtemp(prefix="faults-")))
    return parser.parse_args()


def _run(
    scenario: Scenario, options: argparse.Namespace, count: int, console: Console
) -> tuple[bool, Outcome]:
    turns = max(1, options.turns // count)
    columns = (
        TextColumn("{task.description:14}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    folder = options.folder / scenario.name.replace(" ", "-")
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(scenario.name, total=turns)
        return asyncio.run(
            _run_until_enough(
                partial(run, scenario, turns, options.seed, folder),
                lambda done: progress.update(task, completed=done),
                options.minutes * 60,
            )
        )


async def _run_until_enough(
    run_it: Callable[..., Awaitable[Outcome]], told: Callable[[int], None], seconds: float
) -> tuple[bool, Outcome]:
    """Return also whether we were told to end."""
    loop, enough, signals = asyncio.get_running_loop(), asyncio.Event(), []

    def end(number: signal.Signals) -> None:
        signals.append(number)
        enough.set()
        loop.remove_signal_handler(number)  # the second one ends everything

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    if seconds < math.inf:
        loop.call_later(seconds, enough.set)
    outcome = await run_it(told=told, enough=enough)
    return bool(signals), outcome


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(
        "scenario", "turns", "messages", "seconds", "turns/s", "given up", "hurt", "wrong"
    )
    for one in outcomes:
        hurts = ", ".join(f"{number} {what}" for what, number in sorted(one.hurts.items()))
        numbers = (f"{one.turns:,}", f"{one.questions:,}", f"{one.seconds:.0f}")
        pace = f"{one.turns / one.seconds:.1f}"
        given_up, wrong = str(one.given_up), str(len(one.complaints))
        table.add_row(one.scenario, *numbers, pace, given_up, hurts, wrong)
    return table


if __name__ == "__main__":
    sys.exit(main())
