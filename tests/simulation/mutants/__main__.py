"""Plant bugs and see what catches them: ``python -m tests.simulation.mutants --jobs 2``."""

import argparse
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console

from tests.simulation.mutants.all_mutants import MUTANTS
from tests.simulation.mutants.mutant import Mutant
from tests.simulation.mutants.trial import Copy, Verdict

_console = Console(markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    """Judge the mutants that are named, or all; returns 1 if one is not as it should be."""
    args = _parser().parse_args()
    chosen = [one for one in MUTANTS if args.only is None or args.only in one.name]
    with tempfile.TemporaryDirectory(prefix="panelbot-mutants-") as folder:
        verdicts = judge(chosen, Path(folder), args.jobs)
    caught = sum(one.is_caught for one in verdicts)
    _console.print(f"{caught} of {len(verdicts)} are caught")
    return 0 if verdicts and all(one.is_fine for one in verdicts) else 1


def judge(mutants: list[Mutant], folder: Path, jobs: int) -> list[Verdict]:
    """Return what becomes of each, and print it at once; so many *jobs* at a time."""
    copies: SimpleQueue[Copy] = SimpleQueue()
    for number in range(jobs):
        copies.put(Copy(folder / str(number)))

    def judge_one(mutant: Mutant) -> Verdict:
        copy = copies.get()
        try:
            verdict = copy.judge(mutant)
        finally:
            copies.put(copy)
        _console.print(_line(verdict))
        return verdict

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(judge_one, mutants))


def _line(verdict: Verdict) -> str:
    mutant = verdict.mutant
    if verdict.is_caught:
        return f"caught    {mutant.name:46} by {mutant.caught_by}: {verdict.why}"
    why = verdict.why or mutant.survives or f"nothing wrong in {mutant.caught_by}"
    return f"SURVIVED  {mutant.name:46} {why}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants", description=__doc__)
    parser.add_argument("--only", help="those whose name contains this")
    parser.add_argument("--jobs", type=int, default=1, help="at a time")
    return parser


if __name__ == "__main__":
    sys.exit(main())
