"""Installing from a link, as people do: what they see, and what is kept."""

import asyncio

import pytest

from bot.panel.errors import StoreUnavailable
from bot.panel.installations.one_time import name_of
from bot.playground.slack.workspace.other_companies import FAY, GIL, GLOBEX
from tests.adapters.slack.installing.pages.conftest import query
from tests.eventually import eventually
from tests.organisation import INITECH, IVY, NORTH
from tests.slack_faults import error, reset, server_error


async def installed(site, browser, key: str, person: str, invitation: str = "") -> None:
    asked = await browser.begin(invitation or await site.invite())
    await browser.open(await browser.decide(asked, key, person))


async def test_a_workspace_is_installed_with_an_invitation(site, browser):
    invitation = await site.invite()
    assert await browser.open(invitation) == 200
    assert "Add Panelbot to Slack" in browser.title
    assert "has to approve" in browser.page

    asked = await browser.begin(invitation)
    back = await browser.decide(asked, GLOBEX, FAY)
    assert await browser.open(back) == 200

    assert browser.title == "Panelbot is installed in Globex"
    assert f'href="{site.slack.url}/team/{GLOBEX}' in browser.page
    saved = await site.installations.find(GLOBEX)
    granted = site.slack.installations.by_key[GLOBEX]
    assert (saved.token, saved.bot_id, saved.bot_user_id) == (
        granted.token,
        granted.bot_id,
        granted.bot_user,
    )
    assert (saved.app_id, saved.installer, saved.name) == (
        site.slack.registration.app_id,
        FAY,
        "Globex",
    )
    assert saved.scopes == granted.scopes
    assert site.heard == [(GLOBEX, "operator:ann")]


async def test_slack_is_asked_for_all_scopes_and_for_no_persons_token(site, browser):
    asked = query(await browser.begin(await site.invite(team_id=GLOBEX)))

    assert {"chat:write", "users:read", "team:read"} <= set(asked["scope"][0].split(","))
    assert asked["team"] == [GLOBEX]
    assert asked["redirect_uri"] == [f"{site.address}/slack/oauth_redirect"]
    assert "user_scope" not in asked
    assert site.credentials.client_secret not in str(asked)


async def test_an_organisation_learns_that_no_workspace_has_it_yet(site, browser):
    await installed(site, browser, INITECH.id, IVY)

    assert browser.title == "One more step for Initech"
    assert f"/manage/organization/apps/profile/{site.slack.registration.app_id}/workspaces/add" in (
        browser.page
    )
    saved = await site.installations.find(INITECH.id)
    assert saved.is_org_wide
    assert saved.team_id == ""


async def test_a_workspace_of_an_organisation_is_installed_under_its_own_id(site, browser):
    await installed(site, browser, NORTH, IVY, await site.invite(enterprise_id=INITECH.id))

    saved = await site.installations.find(NORTH)
    assert (saved.key, saved.enterprise_id) == (NORTH, INITECH.id)


async def test_missing_permissions_are_told_by_name_and_purpose(site, browser):
    site.slack.hazards.withheld_scopes = frozenset({"files:read", "team:read"})
    await installed(site, browser, GLOBEX, FAY)

    assert browser.status == 200
    assert "<code>files:read</code>, to give experts the files" in browser.page
    assert "team:read" not in browser.page  # it can do without
    assert await site.installations.find(GLOBEX)


async def test_tokens_that_rotate_are_kept_with_their_end(site, browser):
    site.slack.registration.rotates_tokens = True
    await installed(site, browser, GLOBEX, FAY)

    saved = await site.installations.find(GLOBEX)
    assert saved.refresh_token.startswith("xoxe-1-")
    assert 0 < saved.expires_at - saved.installed_at <= 43_200


async def test_who_presses_cancel_may_begin_again(site, browser):
    invitation = await site.invite()
    asked = await browser.begin(invitation)
    assert await browser.open(await browser.decide(asked, GLOBEX, FAY, "cancel")) == 403
    assert browser.title == "Panelbot was not installed"

    await installed(site, browser, GLOBEX, FAY, invitation)
    assert browser.title == "Panelbot is installed in Globex"


async def test_a_policy_that_refuses_the_app_is_told_of(site, browser):
    site.slack.tenants[GLOBEX].refuses_apps = "<script>alert(1)</script>"
    await installed(site, browser, GLOBEX, FAY)

    assert "has a policy for apps" in browser.page
    assert "alert" not in browser.page


async def test_after_an_admins_approval_the_same_link_goes_on(site, browser):
    site.slack.tenants[GLOBEX].approves_apps = True
    invitation = await site.invite()
    asked = await browser.begin(invitation)
    assert await browser.decide(asked, GLOBEX, GIL) == ""  # nobody comes back
    assert not site.has_app(GLOBEX)

    site.slack.tenants[GLOBEX].approves_apps = False
    await installed(site, browser, GLOBEX, GIL, invitation)
    assert browser.title == "Panelbot is installed in Globex"


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("user_email_unverified", "Your e-mail address is not confirmed"),
        ("access_denied", "Panelbot was not installed"),
        ("team_added_to_org", "Your workspace is being moved"),
        ("org_login_required", "Your workspace is being moved"),
        ("accesslimited", "The app is not set up right"),
    ],
)
async def test_people_are_told_what_it_takes_if_slack_says_no(site, browser, code, title):
    invitation = await site.invite()
    back = await browser.decide(await browser.begin(invitation), GLOBEX, FAY)
    site.slack.hazards.on("oauth.v2.access", error(code))
    await browser.open(back)

    assert browser.title == title
    assert await browser.open(invitation) == 200  # it is good still


