"""Names that somebody typed or wrote, as the bot repeats them."""

from collections.abc import Sequence
from difflib import get_close_matches

from bot.language import gettext, listing


def in_code(name: str, longest: int = 100) -> str:
    """Return *name* as the content of a code span, where no markup takes effect."""
    return " ".join(name.replace("`", "'").split())[:longest]


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return a sentence, after a space, with those of *known* closest to *name*; else nothing."""
    matches = get_close_matches(name.casefold(), known, n=3, cutoff=0.6)
    if not matches:
        return ""
    names = listing([f"`{match}`" for match in matches], "or")
    return " " + gettext("Did you mean {names}?", names=names)
