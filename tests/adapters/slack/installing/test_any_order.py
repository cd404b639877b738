"""Whatever happens to installations, and whenever Slack tells of it: in the end we know the truth.

Events wait, overtake each other, and come several times, while the app is removed and installed
again, and while an organisation's admins let it into workspaces and take it out.
"""

import random
from contextlib import suppress

import pytest

from bot.panel.errors import MessengerUnavailable
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.workspace.other_companies import GLOBEX
from tests import slack_changes
from tests.adapters.slack.installing.test_removal import Company
from tests.organisation import INITECH, NORTH, SOUTH
from tests.slack_faults import server_error

ORG = INITECH.id
TEAMS = (GLOBEX, NORTH, SOUTH)


class World(Company):
    """Slack, of which each event waits until it is delivered, perhaps again."""

    def __init__(self, slack, redis, session, installed, dice) -> None:
        super().__init__(slack, redis, session)
        self.installed = installed
        self.dice = dice
        self.pending = []
        self.acted = set()  # the workspaces in which we ever could
        slack.installations.remove(slack.workspace.team_id, "account_inactive")
        slack.deliverer.event = lambda payload, **_: self.pending.append(payload)

    @property
    def there(self):
        return self.slack.installations.by_key

    async def install(self) -> None:
        key = self.dice.choice([GLOBEX, NORTH, ORG])
        with suppress(ApiError):  # the organisation's is there
            new = self.installed(key, at=0.0)
            await self.deliver(self.dice.choice([0, 2]))
            await self.removals.installed(await self.store.save(new))

    async def uninstall(self) -> None:
        if self.there:
            self.slack.removals.uninstall(self.dice.choice(sorted(self.there)))

    async def grant(self) -> None:
        team = self.dice.choice([NORTH, SOUTH])
        if ORG in self.there and team not in self.there:
            slack_changes.grant_access(self.slack, ORG, team)

    async def revoke(self) -> None:
        if ORG in self.there:
            states = self.there[ORG].states
            for state in states[:1]:
                slack_changes.revoke_access(self.slack, ORG, state.workspace.team_id)

    async def deliver(self, count: int) -> None:
        for _ in range(count):
            if not self.pending:
                return
            payload = self.dice.choice(self.pending)
            if self.dice.random() < 0.2:
                self.slack.hazards.on(
                    self.dice.choice(["auth.test", "auth.teams.list"]), server_error()
                )
            with suppress(MessengerUnavailable):
                await self.removals.take_in(payload)
                if self.dice.random() < 0.7:  # else it comes again
                    self.pending.remove(payload)
            self.slack.hazards.clear()
            await self.look()

    async def look(self) -> None:
        for team in TEAMS:
            if await self.store.for_team(team):
                self.acted.add(team)


@pytest.mark.parametrize("seed", range(25))
async def test_in_the_end_the_truth_is_known(slack, redis, session, installed, seed):
    dice = random.Random(seed)  # noqa: S311 - repeatable, no secret
    world = World(slack, redis, session, installed, dice)
    slack.hazards.removals = dice.choice(["tokens first", "app first"])
    slack.hazards.org_removals_name_a_team = dice.random() < 0.5
    doing = [world.install, world.grant, world.revoke]
    for _ in range(40):
        await dice.choice([*doing, *doing, world.uninstall])()
        await world.look()
        await world.deliver(dice.choice([0, 0, 1, 3]))
    await world.deliver(1_000)
    assert not world.pending

    assert set(await world.store.keys()) == set(world.there)
    for key, there in world.there.items():
        assert (await world.store.find(key)).token == there.token
    acting = {team for team in TEAMS if await world.store.for_team(team)}
    assert acting == {team for team in TEAMS if slack.tenants[team].state.installed}
    assert set(await world.to_delete()) >= world.acted - acting
    assert not set(await world.to_delete()) & acting
