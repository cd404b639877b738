"""Where workspaces are looked up."""

import pytest

from bot.adapters.redis.codec import Unreadable
from bot.assembly.workspaces.workspace import Directory
from bot.panel.errors import StoreUnavailable
from bot.settings.environment import read
from tests.fakes.installation_store import FakeInstallationStore
from tests.fakes.workspace_settings_store import FakeWorkspaceSettingsStore


class BrokenSettings(FakeWorkspaceSettingsStore):
    """Raises the *error* instead of anything."""

    def __init__(self, error) -> None:
        super().__init__()
        self.error = error

    async def of_team(self, team_id):
        raise self.error


async def as_it_is(installation):
    return installation


def directory(error) -> Directory:
    return Directory(read({}), FakeInstallationStore(), BrokenSettings(error), as_it_is)


async def test_what_is_left_of_a_workspace_is_deleted_though_its_settings_cannot_be_read():
    removed = await directory(Unreadable("another key")).removed("T1")
    assert (removed.identity.team_id, removed.config, removed.installation) == (
        "T1",
        read({}),
        None,
    )


async def test_a_store_that_is_away_says_nothing_of_settings():
    with pytest.raises(StoreUnavailable):
        await directory(StoreUnavailable("away")).removed("T1")
