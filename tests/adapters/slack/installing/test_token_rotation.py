"""Tokens that expire, at a Slack that takes a refresh token once, or again."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web as http

from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.stores.installation_store import RedisInstallationStore
from bot.adapters.slack.installing.oauth import Credentials, SlackOAuth
from bot.adapters.slack.installing.token_rotation import EARLY, TokenRotation
from bot.panel.errors import MessengerUnavailable, StoreUnavailable
from bot.panel.installations.installation import NotInstalled
from bot.playground.loopback import LoopbackServer
from bot.playground.slack.workspace.other_companies import GLOBEX
from bot.runtime import Runtime
from tests.organisation import INITECH, NORTH
from tests.slack_faults import error, rate_limited, reset, server_error

METHOD = "oauth.v2.access"
LASTS = 12 * 60 * 60.0


class Company:
    """Several processes that refresh the same tokens."""

    def __init__(self, slack, redis, web, session) -> None:
        self.slack = slack
        self.store = RedisInstallationStore(redis, "A1", Cipher([b"k" * 32]))
        self.web = web
        self.session = session
        self.told = []
        self.rotations = [self.process() for _ in range(4)]

    def process(self, url: str = "") -> TokenRotation:
        registration = self.slack.registration
        credentials = Credentials(registration.client_id, registration.client_secret)
        oauth = SlackOAuth(credentials, url or self.slack.api_url, self.session)
        return TokenRotation(self.store, oauth, self.tell)

    async def tell(self, installation) -> None:
        self.told.append(installation.key)

    def later(self, seconds: float) -> None:
        """Let time pass, here and at Slack."""
        self.slack.hazards.seconds_ahead += seconds
        Runtime(time=self.slack.hazards.now).bind()

    @property
    def asked(self) -> int:
        return len([call for call in self.slack.calls if call.method == METHOD])

    async def works(self, installation) -> bool:
        return (await self.web.auth_test(token=installation.token))["ok"]


@pytest.fixture
def company(slack, redis, web, session):
    slack.registration.rotates_tokens = True
    return Company(slack, redis, web, session)


async def test_a_token_is_used_until_it_expires_soon(company, installed):
    saved = await company.store.save(installed(GLOBEX))
    company.later(LASTS - EARLY - 10 * 60)
    assert await company.rotations[0].current(saved) is saved
    assert company.asked == 0

    company.later(10 * 60)
    renewed = await company.rotations[0].current(saved)
    assert await company.works(renewed)
    assert renewed == await company.store.find(GLOBEX)
    assert renewed.expires_at == pytest.approx(company.slack.hazards.now() + LASTS, abs=5)
    assert (renewed.renewals, renewed.generation) == (1, saved.generation)
    assert await company.rotations[0].current(renewed) is renewed
    assert company.asked == 1


@pytest.mark.parametrize("manners", ["strict", "lenient"])
async def test_of_many_who_need_it_at_once_one_refreshes_it(company, installed, manners):
    company.slack.hazards.refreshes = manners
    saved = [await company.store.save(installed(key)) for key in (GLOBEX, NORTH, INITECH.id)]
    company.later(LASTS - EARLY)
    company.slack.hazards.latency[METHOD] = 0.05

    renewed = await asyncio.gather(
        *(rotation.current(one) for one in saved for rotation in company.rotations)
    )
    assert company.asked == 3
    assert {one.token for one in renewed} == {
        (await company.store.find(one.key)).token for one in saved
    }
    assert all([await company.works(one) for one in renewed])
    assert company.told == []


async def test_a_sweep_refreshes_what_nobody_uses(company, installed):
    saved = [await company.store.save(installed(key)) for key in (GLOBEX, NORTH)]
    company.later(60)
    await company.rotations[0].sweep()
    assert company.asked == 0

    company.later(LASTS - EARLY)
    await asyncio.gather(*(rotation.sweep() for rotation in company.rotations))
    assert company.asked == 2
    for one in saved:
        assert await company.works(await company.store.find(one.key))


@pytest.mark.parametrize("ending", [reset, server_error])
async def test_a_lost_answer_is_asked_for_once_more(company, installed, ending):
    company.slack.hazards.refreshes = "lenient"
    saved = await company.store.save(installed(GLOBEX))
    company.later(LASTS - EARLY)
    company.slack.hazards.on(METHOD, ending(after_effect=True))

    renewed = await company.rotations[0].current(saved)
    assert await company.works(renewed)
    assert company.asked == 2


async def test_if_slack_does_not_repeat_it_people_are_told_and_the_token_is_used_to_its_end(
    company, installed
):
    saved = await company.store.save(installed(GLOBEX))
    company.later(LASTS - EARLY)
    company.slack.hazards.on(METHOD, reset(after_effect=True))

    still = await company.rotations[0].current(saved)
    assert still.token == saved.token
    assert await company.works(still)
    assert company.told == [GLOBEX]
    stored = await company.store.find(GLOBEX)
    assert stored == replace(saved, needs_reinstall=True) == still
    assert await company.rotations[1].current(stored) == stored
    assert await company.rotations[2].current(saved) == saved  # it read it before
    await company.rotations[3].sweep()
    assert (company.asked, company.told) == (2, [GLOBEX])

    company.later(EARLY + 1)
    with pytest.raises(MessengerUnavailable, match="reinstall"):
        await company.rotations[0].current(stored)
    assert await company.store.find(GLOBEX) == stored  # nothing is deleted
    again = await company.store.save(installed(GLOBEX))
    assert await company.rotations[0].current(stored) == again


async def test_while_slack_is_away_the_token_is_used_and_nothing_is_concluded(company, installed):
    saved = await company.store.save(installed(GLOBEX))
    company.later(LASTS - EARLY)
    company.slack.hazards.on(METHOD, server_error(), times=2)
    assert await company.rotations[0].current(saved) is saved
    assert await company.rotations[0].current(saved) is saved  # not asked again within a minute
    assert company.asked == 2

    company.later(EARLY + 1)
    company.slack.hazards.on(METHOD, rate_limited(30))
    with pytest.raises(MessengerUnavailable) as refused:
        await company.rotations[0].current(saved)
    assert refused.value.after == 30
    assert await company.works(await company.rotations[0].current(saved))
    assert company.told == []


async def test_wrong_credentials_of_the_app_cost_no_installation(company, installed):
    saved = await company.store.save(installed(GLOBEX))
    company.later(LASTS - EARLY)
    company.slack.registration.client_secret = "another"
    assert await company.rotations[0].current(saved) is saved

    assert await company.store.find(GLOBEX) == saved
    assert company.told == []


async def test_what_slack_calls_expired_is_refreshed_whatever_the_clock_says(company, installed):
    saved = await company.store.save(installed(GLOBEX))
    renewed = await company.rotations[0].current(saved, expired=True)

    assert renewed.token != saved.token
    assert await company.works(renewed)
    assert await company.rotations[1].current(saved, expired=True) == renewed


async def test_a_token_that_lasts_and_one_that_is_gone_are_not_refreshed(company, installed):
    company.slack.registration.rotates_tokens = False
    saved = await company.store.save(installed(GLOBEX))
    assert await company.rotations[0].current(saved, expired=True) is saved

    await company.store.remove(GLOBEX, saved.generation)
    gone = replace(saved, refresh_token="xoxe-1", expires_at=1.0)
    with pytest.raises(NotInstalled):
        await company.rotations[0].current(gone)
    assert company.asked == 0


async def test_an_installation_made_meanwhile_is_kept(company, installed):
    saved = await company.store.save(installed(GLOBEX))
    company.later(LASTS - EARLY)
    company.slack.hazards.latency[METHOD] = 0.2
    refreshing = asyncio.create_task(company.rotations[0].current(saved))
    await asyncio.sleep(0.1)
    other = replace(saved, token="xoxe.xoxb-again", refresh_token="xoxe-again", expires_at=9e9)
    again = await company.store.save(other)

    assert await refreshing == again


class Flaky(RedisInstallationStore):
    """A store that fails a number of times when tokens are to be saved."""

    failures = 0

    async def replace_tokens(self, installation) -> bool:
        self.failures -= 1
        if self.failures >= 0:
            raise StoreUnavailable("away")
        return await super().replace_tokens(installation)


async def test_new_tokens_are_saved_before_they_are_used(company, installed, redis, delays):
    company.store = store = Flaky(redis, "A1", Cipher([b"k" * 32]))
    saved = await store.save(installed(GLOBEX))
    company.later(LASTS - EARLY)
    store.failures = 3
    renewed = await company.process().current(saved)
    assert await store.find(GLOBEX) == renewed
    assert len(delays) == 3

    company.later(LASTS - EARLY)
    store.failures = 99
    assert (await company.process().current(renewed)).token == renewed.token
    assert await store.find(GLOBEX) == renewed


ANSWER = {
    "ok": True, "app_id": "A1", "token_type": "bot", "access_token": "xoxe.xoxb-new",
    "refresh_token": "xoxe-new", "expires_in": 43_200, "team": {"id": GLOBEX, "name": "Globex"},
    "enterprise": None, "bot_user_id": "U1", "is_enterprise_install": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "is_taken"),
    [
        ({}, True),
        ({"token_type": "granular_bot"}, True),
        ({"token_type": None, "team": None}, True),
        ({"token_type": "user"}, False),
        ({"team": {"id": "T0OTHER"}}, False),
        ({"access_token": None}, False),
        ({"refresh_token": ""}, False),
        ({"expires_in": "soon"}, False),
    ],
)
async def test_only_tokens_of_the_installation_are_taken(company, installed, changed, is_taken):
    saved = await company.store.save(installed(GLOBEX))
    company.later(LASTS - EARLY)

    async def answer(_):
        return http.json_response(ANSWER | changed)

    app = http.Application()
    app.router.add_post("/oauth.v2.access", answer)
    async with LoopbackServer(app, 0) as server:
        found = await company.process(f"{server.url}/").current(saved)

    assert found.token == ("xoxe.xoxb-new" if is_taken else saved.token)
    assert company.told == []


async def test_the_refresh_token_that_slack_does_not_know_is_told_once(company, installed):
    saved = await company.store.save(installed(GLOBEX))
    company.later(LASTS - EARLY)
    company.slack.hazards.on(METHOD, error("invalid_refresh_token"), times=9)
    for rotation in company.rotations:
        await rotation.current(saved)

    assert company.told == [GLOBEX]
    assert company.asked == 1
