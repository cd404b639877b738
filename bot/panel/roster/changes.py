"""What somebody has changed in a panel."""

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
    """What somebody has changed, for the others to be told."""

    verb: Verb
    scope: Scope
    expert: Expert
    by: UserId
