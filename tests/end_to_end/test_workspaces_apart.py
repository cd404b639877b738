"""Nothing of one workspace is ever seen, sent or kept as another's, however their turns interleave.

People of each workspace say a word of their own in all they write. Two of the workspaces have the
same ids for people, channels and messages; two are of one organisation, with one token for both.
"""

import asyncio
import re
from collections.abc import Iterator
from random import Random

import pytest

from bot.adapters.slack.buttons.reply_buttons import SHOW_WORK
from bot.playground.openai.items.items import text_of
from bot.playground.openai.stand_in.brain import Call, ModelRequest, Reply, Text, is_user
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.other_companies import GLOBEX
from tests.end_to_end.companies import ACME, PLACES, TWIN, Companies, companies_of
from tests.end_to_end.conftest import World
from tests.eventually import eventually
from tests.organisation import INITECH, NORTH, SOUTH

WORDS = {
    ACME: "anvil", TWIN: "turbine", GLOBEX: "globe", NORTH: "nightjar", SOUTH: "sandpiper",
}  # fmt: skip
_WORD = re.compile("|".join(WORDS.values()))


def repeating(request: ModelRequest) -> Reply:
    """The router consults legal, and everybody repeats all that they were ever told."""
    heard = " ".join(sorted(set(_WORD.findall(str([text_of(one) for one in request.items])))))
    asked = is_user(request.items[-1])
    if request.tools and request.may_call and asked:
        reason = {"reason": f"About {heard}.", "brief": f"Please say {heard}."}
        return [Call("consult_legal", reason)]
    return [Text(f"I have heard: {heard}.")]


class Crowd:
    """People of all workspaces who do one thing after the other, all at the same time."""

    def __init__(self, companies: Companies, seed: int) -> None:
        self.companies = companies
        self.random = Random(seed)  # noqa: S311 - decides what happens
        self.asked: dict[str, list[str]] = {team: [] for team in WORDS}

    async def live(self, team: str, deeds: int) -> None:
        """Let somebody of a workspace do so many things."""
        for _ in range(deeds):
            await getattr(self, f"_{self.random.choice(self.deeds)}")(team)
            await asyncio.sleep(self.random.random() * 0.05)

    deeds = ("ask", "ask", "reply", "reply", "command", "click", "edit", "delete", "home")

    async def _ask(self, team: str) -> None:
        self.asked[team].append(self.companies.ask(team, f"what of the {WORDS[team]}?"))

    async def _reply(self, team: str) -> None:
        channel, person = PLACES[team]
        if self.asked[team]:
            thread = self.random.choice(self.asked[team])
            people = self.companies.slack.tenants[team].people
            people.say(person, channel, f"and the {WORDS[team]}?", thread)

    async def _command(self, team: str) -> None:
        words = self.random.choice(("list", "add security", "remove finance", "synthesis never"))
        await self.companies.command(team, words)

    async def _click(self, team: str) -> None:
        tenant, (_, person) = self.companies.slack.tenants[team], PLACES[team]
        if replies := [one for one in self.messages(team) if _has_work(one)]:
            await tenant.people.click(person, self.random.choice(replies), SHOW_WORK)

    async def _edit(self, team: str) -> None:
        channel, person = PLACES[team]
        if self.asked[team]:
            people = self.companies.slack.tenants[team].people
            text = f"I meant the {WORDS[team]}"
            people.edit(person, channel, self.random.choice(self.asked[team]), text)

    async def _delete(self, team: str) -> None:
        channel, person = PLACES[team]
        if len(self.asked[team]) > 2:
            people = self.companies.slack.tenants[team].people
            people.delete(person, channel, self.asked[team].pop())

    async def _home(self, team: str) -> None:
        self.companies.slack.tenants[team].people.open_home(PLACES[team][1])

    def messages(self, team: str) -> list[Message]:
        """Return what was said in a workspace."""
        workspace, (channel, _) = self.companies.slack.tenants[team].workspace, PLACES[team]
        return [one for ts in self.asked[team] for one in workspace.thread(channel, ts)]


def _has_work(message: Message) -> bool:
    return SHOW_WORK in str(message.blocks)


def _foreign(seen: str, team: str) -> set[str]:
    """Return the words of other workspaces than *team* in what was *seen*."""
    return {*_WORD.findall(seen)} - {WORDS[team]}


@pytest.fixture
def companies(world: World) -> Companies:
    return companies_of(world)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_workspaces_stay_apart(companies, caplog, seed):
    world, slack = companies.world, companies.slack
    world.brain._otherwise = repeating
    await companies.install(ACME, TWIN, GLOBEX, INITECH.id)
    async with companies.store() as store:
        await store.note_teams(INITECH.id, frozenset({NORTH, SOUTH}))
    for team in (NORTH, SOUTH):
        slack.installations.add_to(INITECH.id, team)
    await world.start_bot()
    crowd = Crowd(companies, seed)
    for team in WORDS:
        await crowd._ask(team)
    await asyncio.gather(*(crowd.live(team, 12) for team in WORDS))
    last = {team: companies.ask(team, f"what of the {WORDS[team]}?") for team in WORDS}
    for one in last.items():
        await eventually(lambda one=one: companies.said(*one), within=60)
    await world.idle()

    for team in WORDS:
        shown = [*crowd.messages(team), *slack.tenants[team].workspace.views.values()]
        assert _foreign(str(shown), team) == set()
        assert WORDS[team] in str(companies.said(team, last[team]))
    for call in slack.calls:
        words = set(_WORD.findall(str(call.args)))
        assert len(words) <= 1, call
        if call.team_id in WORDS:
            assert words <= {WORDS[call.team_id]}, call
    for request in world.openai.requests:
        assert len(set(_WORD.findall(str(request.body)))) <= 1, request.path
        assert len(set(teams_in(str(request.body)))) <= 1, request.path
    assert [call for call in slack.calls if call.outcome in _LOST] == []
    assert _WORD.findall(caplog.text) == []
    assert [key for key in await world.redis.keys() if len(set(teams_in(key))) > 1] == []


_LOST = frozenset({"channel_not_found", "team_not_found", "missing_argument", "user_not_found"})


def teams_in(text: str) -> Iterator[str]:
    """Yield the workspaces that are named in *text*."""
    return (team for team in WORDS if team in text)
