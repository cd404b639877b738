"""Days until one is wrong: ``python -m tests.simulation.mutants.days KIND LAST QUESTIONS``."""

import sys

from tests.simulation.domain.world import run
from tests.simulation.kinds import KINDS

CAUGHT = 3  # exit status


def main(kind: str, last: str, questions: str) -> int:
    """Run one day after the other, until something is wrong."""
    for seed in range(1, int(last) + 1):
        if complaints := run(seed, KINDS[kind], int(questions)).complaints:
            sys.stdout.write(f"seed {seed}: {complaints[0]}\n")
            return CAUGHT
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
