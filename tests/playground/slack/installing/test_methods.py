"""Codes and tokens: what is traded for what, and how often."""

import json

import pytest
from aiohttp import ClientError, encode_basic_auth
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack.workspace.other_companies import FAY, GLOBEX
from tests.organisation import INITECH, IVY, NORTH
from tests.playground.slack.worlds import refused
from tests.slack_faults import reset

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth:DeprecationWarning")  # the SDK uses it

CALLBACK = "https://panelbot.example.org/slack/oauth_redirect"
SECRETS = {"client_id": "111.222", "client_secret": "playground-client-secret"}
SCOPES = frozenset({"chat:write", "commands"})
HOURS = 60 * 60


@pytest.fixture
def oauth(world, session):
    """A client without a token."""
    return AsyncWebClient(base_url=world.api_url, session=session, retry_handlers=[])


@pytest.fixture
def code(world):
    """Return a new code of whoever allows the app somewhere."""

    def allowed(key: str = GLOBEX, person: str = FAY, scopes=SCOPES) -> str:
        return world.codes.new(key, person, scopes, frozenset({"search:read"}), CALLBACK)

    return allowed


@pytest.fixture
def installed(oauth, code):
    """Install the app; returns the answer."""

    async def install(**given):
        answer = await oauth.oauth_v2_access(code=code(**given), redirect_uri=CALLBACK, **SECRETS)
        return answer.data

    return install


@pytest.fixture
def samples(shared):
    return json.loads((shared.parent / "cases" / "oauth_samples.json").read_text())


def shape(answer) -> dict:
    """Return which fields there are, and in them."""
    return {k: shape(v) if isinstance(v, dict) else type(v) for k, v in answer.items()}


@pytest.mark.parametrize(
    ("sample", "place", "rotates"),
    [
        ("oauth_v2_access_workspace", (GLOBEX, FAY), False),
        ("oauth_v2_access_org_wide", (INITECH.id, IVY), False),
        ("oauth_v2_access_workspace_rotation", (NORTH, IVY), True),
    ],
)
async def test_answers_have_the_shape_of_slacks(world, installed, samples, sample, place, rotates):
    world.registration.rotates_tokens = rotates

    answer = await installed(key=place[0], person=place[1])

    assert shape(answer) == shape(samples[sample]["response"])


async def test_without_bot_scopes_there_is_no_bot(installed, samples):
    answer = await installed(scopes=frozenset())

    assert shape(answer) == shape(samples["oauth_v2_access_user_token_only"]["response"])


async def test_a_code_is_good_once(oauth, code):
    value = code()
    await oauth.oauth_v2_access(code=value, redirect_uri=CALLBACK, **SECRETS)

    again = oauth.oauth_v2_access(code=value, redirect_uri=CALLBACK, **SECRETS)

    assert await refused(again) == "invalid_code"


async def test_a_code_is_good_for_ten_minutes(world, oauth, code):
    value = code()
    world.hazards.seconds_ahead = 601

    late = oauth.oauth_v2_access(code=value, redirect_uri=CALLBACK, **SECRETS)

    assert await refused(late) == "invalid_code"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "guessed"}, "bad_client_secret"),
        ({"redirect_uri": f"{CALLBACK}/"}, "bad_redirect_uri"),
        ({"redirect_uri": None}, "bad_redirect_uri"),
        ({"code": "made up"}, "invalid_code"),
        ({"grant_type": "password"}, "invalid_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "xoxe-1-x"}, "invalid_refresh_token"),
    ],
)
async def test_what_is_wrong_is_said(oauth, code, changed, error):
    given = {"code": code(), "redirect_uri": CALLBACK, **SECRETS} | changed

    assert await refused(oauth.oauth_v2_access(**given)) == error


async def test_the_secret_may_come_as_basic_authentication(world, session, code):
    form = {"code": code(), "redirect_uri": CALLBACK}

    basic = {"Authorization": encode_basic_auth(*SECRETS.values())}
    response = await session.post(f"{world.api_url}oauth.v2.access", data=form, headers=basic)

    assert (await response.json())["ok"]


