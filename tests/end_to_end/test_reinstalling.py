"""What people are told of permissions that lack, and of a token that ends, with one link."""

from functools import partial

import pytest

from bot.assembly.checks import scopes
from bot.panel.alerts import alert_texts
from bot.panel.alerts.alerts import AlertKind, Alerts, AlertStore
from bot.panel.installations.installation import Installation
from bot.settings.environment import read
from tests.fakes.installation_store import FakeInstallationStore

MANY = {
    "PANELBOT_CLIENT_ID": "1.2",
    "PANELBOT_CLIENT_SECRET": "0123456789abcdef",
    "PANELBOT_PUBLIC_URL": "https://panelbot.example.com",
}


class NotedAlerts(AlertStore):
    """Keeps what was noted, by workspace."""

    def __init__(self) -> None:
        self.noted = []

    async def note(self, team_id, alert, count, *, after) -> bool:
        self.noted.append((team_id, alert))
        return True

    async def forget(self, team_id, alert) -> None:
        self.noted = [one for one in self.noted if (one[0], one[1].name) != (team_id, alert.name)]

    @property
    def text(self) -> str:
        (_, alert) = self.noted[-1]
        return alert_texts.text(alert.kind, alert.about, alert.details, 1)


@pytest.mark.parametrize(
    ("setting", "way"),
    [
        ("open", "Open https://panelbot.example.com/slack/install and press"),
        ("invitation", "`panelbot workspaces invite` makes a link"),
    ],
)
async def test_permissions_that_lack_are_told_by_name_until_they_are_there(setting, way):
    config, noted = read({**MANY, "PANELBOT_INSTALLING": setting}), NotedAlerts()
    alerts, all_of_them = Alerts(noted, "T1"), scopes.scopes_needed(config)
    told = partial(scopes.tell_missing_scopes, config, alerts, is_new=True)
    await told(all_of_them - {"files:read", "users:read"})
    assert "The app lacks permissions: `files:read, users:read`." in noted.text
    assert way in noted.text

    await told(frozenset())  # unknown
    await told(all_of_them, is_new=False)
    assert len(noted.noted) == 1
    await told(all_of_them)
    assert noted.noted == []


async def test_one_workspace_is_told_of_a_token_that_ends():
    config, noted, store = read(MANY), NotedAlerts(), FakeInstallationStore()
    org = await store.save(Installation("A1", "", "E1", "B1", "W1", "xoxb-1"))
    await store.note_teams("E1", frozenset({"T3", "T2"}))
    await scopes.tell_reinstall(config, store, noted, org)

    ((team, alert),) = noted.noted
    assert (team, alert.kind, alert.about) == ("T2", AlertKind.REINSTALL, "E1")
    assert "installed again" in noted.text
