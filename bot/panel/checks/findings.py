"""What an examination of the bot's surroundings finds, each with its remedy."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is."""

    GOOD = "good"
    WARNING = "warning"  # works today
    BAD = "bad"  # does not work


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    verdict: Verdict
    what: str
    remedy: str = ""


def good(what: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(Verdict.GOOD, what)


def warning(what: str, remedy: str) -> Finding:
    """Return a finding that will hurt one day."""
    return Finding(Verdict.WARNING, what, remedy)


def bad(what: str, remedy: str) -> Finding:
    """Return a finding that keeps the bot from working."""
    return Finding(Verdict.BAD, what, remedy)
