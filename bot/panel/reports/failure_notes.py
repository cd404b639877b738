"""What failed in a turn, for operators: kept outside of its journal, and longer than that.

A version that does not know of these notes reads the journal as ever.
"""

from dataclasses import dataclass

ROUTER = "router"  # in place of an expert's name


@dataclass(frozen=True, slots=True)
class FailureNote:
    """Who failed, and why. It has no content: see ``first_words``."""

    who: str
    reason: str
    at: int = 0  # milliseconds since 1970
    thread_ts: str = ""  # of the turn's thread
