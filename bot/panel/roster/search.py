"""Finding experts by what people type: parts of names, titles and purposes; or misspelt ones."""

from collections.abc import Iterable, Sequence

from bot.panel.model import Expert
from bot.panel.names import did_you_mean, nearest

_NOT_FOUND = 9


def hint(typed: str, experts: Iterable[Expert]) -> str:
    """Return a sentence, after a space, with the names nearest to a name or title; else nothing."""
    return did_you_mean(typed, (), spellings=_spellings(experts))


def alike(typed: str, experts: Iterable[Expert], *, most: int = 3, least: float) -> Sequence[str]:
    """Return the names of experts whose name or title is like what was *typed*, the best first."""
    return nearest(typed, (), spellings=_spellings(experts), most=most, least=least)


def _spellings(experts: Iterable[Expert]) -> dict[str, str]:
    return {spelling: one.name for one in experts for spelling in (one.title, one.name)}


def found(typed: str, experts: Iterable[Expert]) -> Sequence[Expert]:
    """Return the *experts* with each word *typed*: beginning a name, in one, or in the purpose."""
    words = typed.casefold().split()
    ranked = [(sum(ranks), one) for one in experts if (ranks := _ranks(words, one)) is not None]
    ranked.sort(key=lambda pair: (pair[0], pair[1].title.casefold(), pair[1].name))
    return [one for _, one in ranked]


def _ranks(words: Sequence[str], expert: Expert) -> Sequence[int] | None:
    ranks = [_rank(word, expert) for word in words]
    return None if _NOT_FOUND in ranks else ranks


def _rank(word: str, expert: Expert) -> int:
    names = (expert.name, expert.title.casefold())
    if any(name.startswith(word) for name in names):
        return 0
    if any(word in name for name in names):
        return 1
    return 2 if word in expert.purpose.casefold() else _NOT_FOUND
