"""What a benchmark finds out: figures, each beside what it is compared with in the same run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """How much a figure should be at most, or at least; of its ratio, or of its value."""

    limit: float
    of_ratio: bool = True
    at_least: bool = False

    def met(self, found: float) -> bool:
        """Return whether *found* reaches the goal."""
        return found >= self.limit if self.at_least else found <= self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """One finding. *reference* is the same quantity of what *against* names."""

    benchmark: str
    name: str
    value: float
    unit: str
    reference: float | None = None
    against: str = ""
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the reference the value is."""
        return self.value / self.reference if self.reference else None

    @property
    def judged(self) -> float | None:
        """What the goal is about."""
        return self.ratio if self.goal and self.goal.of_ratio else self.value

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None or self.judged is None:
            return None
        return self.goal.met(self.judged)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much work goes into the figures."""

    rounds: int  # each contender's, by turns; the median counts
    sizes: tuple[int, ...]  # of the panel
    pace: float  # the model's latencies are multiplied by this
    events: int  # sent in each round
    seconds: float  # under steady load
    turns: int  # in each round
    stored: tuple[int, ...]  # threads in Redis
    queued: tuple[int, ...]  # turns
    lengths: tuple[int, ...]  # characters of texts


FULL = Effort(
    rounds=7,
    sizes=(1, 4, 16),
    pace=1.0,
    events=1000,
    seconds=5.0,
    turns=200,
    stored=(10, 1_000, 100_000),
    queued=(1_000, 10_000, 100_000),
    lengths=(20_000, 100_000, 1_000_000),
)
QUICK = Effort(
    rounds=3,
    sizes=(1, 4, 16),
    pace=1.0,
    events=400,
    seconds=3.0,
    turns=60,
    stored=(10, 1_000),
    queued=(1_000, 10_000),
    lengths=(20_000, 100_000),
)
SMALLEST = Effort(
    rounds=1,
    sizes=(1,),
    pace=0.01,
    events=10,
    seconds=0.2,
    turns=3,
    stored=(4,),
    queued=(4,),
    lengths=(1_000, 2_000),
)
