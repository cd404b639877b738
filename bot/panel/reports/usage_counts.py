"""What questions took, counted by month from reports: for each expert, channel and person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.panel.model import Turn
from bot.panel.reports.turn_report import Stage, TurnReport
from bot.panel.usage import NO_USAGE, Usage

DIRECT = "direct"  # in place of the channel: that of direct messages would name a person


class Dimension(StrEnum):
    """By what usage is counted."""

    EXPERT = "expert"
    CHANNEL = "channel"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class UsageCount:
    """The questions of one name that went to one model, and the tokens that they took."""

    name: str | None  # an expert's (None: the router), or the id of a channel or person
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


def counts_of(
    turn: Turn, report: TurnReport, *, by_person: bool
) -> Mapping[Dimension, Sequence[UsageCount]]:
    """Return what *turn* adds in each dimension; to a channel and a person it is one question.

    It is a question of whoever wrote its first message, or pressed something there.
    """
    counts, channel = usage_counts(report), turn.thread.channel_id
    whose = {Dimension.CHANNEL: DIRECT if channel.startswith("D") else channel}
    if by_person:
        whose[Dimension.PERSON] = turn.messages[0].author
    named = {by: list(_asked_by(name, counts)) for by, name in whose.items() if name}
    return {Dimension.EXPERT: counts, **named}


def merged(counts: Iterable[UsageCount]) -> Iterator[UsageCount]:
    """Yield one count for each name and model."""
    sums: dict[tuple[str | None, str], UsageCount] = {}
    for count in counts:
        key = count.name, count.model
        sum_ = sums.get(key, UsageCount(*key))
        questions = sum_.questions + count.questions
        sums[key] = UsageCount(*key, questions=questions, usage=sum_.usage + count.usage)
    yield from sums.values()


def _asked_by(name: str, counts: Sequence[UsageCount]) -> Iterator[UsageCount]:
    return merged(replace(one, name=name, questions=int(n == 0)) for n, one in enumerate(counts))


def _count(name: str | None, stage: Stage, *, questions: int) -> UsageCount:
    return UsageCount(name, stage.model, questions, stage.usage)
