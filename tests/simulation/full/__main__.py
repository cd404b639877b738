"""Run the real assembly by hand: ``python -m tests.simulation.full --kind pauses --seeds 1-20``."""

import argparse
import logging
import sys
import time

from rich.console import Console

from tests.simulation.full.kinds import KINDS
from tests.simulation.full.world import Outcome, run
from tests.simulation.redis_server import redis_server

_console = Console(markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    """Run what the command line says; returns 1 if anything was wrong."""
    args = _parser().parse_args()
    logging.basicConfig(level=args.log)
    first, _, last = args.seeds.partition("-")
    wrong, questions, began = 0, 0, time.process_time()
    with redis_server() as server:
        for kind in KINDS if args.kind == "every" else [args.kind]:
            for seed in range(int(first), int(last or first) + 1):
                outcome = run(KINDS[kind], seed, args.turns, server, keep_trace=args.trace)
                _show(kind, seed, outcome)
                wrong += bool(outcome.complaints)
                questions += outcome.questions
    rate = questions / (time.process_time() - began)
    _console.print(
        f"{questions} questions, {wrong} seeds with violations; "
        f"{rate:.1f} questions a second of processor"
    )
    return wrong and 1


def _show(kind: str, seed: int, outcome: Outcome) -> None:
    for line in outcome.trace or ():
        _console.print(line)
    hurts = ", ".join(f"{what} {times} times" for what, times in outcome.hurts.items())
    _console.print(
        f"{kind} seed {seed}: {outcome.digest}, {outcome.questions} questions, "
        f"{outcome.seconds:.0f} s of its time; {hurts or 'nobody was hurt'}"
    )
    for complaint in outcome.complaints:
        _console.print(f"  {complaint}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.full", description=__doc__)
    parser.add_argument("--kind", choices=[*KINDS, "every"], default="calm")
    parser.add_argument("--seeds", default="1", help="one, or several: 1-50")
    parser.add_argument("--turns", type=int, default=20, help="to be answered in each run")
    parser.add_argument("--trace", action="store_true", help="print what goes over the network")
    parser.add_argument("--log", default="CRITICAL", help="the level of the log, as INFO")
    return parser


if __name__ == "__main__":
    sys.exit(main())
