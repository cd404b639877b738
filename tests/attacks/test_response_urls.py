"""Answers to commands and clicks go to Slack, whatever address a payload names."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.slack.receiving.receiver import with_known_addresses
from bot.playground.slack.delivery import interactions
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.attacks.forging import Forge
from tests.end_to_end.conftest import World

SLACK = "https://slack.com/api/"


async def test_nothing_is_sent_to_an_address_that_is_not_slacks(bot: World):
    received = list[str]()

    async def take(request: web.Request) -> web.Response:
        received.append(await request.text())
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    async with TestServer(app) as elsewhere:
        words, url = ("/experts", ""), str(elsewhere.make_url("/"))
        payload = interactions.command(bot.slack.state, ADA, GENERAL, words, url)
        await Forge(bot.slack).deliver(payload, "slash_commands")
        await bot.slack.deliverer.settle()
        await bot.idle()

    assert received == []


@pytest.mark.parametrize(
    ("url", "is_known"),
    [
        ("https://hooks.slack.com/commands/T1/2/x", True),
        ("https://hooks.slack-gov.com/actions/T1/2/x", True),
        ("https://slack.com/x", True),
        ("http://hooks.slack.com/x", False),
        ("https://hooks.slack.com.evil.test/x", False),
        ("https://hooks.slack.com@evil.test/x", False),
        ("https://evil.test\\@hooks.slack.com/x", False),
        ("https://hooks.slack.com:8080/x", False),
        ("https://evil-slack.com/x", False),
        ("http://169.254.169.254/", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_addresses_are_slacks_own(url, is_known):
    body = {"response_url": url, "response_urls": [{"response_url": url}], "text": "x"}
    known = with_known_addresses(body, SLACK)
    assert known == (body if is_known else {"response_urls": [], "text": "x"})
