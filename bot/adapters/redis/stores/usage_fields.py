"""Tallies as fields of a hash: ``expert model what`` → how much."""

from collections.abc import Iterable, Iterator, Mapping

from bot.panel.model import ExpertName, Usage
from bot.panel.reports.usage_counts import UsageCount, merged

_ROUTER = "-"  # stands where an expert's name would


def fields(usage_counts: Iterable[UsageCount]) -> Iterator[str | int]:
    """Yield each field and what is added to it, in turn; nothing where nothing is."""
    for one in usage_counts:
        usage = one.usage
        counts = {
            "questions": one.questions,
            "input": usage.input,
            "cached": usage.cached,
            "output": usage.output,
        }
        for what, count in counts.items():
            if count:
                yield from (f"{one.expert or _ROUTER} {one.model} {what}", count)


def usage_counts(hashes: Iterable[Mapping[str, str]]) -> list[UsageCount]:
    """Return what all *hashes* together have counted."""
    counts = ((*field.split(" "), count) for one in hashes for field, count in one.items())
    return list(merged(_tally(*count) for count in counts))


def _tally(name: str, model: str, what: str, count: str) -> UsageCount:
    expert = None if name == _ROUTER else ExpertName(name)
    match what:
        case "questions":
            return UsageCount(expert, model, questions=int(count))
        case "input" | "cached" | "output":
            return UsageCount(expert, model, usage=Usage(**{what: int(count)}))
        case _:  # what a newer version counts
            return UsageCount(expert, model)
