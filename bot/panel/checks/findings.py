"""The findings of a check of the bot's services, each with its remedy."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is."""

    GOOD = "good"
    WARNING = "warning"  # works for now
    BAD = "bad"  # does not work


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    severity: Severity
    what: str
    remedy: str = ""


def good(what: str) -> Finding:
    """Return a finding that needs no action."""
    return Finding(Severity.GOOD, what)


def warning(what: str, remedy: str) -> Finding:
    """Return a finding that may become a problem."""
    return Finding(Severity.WARNING, what, remedy)


def bad(what: str, remedy: str) -> Finding:
    """Return a finding that keeps the bot from working."""
    return Finding(Severity.BAD, what, remedy)
