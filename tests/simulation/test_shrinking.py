"""A day is shrunk to what its violation needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from tests.simulation.excerpt import Excerpt
from tests.simulation.net import Fault
from tests.simulation.regressions import Pinned, written
from tests.simulation.shrinking import Shrinker

DAY = Excerpt(
    threads=dict.fromkeys(range(8), (0, 1, 2)),
    misfortunes=tuple(range(9)),
    faults={f"worker-1 store.append {number}": Fault.AFTER for number in range(30)},
)
GUILTY = "worker-1 store.append 17"


@dataclass
class Ran:
    excerpt: Excerpt
    complaints: Sequence[str]


def run(excerpt: Excerpt) -> Ran:
    """Go wrong where a question, a misfortune and a fault come together, and the dice fall so."""
    day = DAY if excerpt.threads is None else excerpt
    guilty = (
        day.asks(5, 1) and day.strikes(4) and GUILTY in (day.faults or ()) and day.dice in (0, 2)
    )
    return Ran(day, ["T1/C1/3.0: Q17 is answered twice"] if guilty else [])


def shrunk(
    run: Callable[[Excerpt], Ran], told: Callable[[str], None] = lambda _: None
) -> Ran | None:
    shrinker = Shrinker(run, told)
    shrinker.shrink()
    return shrinker.smallest


def test_what_a_violation_does_not_need_is_dropped():
    steps = list[str]()

    smallest = shrunk(run, steps.append)

    assert smallest
    assert smallest.excerpt == Excerpt({5: (1,)}, (4,), {GUILTY: Fault.AFTER})
    assert steps[-1] == "threads: 1, questions: 1, misfortunes: 1, faults: 1"


def test_other_dice_may_bring_a_violation_back():
    def run_smaller(excerpt: Excerpt) -> Ran:
        ran = run(excerpt)
        is_whole = ran.excerpt.threads == DAY.threads
        return ran if is_whole or excerpt.dice == 2 else Ran(ran.excerpt, [])

    smallest = shrunk(run_smaller)

    assert smallest
    assert smallest.excerpt == Excerpt({5: (1,)}, (4,), {GUILTY: Fault.AFTER}, dice=2)


def test_another_violation_does_not_count():
    def run_badly(excerpt: Excerpt) -> Ran:
        ran = run(excerpt)
        return ran if ran.complaints else Ran(ran.excerpt, ["T1/C1/3.0: nothing is answered"])

    smallest = shrunk(run_badly)

    assert smallest
    assert smallest.complaints == ["T1/C1/3.0: Q17 is answered twice"]


def test_nothing_is_shrunk_where_nothing_is_wrong():
    assert shrunk(lambda day: Ran(day, [])) is None


@pytest.mark.parametrize("faults", [{}, {GUILTY: Fault.CUT}])
def test_what_is_left_can_be_kept_as_it_is_printed(faults: dict[str, Fault]):
    day = replace(DAY, faults=faults, dice=3)
    pinned = Pinned("kills", 59, 40, day, 'it\'s "wrong"')

    names = {"Pinned": Pinned, "Excerpt": Excerpt, "Fault": Fault}
    (copy,) = eval(f"({''.join(written(pinned))})", names)  # noqa: S307 - what we have just written

    assert copy == pinned
