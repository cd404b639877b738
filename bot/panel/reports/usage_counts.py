"""What experts were asked, and what that took: counted by month from the reports of turns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.panel.model import NO_USAGE, ExpertName, Usage
from bot.panel.reports.turn_report import Stage, TurnReport


@dataclass(frozen=True, slots=True)
class UsageCount:
    """One expert's work with one model."""

    expert: ExpertName | None  # None: the router
    model: str
    questions: int = 0
    usage: Usage = NO_USAGE


def usage_counts(report: TurnReport) -> tuple[UsageCount, ...]:
    """Return what one turn adds; the router has one question, however often it was asked."""
    router = [stage for stage in (report.choosing, report.closing) if stage]
    first = [_tally(None, stage, questions=int(n == 0)) for n, stage in enumerate(router)]
    experts = [
        _tally(one.expert, one.stage, questions=int(one.continues is None))
        for one in report.consultations
        if one.stage
    ]
    return tuple(merged([*first, *experts]))


def merged(counted: Iterable[UsageCount]) -> Iterator[UsageCount]:
    """Yield one tally for each expert and model."""
    sums: dict[tuple[ExpertName | None, str], UsageCount] = {}
    for one in counted:
        key = one.expert, one.model
        so_far = sums.get(key, UsageCount(*key))
        questions = so_far.questions + one.questions
        sums[key] = UsageCount(*key, questions=questions, usage=so_far.usage + one.usage)
    yield from sums.values()


def _tally(expert: ExpertName | None, stage: Stage, *, questions: int = 1) -> UsageCount:
    return UsageCount(expert, stage.model, questions, stage.usage)
