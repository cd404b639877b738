"""Names that somebody typed or wrote, as the bot repeats them, and those that may be meant."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType

from bot.language import gettext, listing

_LONGEST = 100  # comparing longer ones would take long
_LIKENESS = 0.6  # of 1.0


def in_code(name: str, longest: int = _LONGEST) -> str:
    """Return *name* as the content of a code span, where no markup takes effect."""
    return " ".join(name.replace("`", "'").split())[:longest]


def nearest(
    name: str,
    known: Iterable[str],
    *,
    spellings: Mapping[str, str] = MappingProxyType({}),
    most: int = 3,
    least: float = _LIKENESS,
) -> Sequence[str]:
    """Return those of *known* most like *name*, the nearest first, whatever their case.

    Each of *spellings* stands for another name. They are alike to at *least* that share.
    """
    spelled = {spelling.casefold(): one for spelling, one in spellings.items()}
    spelled |= {one.casefold(): one for one in known}
    folded = name[:_LONGEST].casefold()
    if folded in spelled:
        return [spelled[folded]]
    matches = get_close_matches(folded, spelled, n=most * 2, cutoff=least)
    return list(dict.fromkeys(spelled[match] for match in matches))[:most]


def did_you_mean(
    name: str,
    known: Iterable[str],
    *,
    spellings: Mapping[str, str] = MappingProxyType({}),
    most: int = 3,
) -> str:
    """Return a sentence, after a space, with those of *known* nearest to *name*; else nothing."""
    matches = nearest(name, known, spellings=spellings, most=most)
    if not matches:
        return ""
    names = listing([f"`{match}`" for match in matches], "or")
    return " " + gettext("Did you mean {names}?", names=names)
