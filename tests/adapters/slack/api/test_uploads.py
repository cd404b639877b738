"""Storing files that a message is to show."""

import pytest
from aiohttp import web

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.files import SlackFiles
from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.playground.slack import hazards

PNG = b"\x89PNG\r\n\x1a\n"


async def test_an_image_can_be_shown_when_it_is_stored(neighbour):
    stored = await neighbour.files.store("duck.png", "A duck", PNG)
    kept = neighbour.slack.workspace.files[stored.id]
    assert (stored.name, stored.about, stored.is_image) == ("duck.png", "A duck", True)
    assert stored.url == kept["permalink"]
    assert kept["channels"] == []  # nobody sees it yet
    assert neighbour.slack.state.contents[stored.id] == PNG


async def test_what_is_no_image_is_to_be_linked(neighbour):
    stored = await neighbour.files.store("a.csv", "", b"n")
    assert not stored.is_image
    assert stored.url


async def test_an_image_that_slack_does_not_tell_of_in_time_is_to_be_linked(neighbour):
    neighbour.slack.state.processing_calls = 10
    stored = await neighbour.files.store("duck.png", "A duck", PNG)
    assert not stored.is_image
    assert stored.url


async def test_a_name_is_put_on_one_line(neighbour):
    stored = await neighbour.files.store("a\n b.csv", "", b"n")
    assert stored.name == "a b.csv"
    assert (await neighbour.files.store(" ", "", b"n")).name == "file"


async def test_without_the_scope_slack_refuses(neighbour):
    neighbour.slack.state.scopes.discard("files:write")
    with pytest.raises(MessengerRefused, match="missing_scope"):
        await neighbour.files.store("a.csv", "", b"n")


async def test_what_slack_may_or_may_not_have_done_can_be_tried_again(neighbour):
    fault = hazards.server_error(after_effect=True)
    neighbour.slack.hazards.on("files.completeUploadExternal", fault)
    with pytest.raises(MessengerUnavailable):
        await neighbour.files.store("a.csv", "", b"n")
    assert (await neighbour.files.store("a.csv", "", b"n")).url


async def test_bytes_go_to_slacks_own_file_server_only(neighbour, serve):
    visits = []

    async def take(request):
        visits.append(request.path)
        return web.Response(status=500)

    elsewhere = web.Application()
    elsewhere.router.add_post("/{path:.*}", take)
    async with serve(elsewhere) as url, web_api.session(seconds=1) as session:
        foreign = SlackFiles(neighbour.api, session, "xoxb-1", "https://slack.com/api/")
        with pytest.raises(MessengerRefused, match="foreign_upload_url"):
            await foreign.store("a.csv", "", b"n")
        assert visits == []

        broken = SlackFiles(neighbour.api, session, "xoxb-1", f"{url}/api/")
        neighbour.slack.state.url = url  # where it now says that uploads go
        with pytest.raises(MessengerUnavailable, match="http_500"):
            await broken.store("a.csv", "", b"n")
        assert len(visits) == 1
