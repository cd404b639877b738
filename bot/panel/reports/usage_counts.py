"""The usage of experts and the router, counted by month from reports."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.panel.model import ExpertName
from bot.panel.reports.turn_report import Stage, TurnReport
from bot.panel.usage import NO_USAGE, Usage


@dataclass(frozen=True, slots=True)
class UsageCount:
    """The questions to one expert with one model, and the tokens that they took."""

    expert: ExpertName | None  # None: the router
    model: str
    questions: int = 0
    usage: Usage = NO_USAGE


def usage_counts(report: TurnReport) -> tuple[UsageCount, ...]:
    """Return what one turn adds; for the router it is one question, with however many requests."""
    stages = [stage for stage in (report.choosing, report.closing) if stage]
    router = [_count(None, stage, questions=int(n == 0)) for n, stage in enumerate(stages)]
    experts = [
        _count(part.expert, part.stage, questions=int(part.continues is None))
        for part in report.consultations
        if part.stage
    ]
    return tuple(merged([*router, *experts]))


def merged(counts: Iterable[UsageCount]) -> Iterator[UsageCount]:
    """Yield one count for each expert and model."""
    sums: dict[tuple[ExpertName | None, str], UsageCount] = {}
    for count in counts:
        key = count.expert, count.model
        sum_ = sums.get(key, UsageCount(*key))
        questions = sum_.questions + count.questions
        sums[key] = UsageCount(*key, questions=questions, usage=sum_.usage + count.usage)
    yield from sums.values()


def _count(expert: ExpertName | None, stage: Stage, *, questions: int) -> UsageCount:
    return UsageCount(expert, stage.model, questions, stage.usage)
