"""Installing the app where, or for whom, it was not meant: forged, stolen and replayed links."""

import logging
import re
from urllib.parse import quote

import pytest

from bot import runtime
from bot.panel.errors import StoreUnavailable
from bot.panel.installations.one_time import ATTEMPT_FOR
from bot.playground.slack.workspace.other_companies import FAY, GLOBEX
from tests.adapters.slack.installing.pages.conftest import query
from tests.organisation import INITECH, IVY, NORTH

CANNOT_GO_ON = "This installation cannot go on"


async def test_nobody_begins_without_an_invitation(site, browser):
    for place in (
        "/slack/install",
        "/slack/install?direct",
        "/slack/install?invitation=",
        "/slack/install?invitation=" + "x" * 43,
        "/slack/install?invitation=" + "x" * 6_000,
        (await site.invite()) + "&invitation=" + "y" * 43,
    ):
        for method in ("GET", "POST"):
            assert await browser.open(place, method) == 403, place
            assert browser.title == "You need an invitation"
    assert site.attempts.kept == {}


async def test_an_invitation_is_good_once(site, browser_of):
    invitation = await site.invite()
    first, second = browser_of(), browser_of()
    links = [await one.begin(invitation) for one in (first, second)]
    back = [await first.decide(link, GLOBEX, FAY) for link in links]

    assert await first.open(back[0]) == 200
    token = site.slack.installations.by_key[GLOBEX].token
    assert await second.open(back[1]) == 403
    assert second.title == "You need an invitation"
    assert site.slack.installations.by_key[GLOBEX].token == token  # the code was not even used
    assert await second.open(invitation) == 403


async def test_two_tabs_of_one_browser_do_not_hinder_each_other(site, browser):
    asked = [await browser.begin(await site.invite()) for _ in range(2)]
    back = [
        await browser.decide(asked[0], GLOBEX, FAY),
        await browser.decide(asked[1], NORTH, IVY),
    ]

    assert [await browser.open(place) for place in back] == [200, 200]
    assert await site.installations.keys() == [GLOBEX, NORTH]


async def test_a_link_back_is_good_once(site, browser):
    asked = await browser.begin(await site.invite())
    back = await browser.decide(asked, GLOBEX, FAY)

    assert await browser.open(back) == 200
    assert await browser.open(back) == 400
    assert browser.title == CANNOT_GO_ON


async def test_a_link_back_of_somebody_else_is_good_for_nothing(site, browser_of):
    attacker, victim = browser_of(), browser_of()
    asked = await attacker.begin(await site.invite())
    back = await attacker.decide(asked, GLOBEX, FAY)
    await victim.begin(await site.invite())

    assert await victim.open(back) == 400
    assert victim.title == CANNOT_GO_ON
    assert await attacker.open(back) == 400  # it has been seen
    assert not site.has_app(GLOBEX)


async def test_a_code_of_another_workspace_is_refused_and_given_back(site, browser):
    """The attacker puts a code of a workspace that was not invited behind a state that was."""
    asked = query(await browser.begin(await site.invite(team_id=GLOBEX)))
    code = site.slack.codes.new(
        NORTH, IVY, frozenset({"chat:write"}), frozenset(), asked["redirect_uri"][0]
    )
    await browser.open(f"/slack/oauth_redirect?code={code}&state={asked['state'][0]}")

    assert (browser.status, browser.title) == (403, "This is not the workspace that was invited")
    assert not site.has_app(NORTH)
    assert await site.installations.count() == 0


@pytest.mark.parametrize("key", [GLOBEX, INITECH.id])
async def test_an_invitation_of_one_workspace_is_for_no_other(site, browser, key):
    invitation = await site.invite(team_id=NORTH)
    person = FAY if key == GLOBEX else IVY
    back = await browser.decide(await browser.begin(invitation), key, person)
    assert await browser.open(back) == 403
    assert not site.has_app(key)

    back = await browser.decide(await browser.begin(invitation), NORTH, IVY)
    assert await browser.open(back) == 200  # it was a mistake


@pytest.mark.parametrize("reinstalls", ["the same token", "another token"])
async def test_a_workspace_that_has_the_app_keeps_it_where_the_wrong_one_was_chosen(
    site, browser, reinstalls
):
    site.slack.hazards.reinstalls = reinstalls
    back = await browser.decide(await browser.begin(await site.invite()), GLOBEX, FAY)
    await browser.open(back)

    wrong = await browser.begin(await site.invite(team_id=NORTH))
    assert await browser.open(await browser.decide(wrong, GLOBEX, FAY)) == 403
    saved = await site.installations.find(GLOBEX)
    assert saved.token == site.slack.installations.by_key[GLOBEX].token
    assert saved.bot_id