async def test_a_workspace_of_an_organisation_that_has_it_learns_whom_to_ask(site, browser):
    await installed(site, browser, INITECH.id, IVY)
    site.slack.installations.add_to(INITECH.id, NORTH)
    asked = await browser.begin(await site.invite())
    code = site.slack.codes.new(
        NORTH, IVY, frozenset({"chat:write"}), frozenset(), query(asked)["redirect_uri"][0]
    )
    await browser.open(f"/slack/oauth_redirect?code={code}&state={query(asked)['state'][0]}")

    assert browser.title == "Your organisation has Panelbot already"


async def test_installing_again_replaces_the_token(site, browser):
    await installed(site, browser, GLOBEX, FAY)
    before = await site.installations.find(GLOBEX)
    await installed(site, browser, GLOBEX, FAY)

    after = await site.installations.find(GLOBEX)
    assert after.generation > before.generation
    assert after.token == site.slack.installations.by_key[GLOBEX].token != before.token


async def test_what_cannot_be_saved_is_given_back(site, browser, delays, monkeypatch):
    async def save(_installation):
        raise StoreUnavailable("Redis is full")

    monkeypatch.setattr(site.installations, "save", save)
    invitation = await site.invite()
    await installed(site, browser, GLOBEX, FAY, invitation)

    assert (browser.status, browser.title) == (503, "Panelbot could not be installed")
    assert not site.has_app(GLOBEX)
    assert len(delays) >= 3
    monkeypatch.undo()
    await installed(site, browser, GLOBEX, FAY, invitation)
    assert await site.installations.find(GLOBEX)


async def test_a_store_that_fails_for_a_moment_loses_nothing(site, browser, delays, monkeypatch):
    save, failures = site.installations.save, [StoreUnavailable("failing over")] * 2

    async def later(installation):
        if failures:
            raise failures.pop()
        return await save(installation)

    monkeypatch.setattr(site.installations, "save", later)
    await installed(site, browser, GLOBEX, FAY)

    assert browser.title == "Panelbot is installed in Globex"


async def test_where_the_app_was_before_a_failure_takes_it_from_nobody(
    site, browser, delays, monkeypatch
):
    site.slack.hazards.reinstalls = "the same token"
    await installed(site, browser, GLOBEX, FAY)

    async def save(_installation):
        raise StoreUnavailable("Redis is full")

    monkeypatch.setattr(site.installations, "save", save)
    await installed(site, browser, GLOBEX, FAY)

    assert browser.status == 503
    assert site.has_app(GLOBEX)


@pytest.mark.parametrize(
    ("fault", "page"),
    [(server_error(), "Slack does not answer"), (reset(), "Slack does not answer")],
)
async def test_an_installation_that_slack_does_not_confirm_is_given_back(
    site, browser, delays, fault, page
):
    site.slack.hazards.on("auth.test", fault, times=4)
    await installed(site, browser, GLOBEX, FAY)

    assert browser.title == page
    assert not site.has_app(GLOBEX)
    assert await site.installations.count() == 0


async def test_a_process_that_ends_in_the_middle_gives_it_back_and_keeps_the_invitation(site):
    site.slack.hazards.latency["auth.test"] = 30
    redirect_uri, scopes = f"{site.address}/slack/oauth_redirect", frozenset({"chat:write"})
    code = site.slack.codes.new(GLOBEX, FAY, scopes, frozenset(), redirect_uri)
    (name,) = {name_of(query(await site.invite())["invitation"][0])}
    work = asyncio.create_task(site.installer().install(code, redirect_uri, name))
    await eventually(lambda: site.has_app(GLOBEX))
    work.cancel()
    await asyncio.wait([work])

    assert work.cancelled()
    assert not site.has_app(GLOBEX)
    assert name in site.invitations.kept


async def test_slack_may_stumble_on_the_way(site, browser, delays):
    for method in ("oauth.v2.access", "auth.test"):
        site.slack.hazards.on(method, server_error(), times=3)
    await installed(site, browser, GLOBEX, FAY)

    assert browser.title == "Panelbot is installed in Globex"


async def test_a_token_of_another_workspace_is_given_back(site, browser):
    other = {"team_id": "T0OTHER", "bot_id": "B0OTHER", "url": "https://other.slack.com/"}
    site.slack.app_methods["auth.test"] = lambda _caller, _args: other
    await installed(site, browser, GLOBEX, FAY)

    assert browser.title == "The app is not set up right"
    assert not site.has_app(GLOBEX)


async def test_a_persons_token_that_nobody_has_asked_for_is_given_back(site, browser):
    asked = query(await browser.begin(await site.invite()))
    redirect_uri = asked["redirect_uri"][0]
    code = site.slack.codes.new(GLOBEX, FAY, frozenset(), frozenset({"search:read"}), redirect_uri)
    await browser.open(f"/slack/oauth_redirect?code={code}&state={asked['state'][0]}")

    revoked = [call.token for call in site.slack.calls if call.method == "auth.revoke"]
    assert [token[:5] for token in revoked] == ["xoxp-"]
    assert await site.installations.count() == 0
    assert browser.title == "The app is not set up right"


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", "de", "Panelbot zu Slack hinzufügen"),
        ("tlh, ja;q=0.5", "ja", "Panelbot を Slack に追加"),
        ("en-US,fr;q=0.5", "en", "Add Panelbot to Slack"),
        ("x" * 5_000, "en", "Add Panelbot to Slack"),
        ('"><script>', "en", "Add Panelbot to Slack"),
    ],
)
async def test_people_read_it_in_their_language(site, browser, asked, language, title):
    browser.language = asked
    await browser.open(await site.invite())

    assert browser.title == title
    assert f'<html lang="{language}">' in browser.page
    await browser.open("/slack/install")
    assert browser.status == 403
