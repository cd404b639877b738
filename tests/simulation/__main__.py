"""Run simulated worlds by hand: ``python -m tests.simulation --seed 59 --kind kills --trace``."""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from rich.console import Console

from tests.simulation.domain.world import Outcome, run
from tests.simulation.kinds import KINDS

_console = Console(markup=False, highlight=False, soft_wrap=True)
_SHOWN = 12  # complaints of one world


def main() -> int:
    """Run what the command line says; returns 1 if anything was wrong."""
    args = _parser().parse_args()
    kinds = list(KINDS) if args.kind == "every" else [args.kind]
    first, _, last = args.seeds.partition("-") if args.seeds else (args.seed, "", "")
    seeds = range(int(first), int(last or first) + 1)
    return sum(_run_all(kind, seeds, args) for kind in kinds) and 1


def _run_all(name: str, seeds: range, args: argparse.Namespace) -> int:
    began, wrong, questions, cpu = time.perf_counter(), 0, 0, 0.0
    work = [(seed, name, args.questions, args.trace) for seed in seeds]
    if args.jobs > 1:
        with ProcessPoolExecutor(args.jobs) as pool:
            outcomes = list(pool.map(_run_one, work))
    else:
        outcomes = [*map(_run_one, work)]
    for seed, (outcome, seconds) in zip(seeds, outcomes, strict=True):
        questions, cpu = questions + outcome.questions, cpu + seconds
        wrong += bool(outcome.complaints)
        _show(name, seed, outcome, is_only=len(seeds) == 1)
    rate = questions / cpu if cpu else 0
    _console.print(
        f"{name}: {len(seeds)} seeds, {questions} questions, {wrong} seeds with violations; "
        f"{rate:.0f} questions a second of processor, {time.perf_counter() - began:.1f} s"
    )
    return wrong


def _run_one(work: tuple[int, str, int, bool]) -> tuple[Outcome, float]:
    seed, name, questions, trace = work
    began = time.process_time()
    outcome = run(seed, KINDS[name], questions, keep_trace=trace)
    return outcome, time.process_time() - began


def _show(name: str, seed: int, outcome: Outcome, *, is_only: bool) -> None:
    for line in outcome.trace:
        _console.print(line)
    if is_only or outcome.complaints:
        _console.print(
            f"{name} seed {seed}: {outcome.digest}, {outcome.questions} questions, "
            f"{outcome.calls} calls, {outcome.seconds:.0f} s of its time"
        )
    for complaint in outcome.complaints[:_SHOWN]:
        _console.print(f"  {complaint}")
    if len(outcome.complaints) > _SHOWN:
        _console.print(f"  and {len(outcome.complaints) - _SHOWN} more")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--kind", choices=[*KINDS, "every"], default="calm")
    parser.add_argument("--seed", default="1", help="one world")
    parser.add_argument("--seeds", help="several: 1-50")
    parser.add_argument("--questions", type=int, default=40, help="in each world")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--trace", action="store_true", help="print every call")
    return parser


if __name__ == "__main__":
    sys.exit(main())
