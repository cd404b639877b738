"""The install page: what it asks, whom it sends back with what, and whom it does not."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bot.playground.slack.workspace.other_companies import FAY, GIL, GLOBEX
from tests import slack_changes
from tests.organisation import INITECH, IVY, NORTH

CALLBACK = "http://127.0.0.1:1/slack/oauth_redirect"
LINK = {
    "client_id": "111.222",
    "scope": "chat:write,commands",
    "redirect_uri": CALLBACK,
    "state": "a state & more",
}


@pytest.fixture
def world(world):
    world.registration.redirect_urls = [CALLBACK]
    return world


@pytest.fixture
def page(world, session):
    """Open the page, or press a button on it."""

    async def opened(place: str = "", decision: str = "allow", headers=None, **changed: str):
        query = {key: value for key, value in (LINK | changed).items() if value}
        url = f"{world.url}/oauth/v2/authorize?{urlencode(query)}"
        if not place:
            return await session.get(url, headers=headers)
        form = {"place": place, "decision": decision}
        return await session.post(url, data=form, allow_redirects=False, headers=headers)

    return opened


def query_of(response) -> dict[str, list[str]]:
    location = response.headers["Location"]
    assert location.startswith(f"{CALLBACK}?")
    return parse_qs(urlsplit(location).query)


async def test_it_offers_workspaces_and_organisations(page):
    text = await (await page(team=GLOBEX)).text()

    assert text.index("Globex: Fay Lindqvist") < text.index("Acme: Ada Okafor")
    assert "Initech (all of the organisation): Ivy Mbeki" in text
    assert "Initech (all of the organisation): Jon" not in text
    assert "2 permissions: chat:write, commands" in text


async def test_it_offers_first_where_somebody_is_signed_in(page):
    text = await (await page(headers={"Cookie": f"playground-viewer={GLOBEX}/{GIL}"})).text()

    assert text.index("Globex: Gil") < text.index("Globex: Fay") < text.index("Acme: Ada")


async def test_allow_gives_a_code_and_the_state(page):
    answer = query_of(await page(f"{GLOBEX}/{FAY}"))

    assert answer["state"] == ["a state & more"]
    assert set(answer) == {"code", "state"}


async def test_optional_scopes_may_be_unticked(page, world, session):
    scopes = {"bot": ["chat:write"], "bot_optional": ["commands"]}
    world.state.manifest = {"oauth_config": {"scopes": scopes}}
    assert 'value="commands" checked' in await (await page()).text()

    code = query_of(await page(f"{GLOBEX}/{FAY}"))["code"][0]  # with no box ticked

    assert world.codes.redeem(code, CALLBACK).scopes == {"chat:write"}


async def test_cancel_says_so(page, world):
    answer = query_of(await page(f"{GLOBEX}/{FAY}", "cancel"))

    assert answer == {"error": ["access_denied"], "state": ["a state & more"]}
    assert GLOBEX not in world.installations.by_key


async def test_a_policy_gives_a_reason(page, world):
    world.tenants[GLOBEX].refuses_apps = "Not allowed here"

    answer = query_of(await page(f"{GLOBEX}/{FAY}"))

    assert (answer["error"], answer["error_description"]) == (
        ["access_denied"],
        ["Not allowed here"],
    )


async def test_where_apps_are_approved_nobody_comes_back(page, world):
    world.tenants[GLOBEX].approves_apps = True

    response = await page(f"{GLOBEX}/{GIL}")

    assert (response.status, response.headers.get("Location")) == (200, None)
    assert "request has been sent" in await response.text()
    assert world.tenants[GLOBEX].requests == [GIL]
    assert "code" in query_of(await page(f"{GLOBEX}/{FAY}"))  # an admin


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"redirect_uri": f"{CALLBACK}/"}, "bad_redirect_uri"),
        ({"redirect_uri": CALLBACK.upper()}, "bad_redirect_uri"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
async def test_a_bad_link_leads_nowhere(page, changed, code):
    for place in ("", f"{GLOBEX}/{FAY}"):
        response = await page(place, **changed)

        assert (response.status, response.headers.get("Location")) == (400, None)
        assert code in await response.text()


@pytest.mark.parametrize("place", [f"{GLOBEX}/{FAY}", f"{INITECH.id}/{IVY}"])
async def test_an_app_that_is_not_distributed_stays_at_home(page, world, place):
    world.registration.is_distributed = False

    response = await page(place)

    assert "invalid_team_for_non_distributed_app" in await response.text()
    assert "code" in query_of(await page("T0ACME/U0ADA"))


async def test_what_the_organisation_has_is_not_installed_once_more(page, world):
    world.install(INITECH.id)
    slack_changes.grant_access(world, INITECH.id, NORTH)

    response = await page(f"{NORTH}/{IVY}")

    assert "cannot_install_an_org_installed_app" in await response.text()


async def test_other_sites_may_link_to_it_and_do_no_more(page):
    there = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    frame = there | {"Sec-Fetch-Dest": "iframe"}

    shown = await page(headers=there)

    assert shown.status == 200
    policy = shown.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:1" in policy
    assert (await page(headers=frame)).status == 403
    assert (await page(f"{GLOBEX}/{FAY}", headers=there)).status == 403
