"""Files that the bot shows, on the page."""

import aiohttp
import pytest
from playwright.async_api import Page, expect

from bot.adapters.slack.blocks import messages
from bot.panel.made_files import StoredFile
from bot.panel.model import FileId
from bot.playground.openai.rule_model.drawing import WIDTH, bars
from bot.playground.slack.web_api.methods.files import new_file
from bot.playground.slack.workspace.company import GENERAL

pytestmark = pytest.mark.asyncio(loop_scope="session")


def stored(slack, name: str, content: bytes) -> StoredFile:
    file = new_file(slack.state, name, content, slack.bot_user_id)
    is_image = file["mimetype"] == "image/png"
    return StoredFile(FileId(file["id"]), name, file["permalink"], "Costs by year", is_image)


async def say(bot, *stored_files: StoredFile) -> None:
    shown = messages.reply("Here.", stored_files=stored_files)
    await bot.say(GENERAL, username="Analyst", icon_emoji=":bar_chart:", **shown)


async def test_an_image_is_drawn_with_its_description(page: Page, slack, bot) -> None:
    await say(bot, stored(slack, "chart.png", bars([1, 2, 3])))
    image = page.get_by_role("img", name="Costs by year")
    await expect(image).to_be_visible()
    await expect(image).to_have_js_property("naturalWidth", WIDTH)


async def test_another_file_is_a_link_that_downloads_it(page: Page, slack, bot) -> None:
    await say(bot, stored(slack, "a.csv", b"n\n1\n"))
    link = page.get_by_role("link", name="a.csv")
    await expect(link).to_be_visible()
    address = await link.get_attribute("href")
    assert address
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert await answer.read() == b"n\n1\n"
        assert answer.headers["Content-Disposition"] == "attachment"
        assert answer.content_type == "application/octet-stream"


async def test_a_file_that_no_message_shows_is_not_given(page: Page, slack, bot) -> None:
    hidden = stored(slack, "chart.png", bars([1]))
    async with aiohttp.ClientSession() as session:
        for address in (hidden.url, f"{slack.url}/page/files/{hidden.id}"):
            async with session.get(address) as answer:
                assert answer.status == 404
