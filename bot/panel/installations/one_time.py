"""What begins an installation: an invitation, and an attempt of one browser; each good once.

Both are known by a random text that only one person was given. Who reads the store learns neither,
for it has only digests.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol, TypeVar

from bot.panel.installations.installation import Installation

T = TypeVar("T")

TOKEN_BYTES = 32
ATTEMPT_FOR = 10 * 60.0  # seconds: as long as Slack's codes are good


@dataclass(frozen=True, slots=True)
class Invitation:
    """An operator's leave to install the app, in one place if that is named."""

    by: str
    until: float  # seconds since 1970
    team_id: str = ""
    enterprise_id: str = ""  # org-wide, or any workspace of the organisation

    def admits(self, installation: Installation) -> bool:
        """Whether it is good for the workspace or organisation of *installation*."""
        if self.team_id:
            return installation.team_id == self.team_id
        return not self.enterprise_id or installation.enterprise_id == self.enterprise_id


@dataclass(frozen=True, slots=True)
class Attempt:
    """An installation that somebody has begun."""

    browser: str  # a digest of what only that browser was given
    invitation: str = ""  # its name; empty: there was none


def name_of(token: str) -> str:
    """Return the name under which a store has what *token* is good for."""
    return blake2b(token.encode(), digest_size=32).hexdigest()


class OneTimeStore(Protocol[T]):
    """Values that are good once, by name. Every method may raise StoreUnavailable."""

    async def put(self, name: str, value: T, seconds: float) -> None:
        """Keep *value* for so long, unless there is one of that name already."""

    async def read(self, name: str) -> T | None:
        """Return the value, which stays."""

    async def take(self, name: str) -> T | None:
        """Return the value, and nobody else gets it."""
