"""What somebody has changed in a panel, for others to be told about it."""

from dataclasses import dataclass
from enum import StrEnum

from bot.panel.model import Expert, UserId
from bot.panel.roster.roster import Scope


class Verb(StrEnum):
    """What was done."""

    ADDED = "added"
    EDITED = "edited"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a panel, and who made it."""

    verb: Verb
    scope: Scope
    expert: Expert
    by: UserId