@pytest.mark.parametrize(("hazard", "dies"), [("another token", True), ("the same token", False)])
async def test_installing_again_keeps_the_bot_and_adds_scopes(
    world, client_of, installed, hazard, dies
):
    world.hazards.reinstalls = hazard
    first = await installed()
    old = client_of(GLOBEX)

    second = await installed(scopes=frozenset({"users:read"}))

    assert second["bot_user_id"] == first["bot_user_id"]
    assert second["scope"] == "chat:write,commands,users:read"
    assert (second["access_token"] != first["access_token"]) == dies
    if dies:
        assert await refused(old.auth_test()) == "token_revoked"
    assert (await client_of(GLOBEX).auth_test())["team_id"] == GLOBEX


async def test_scopes_may_be_withheld(world, installed):
    world.hazards.withheld_scopes = frozenset({"commands"})

    assert (await installed())["scope"] == "chat:write"


class TestRotation:
    @pytest.fixture
    def world(self, world):
        world.registration.rotates_tokens = True
        return world

    @pytest.fixture
    def refresh(self, oauth):
        async def refreshed(token: str):
            given = {"grant_type": "refresh_token", "refresh_token": token} | SECRETS
            return (await oauth.oauth_v2_access(**given)).data

        return refreshed

    @pytest.fixture
    def test_of(self, world, session):
        """Call auth.test with a token."""

        async def tested(token: str):
            client = AsyncWebClient(token, base_url=world.api_url, session=session)
            return await client.auth_test()

        return tested

    async def test_a_token_lasts_twelve_hours(self, world, installed, test_of):
        token = (await installed())["access_token"]

        assert (await test_of(token))["expires_in"] in range(12 * HOURS - 5, 12 * HOURS + 1)
        world.hazards.seconds_ahead = 12 * HOURS + 1
        assert await refused(test_of(token)) == "token_expired"

    async def test_a_refresh_token_is_good_once(self, installed, refresh, test_of, samples):
        first = await installed()

        second = await refresh(first["refresh_token"])

        assert shape(second) == shape(
            samples["oauth_v2_access_refresh"]["response"] | {"enterprise": None}
        )
        assert await refused(refresh(first["refresh_token"])) == "invalid_refresh_token"
        assert (await test_of(first["access_token"]))["ok"]  # until it expires
        assert (await test_of(second["access_token"]))["ok"]

    async def test_a_lenient_slack_takes_it_again_and_keeps_the_last(
        self, world, installed, refresh, test_of
    ):
        world.hazards.refreshes = "lenient"
        first = await installed()
        second = await refresh(first["refresh_token"])

        third = await refresh(first["refresh_token"])

        assert await refused(test_of(second["access_token"])) == "invalid_auth"
        assert await refused(refresh(second["refresh_token"])) == "invalid_refresh_token"
        assert (await test_of(third["access_token"]))["ok"]

    async def test_an_answer_may_be_lost(self, world, installed, refresh):
        first = await installed()
        world.hazards.on("oauth.v2.access", reset(after_effect=True))
        with pytest.raises(ClientError):
            await refresh(first["refresh_token"])

        assert await refused(refresh(first["refresh_token"])) == "invalid_refresh_token"

    async def test_a_token_that_lasts_is_exchanged_once(
        self, world, oauth, installed, refresh, test_of, samples
    ):
        world.registration.rotates_tokens = False
        old = (await installed())["access_token"]
        refusal = await refused(oauth.oauth_v2_exchange(token=old, **SECRETS))
        assert refusal == "token_rotation_not_enabled"
        world.registration.rotates_tokens = True

        new = (await oauth.oauth_v2_exchange(token=old, **SECRETS)).data

        assert shape(new) == shape(samples["oauth_v2_exchange"]["response"])
        again = oauth.oauth_v2_exchange(token=old, **SECRETS)
        assert await refused(again) == "token_already_exchanged"
        assert (await test_of(old))["ok"]
        await refresh(new["refresh_token"])
        assert await refused(test_of(old)) == "token_revoked"