@pytest.mark.parametrize(
    "parameters",
    [
        "error=<script>alert(1)</script>",
        "error=access_denied&error_description=<script>alert(1)</script>",
        "code=<script>alert(1)</script>",
        "code=a&code=b",
        "code=" + "x" * 3_000,
        "code=%00%0d%0aSet-Cookie:%20a=b",
        "",
    ],
)
async def test_no_parameter_is_shown_or_logged(site, browser, caplog, parameters):
    caplog.set_level(logging.DEBUG)
    state = query(await browser.begin(await site.invite()))["state"][0]
    await browser.open(f"/slack/oauth_redirect?state={state}&{quote(parameters, safe='=&%')}")

    assert browser.status in (400, 403)
    assert not re.search(r"alert|Set-Cookie: a|xxxx", browser.page)
    assert not re.search(rf"alert|xxxx|{state}", caplog.text)
    assert await site.installations.count() == 0


@pytest.mark.parametrize("state", ["", "x" * 43, "x" * 5_000, "<script>", "é" * 43])
@pytest.mark.parametrize("rest", ["code=1.2.3", "error=access_denied"])
async def test_a_state_that_nobody_was_given_is_refused(browser, state, rest):
    assert await browser.open(f"/slack/oauth_redirect?{rest}&state={quote(state)}") == 400
    assert browser.title == CANNOT_GO_ON


async def test_an_attempt_ends_after_ten_minutes(site, browser):
    back = await browser.decide(await browser.begin(await site.invite()), GLOBEX, FAY)
    for name, (until, attempt) in site.attempts.kept.items():
        assert 0 < until - runtime.time() <= ATTEMPT_FOR
        site.attempts.kept[name] = (until - ATTEMPT_FOR, attempt)

    assert await browser.open(back) == 400


async def test_the_cookie_is_for_this_site_and_its_pages_alone(site, browser):
    await browser.begin(await site.invite())

    (cookie,) = browser.headers.getall("Set-Cookie")
    assert cookie.startswith("__Host-panelbot-install=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert browser.headers["Referrer-Policy"] == "no-referrer"
    assert browser.headers["Cache-Control"] == "no-store"


async def test_pages_run_nothing_and_lead_to_slack_only(site, browser):
    await browser.open(await site.invite())
    policy = browser.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"form-action 'self' {site.slack.url}" in policy
    assert "script" not in policy

    await browser.open("/slack/install")
    assert "form-action 'none'" in browser.headers["Content-Security-Policy"]


async def test_secrets_are_not_logged(site, browser, caplog):
    caplog.set_level(logging.DEBUG)
    invitation = await site.invite()
    back = await browser.decide(await browser.begin(invitation), GLOBEX, FAY)
    await browser.open(back)
    saved = await site.installations.find(GLOBEX)

    secrets = (
        saved.token,
        site.credentials.client_secret,
        *query(back)["state"],
        *query(back)["code"],
        query(invitation)["invitation"][0],
        *browser.cookies.values(),
    )
    assert all(secrets)
    assert [secret for secret in secrets if secret in caplog.text] == []
    assert not any(secret in str(site.attempts.kept) for secret in secrets)


@pytest.mark.parametrize("what", ["read", "take"])
async def test_a_store_that_fails_is_told_as_such(site, browser, monkeypatch, what):
    async def fail(_name):
        raise StoreUnavailable("down")

    invitation = await site.invite()
    back = await browser.decide(await browser.begin(invitation), GLOBEX, FAY)
    monkeypatch.setattr(site.invitations, what, fail)
    await browser.open(invitation if what == "read" else back)

    assert (browser.status, browser.title) == (503, "Not at the moment")
    assert not site.has_app(GLOBEX)


class TestOpen:
    @pytest.fixture
    def is_open(self):
        return True

    async def test_everybody_may_install_it(self, site, browser):
        assert await browser.open("/slack/install") == 200
        back = await browser.decide(await browser.begin("/slack/install"), GLOBEX, FAY)
        assert await browser.open(back) == 200
        assert site.heard == [(GLOBEX, "")]

    async def test_the_marketplace_is_led_to_slack_at_once(self, site, browser):
        assert await browser.open("/slack/install?direct") == 303
        assert browser.location.startswith(f"{site.slack.url}/oauth/v2/authorize?")

    async def test_an_invitation_that_is_no_good_is_no_way_around_it(self, browser):
        assert await browser.open("/slack/install?invitation=" + "x" * 43, "POST") == 403

    async def test_strangers_begin_only_so_many(self, site, browser):
        statuses = [await browser.open("/slack/install", "POST") for _ in range(80)]

        assert statuses[:60] == [303] * 60
        assert 429 in statuses
        assert len(site.attempts.kept) < 80
        assert (await browser.open(await site.invite(), "POST")) == 303  # who is invited may
