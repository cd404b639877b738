"""Simulate days of the bot: one from a seed, or very many.

The panel's own code with stores in memory, on a real Redis, or in full: the real processes with
all their adapters, hurt as the families of faults hurt them.

python -m tests.simulation --kind kills --seed 59 --trace    one day, call by call
python -m tests.simulation --kind kills --seed 59 --shrink   what of it a violation needs
python -m tests.simulation --questions 1000000 --jobs 2      days of every kind, until then
python -m tests.simulation --questions 10000 --redis         the same on a real Redis
python -m tests.simulation --questions 1000 --full           the same with the real processes
"""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from math import inf
from shlex import quote

from rich.console import Console

from tests.simulation.days import IN_FULL, Day, full_kinds, simulate
from tests.simulation.domain.world import Outcome, run
from tests.simulation.excerpt import Excerpt
from tests.simulation.kinds import IN_FAKES, IN_REDIS, KINDS
from tests.simulation.many import Result, Tally, run_many
from tests.simulation.regressions import Pinned, written
from tests.simulation.shrinking import Shrinker

_console = Console(markup=False, highlight=False, soft_wrap=True)
_SHOWN = 12  # complaints of one day
_TOLD_EVERY = 10.0  # seconds


def main() -> int:
    """Run what the command line says; returns 1 if anything was wrong."""
    parser = _parser()
    args = parser.parse_args()
    kinds = _kinds(args)
    if not kinds:
        parser.error(f"argument --kind: there is no {args.kind!r}")
    if args.questions or args.seeds or args.seconds:
        return _run_many(args, kinds)
    kind = kinds[0]
    if not args.shrink:
        return _run_one(Day(kind, args.seed, args.size), trace=args.trace)
    if kind not in KINDS:
        parser.error("argument --shrink: not in full")
    return _shrink(kind, args.seed, args.size, args.throws)


def _kinds(args: argparse.Namespace) -> Sequence[str]:
    if args.full or args.kind.endswith(IN_FULL):
        known = full_kinds()
    else:
        known = IN_REDIS if args.redis or args.kind in IN_REDIS else IN_FAKES
    called = [f"{args.kind}{where}" for where in ("", " in Redis", IN_FULL)]
    if args.kind == "every":
        return known
    return [one for one in called if one in known]


def _run_one(day: Day, *, trace: bool) -> int:
    outcome = simulate(day, keep_trace=trace)
    for line in outcome.trace:
        _console.print(line)
    _console.print(f"{day.kind} seed {day.seed}: {outcome}")
    _show(outcome.complaints)
    return int(bool(outcome.complaints))


def _run_many(args: argparse.Namespace, kinds: Sequence[str]) -> int:
    seeds = args.seeds or count(args.seed)
    days = (Day(kind, seed, args.size) for seed in seeds for kind in kinds)
    questions, seconds = args.questions or sys.maxsize, args.seconds or inf
    tally = run_many(days, questions, args.jobs, _Progress(), seconds)
    _console.print(f"{tally}")
    for result in tally.wrong:
        _console.print(f"python -m tests.simulation {_options(result.day)}")
    return int(bool(tally.wrong))


class _Progress:
    """Tells every now and then how far it is, and at once what is wrong."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def __call__(self, tally: Tally, result: Result) -> None:
        if result.complaints:
            _console.print(_options(result.day))
            _show(result.complaints)
        if result.complaints or time.monotonic() - self._told > _TOLD_EVERY:
            self._told = time.monotonic()
            _console.print(f"{tally}")


def _options(day: Day) -> str:
    return f"--kind {quote(day.kind)} --seed {day.seed} --size {day.questions}"


def _shrink(kind: str, seed: int, size: int, throws: int) -> int:
    def attempt(excerpt: Excerpt) -> Outcome:
        return run(seed, KINDS[kind], size, excerpt)

    shrinker: Shrinker[Outcome] = Shrinker(attempt, _console.print, throws)
    with suppress(KeyboardInterrupt):
        shrinker.shrink()
    if (smallest := shrinker.smallest) is None:
        _console.print("Nothing is wrong there.")
        return 0
    _show([*smallest.misfortunes, *smallest.complaints])
    for line in written(Pinned(kind, seed, size, smallest.excerpt, smallest.complaints[0])):
        _console.print(line)
    return 1


def _show(complaints: Sequence[str]) -> None:
    for complaint in complaints[:_SHOWN]:
        _console.print(f"  {complaint}")
    if len(complaints) > _SHOWN:
        _console.print(f"  and {len(complaints) - _SHOWN} more")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--kind", default="every", help=", ".join(("every", *IN_FAKES)))
    parser.add_argument("--redis", action="store_true", help="the real scripts on a real Redis")
    parser.add_argument("--full", action="store_true", help="the real processes and adapters")
    parser.add_argument("--seed", type=int, default=1, help="of one day, or of the first of many")
    parser.add_argument("--size", type=_positive, default=40, help="questions in a day")
    parser.add_argument("--trace", action="store_true", help="print every call")
    parser.add_argument("--shrink", action="store_true", help="drop what a violation does not need")
    parser.add_argument("--throws", type=_positive, default=8, help="for each attempt to shrink")
    parser.add_argument("--seeds", type=_seeds, help="many days: 1-50")
    parser.add_argument("--questions", type=_positive, help="many days: until so many were asked")
    parser.add_argument("--seconds", type=_positive, help="many days: until so many have passed")
    parser.add_argument("--jobs", type=_positive, default=2, help="processes for many days")
    return parser


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{number} is too few")
    return number


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    if not (seeds := range(int(first), int(last or first) + 1)):
        raise argparse.ArgumentTypeError(f"{text} has no seed in it")
    return seeds


if __name__ == "__main__":
    sys.exit(main())
