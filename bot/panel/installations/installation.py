"""An installation: one workspace, or one Enterprise organisation, that has let the app in.

Its key is the organisation for an org-wide installation and the workspace for any other: several
workspaces of one organisation may each have an installation, and a token, of their own.
"""

import re
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from bot.panel.errors import PanelError, Refused

_ID = re.compile(r"(?=\D*\d)[TE][A-Z0-9]+")
REFRESH_LEASE = 40.0  # seconds: for two requests to Slack, and to store what it answers


class NotInstalled(PanelError):
    """Nobody has installed the app in a workspace, or it was removed there."""


class NoEncryptionKey(Refused):
    """Tokens of several installations are not stored in the clear; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "The app is installed somewhere already, and without a key the tokens of several "
            "installations are not kept. Set PANELBOT_ENCRYPTION_KEYS to what `panelbot keys new` "
            "prints, restart all processes, run `panelbot keys rotate`, and install the app again."
        )


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation, with what Slack has granted. Times are seconds since 1970."""

    app_id: str
    team_id: str  # empty: the whole organisation
    enterprise_id: str  # empty: the workspace belongs to no organisation
    bot_id: str
    bot_user_id: str
    token: str = field(repr=False)
    scopes: frozenset[str] = frozenset()  # empty: unknown
    url: str = ""
    name: str = ""  # of the workspace or organisation, for people to read
    installer: str = ""  # the person's id
    installed_at: float = 0
    generation: int = 0  # rises with each installation under the same key; the store counts
    refresh_token: str = field(default="", repr=False)  # empty: the token lasts
    expires_at: float = 0  # 0: never
    renewals: int = 0  # of its token in this generation; the store counts
    needs_reinstall: bool = False  # Slack gives no other token for its refresh token

    @property
    def is_org_wide(self) -> bool:
        """Whether it is the installation of a whole organisation."""
        return not self.team_id

    @property
    def key(self) -> str:
        """What the installation is stored under: ``E…`` if it is org-wide, else ``T…``."""
        return self.team_id or self.enterprise_id


class InstallationStore(Protocol):
    """All installations of one app: lasting. Every method may raise StoreUnavailable.

    A token that cannot be decrypted raises what the store raises for what it cannot read: an
    unknown workspace and a store in trouble are different things.
    """

    async def save(self, installation: Installation) -> Installation:
        """Store *installation* in place of any of the same key; return it with its generation.

        Raises NoEncryptionKey if it is the second, and its tokens would be stored in the clear.
        """

    async def find(self, key: str) -> Installation | None:
        """Return the installation of that key."""

    async def for_team(self, team_id: str) -> Installation | None:
        """Return whose token may act in a workspace: its own, else its organisation's.

        The organisation's counts if ``note_teams`` has said that it has the workspace.
        """

    async def note_teams(
        self, enterprise_id: str, team_ids: frozenset[str], *, at: float = 0
    ) -> None:
        """Note that the org-wide installation of *enterprise_id* may act in *team_ids*.

        *at* is when Slack said so: what it said of a workspace later counts. 0: before all else.
        """

    async def drop_teams(
        self, enterprise_id: str, team_ids: frozenset[str], *, at: float = 0
    ) -> None:
        """Note that the org-wide installation of *enterprise_id* may not act there any more."""

    async def teams(self, key: str) -> frozenset[str]:
        """Return the workspaces in which the installation of that key is known to act.

        Those of an organisation are as noted, also before its installation is saved: events come
        in any order. ``remove`` forgets them.
        """

    async def of_bots(self, users: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return which of *users* are bots of installations, each with their keys."""

    async def replace_tokens(self, installation: Installation) -> bool:
        """Store the tokens of *installation*.

        Returns False if another generation is stored, or other tokens than when it was read.
        """

    async def need_reinstall(self, installation: Installation) -> bool:
        """Note that Slack gives no other token for this one; returns as ``replace_tokens``."""

    async def expiring(self, before: float) -> list[str]:
        """Return the keys of those whose tokens expire before then, and can be refreshed."""

    def refreshing(self, key: str) -> AbstractAsyncContextManager[None]:
        """Let one task at a time refresh the token of that key, among all processes.

        The others wait for it, and have to read it again. Raises StoreUnavailable if that takes too
        long. It ends by itself after REFRESH_LEASE.
        """

    async def remove(self, key: str, generation: int) -> bool:
        """Remove the installation of that key; False if another generation is stored, or none."""

    async def keys(self, after: str = "", limit: int = 1_000) -> list[str]:
        """Return the keys of installations in order, of those that follow *after*."""

    async def count(self) -> int:
        """Return how many installations there are."""


def is_id(text: str) -> bool:
    """Whether *text* looks like a key: it is nobody's name then, whatever they call themselves."""
    return _ID.fullmatch(text) is not None


async def installations_in(store: InstallationStore) -> AsyncIterator[Installation]:
    """Yield all installations in *store*, in the order of their keys."""
    after = ""
    while keys := await store.keys(after):
        for key in keys:
            if found := await store.find(key):
                yield found
        after = keys[-1]
