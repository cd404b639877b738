"""Tallies as fields of a hash: ``expert model what`` → how much."""

from collections.abc import Iterable, Iterator, Mapping

from bot.panel.model import ExpertName, Usage
from bot.panel.tally import Tally, together

_ROUTER = "-"  # stands where an expert's name would


def fields(tallies: Iterable[Tally]) -> Iterator[str | int]:
    """Yield each field and what is added to it, in turn; nothing where nothing is."""
    for one in tallies:
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


def tallies(hashes: Iterable[Mapping[str, str]]) -> list[Tally]:
    """Return what all *hashes* together have counted."""
    counted = (_tally(field, int(count)) for one in hashes for field, count in one.items())
    return list(together(counted))


def _tally(field: str, count: int) -> Tally:
    name, model, what = field.split(" ")
    expert = None if name == _ROUTER else ExpertName(name)
    if what == "questions":
        return Tally(expert, model, questions=count)
    return Tally(expert, model, usage=Usage(**{what: count}))
