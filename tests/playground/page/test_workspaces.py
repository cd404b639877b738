"""Several workspaces on one page, and the way into one that does not have the app yet."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, expect

from bot.playground.slack.page.routes import add_page
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.other_companies import FAY, GLOBEX, globex_workspace
from tests.playground.page.conftest import MANIFEST

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[SlackPlayground]:
    """Two workspaces; an app that leads people to the install page, and thanks them."""
    slack = SlackPlayground(retry_after=())
    slack.registration.is_distributed = True
    slack.add_workspace(globex_workspace())
    shown = add_page(slack.app, slack, MANIFEST)

    async def lead(request: web.Request) -> web.Response:
        callback = str(request.url.with_path("/callback"))
        slack.registration.redirect_urls = [callback]
        query = f"client_id=111.222&scope=chat:write&state=x&redirect_uri={callback}"
        return web.Response(
            status=302, headers={"Location": f"{slack.url}/oauth/v2/authorize?{query}"}
        )

    async def take(request: web.Request) -> web.Response:
        code = slack.codes.redeem(request.query["code"], str(request.url.with_query(None)))
        slack.install(code.key, code.person, code.scopes)
        return web.Response(text="<h1>Thank you</h1>", content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/install", lead), web.get("/callback", take)])
    async with slack, TestServer(app) as server:
        shown.offer_installation(str(server.make_url("/install")))
        yield slack


async def enter(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Playground: all of it").click()
    await page.get_by_role("menuitemradio", name=name).click()


async def test_each_workspace_has_its_own_people_and_messages(
    page: Page, slack: SlackPlayground
) -> None:
    await enter(page, "Globex")
    await page.get_by_role("link", name="sales").click()
    composer = page.get_by_label("Message", exact=True)
    await expect(composer).to_have_attribute("placeholder", "Message #sales")
    await composer.fill("hello")
    await composer.press("Enter")
    await expect(page.get_by_label("Messages", exact=True)).to_contain_text("Fay")

    assert [m.user for m in slack.tenants[GLOBEX].workspace.messages("C0SALES")] == [FAY]
    await page.reload()
    await expect(page.get_by_role("button", name="You are: Fay")).to_be_visible()
    await enter(page, "Acme")
    await expect(page.get_by_role("button", name="You are: Ada")).to_be_visible()
    await expect(page.get_by_role("link", name="sales")).to_be_hidden()


async def test_the_app_is_installed_through_its_pages(page: Page, slack: SlackPlayground) -> None:
    link = page.get_by_role("link", name="Install Panelbot here")
    await expect(link).to_be_hidden()
    await enter(page, "Globex")

    async with page.context.expect_page() as opened:
        await link.click()
    consent = await opened.value
    await expect(consent.get_by_role("combobox")).to_have_value(f"{GLOBEX}/{FAY}")
    await consent.get_by_role("button", name="Allow").click()
    await expect(consent.get_by_role("heading", name="Thank you")).to_be_visible()
    await consent.close()

    await expect(link).to_be_hidden()
    await expect(page.get_by_role("link", name="Panelbot")).to_be_visible()
    assert slack.installations.by_key[GLOBEX].installer == FAY
