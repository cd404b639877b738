"""Storing files that a message is to show."""

import pytest
from aiohttp import web

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.files import SlackFiles
from bot.panel.errors import MessengerRefused, MessengerUnavailable
from tests import slack_faults as hazards

PNG = b"\x89PNG\r\n\x1a\n"


async def store(files, name, about, content):
    upload = await files.open_upload(name, len(content))
    return await files.upload(upload, name, about, content)


async def test_an_image_can_be_shown_when_it_is_stored(neighbour):
    stored = await store(neighbour.files, "duck.png", "A duck", PNG)
    kept = neighbour.slack.workspace.files[stored.id]
    assert (stored.name, stored.about, stored.is_image) == ("duck.png", "A duck", True)
    assert stored.url == kept["permalink"]
    assert kept["channels"] == []  # nobody sees it yet
    assert neighbour.slack.state.contents[stored.id] == PNG


async def test_what_is_no_image_is_to_be_linked(neighbour):
    stored = await store(neighbour.files, "a.csv", "", b"n")
    assert not stored.is_image
    assert stored.url


async def test_an_image_that_slack_does_not_tell_of_in_time_is_to_be_linked(neighbour):
    neighbour.slack.state.processing_calls = 10
    stored = await store(neighbour.files, "duck.png", "A duck", PNG)
    assert not stored.is_image
    assert stored.url


async def test_a_name_is_put_on_one_line(neighbour):
    stored = await store(neighbour.files, "a\n b.csv", "", b"n")
    assert stored.name == "a b.csv"
    assert (await store(neighbour.files, " ", "", b"n")).name == "file"


async def test_without_the_scope_slack_refuses(neighbour):
    neighbour.slack.state.scopes.discard("files:write")
    with pytest.raises(MessengerRefused, match="missing_scope"):
        await store(neighbour.files, "a.csv", "", b"n")


@pytest.mark.parametrize("after_effect", [False, True])
async def test_an_upload_whose_answer_was_lost_is_gone_on_with(neighbour, after_effect):
    fault = hazards.server_error(after_effect=after_effect)
    neighbour.slack.hazards.on("files.completeUploadExternal", fault)
    upload = await neighbour.files.open_upload("duck.png", len(PNG))
    with pytest.raises(MessengerUnavailable):
        await neighbour.files.upload(upload, "duck.png", "A duck", PNG)
    stored = await neighbour.files.resume_upload(upload.id, "duck.png", "A duck")
    assert stored == await neighbour.files.resume_upload(upload.id, "duck.png", "A duck")
    assert (stored.id, stored.is_image, stored.about) == (upload.id, True, "A duck")
    assert list(neighbour.slack.workspace.files) == [upload.id]


async def test_an_upload_without_bytes_or_of_another_workspace_is_begun_anew(neighbour):
    upload = await neighbour.files.open_upload("a.csv", 1)
    assert await neighbour.files.resume_upload(upload.id, "a.csv", "") is None
    assert await neighbour.files.resume_upload("F0GONE", "a.csv", "") is None
    neighbour.slack.state.scopes.discard("files:read")
    assert await neighbour.files.resume_upload(upload.id, "a.csv", "") is None


async def test_a_completed_upload_is_found_without_the_scope_that_reads(neighbour):
    stored = await store(neighbour.files, "duck.png", "", PNG)
    neighbour.slack.state.scopes.discard("files:read")
    assert (await neighbour.files.resume_upload(stored.id, "duck.png", "")).id == stored.id


async def test_a_file_that_somebody_deleted_is_stored_anew(neighbour):
    stored = await store(neighbour.files, "duck.png", "", PNG)
    del neighbour.slack.workspace.files[stored.id]
    assert await neighbour.files.resume_upload(stored.id, "duck.png", "") is None


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
            await store(foreign, "a.csv", "", b"n")
        assert visits == []

        broken = SlackFiles(neighbour.api, session, "xoxb-1", f"{url}/api/")
        neighbour.slack.state.url = url  # where it now says that uploads go
        with pytest.raises(MessengerUnavailable, match="http_500"):
            await store(broken, "a.csv", "", b"n")
        assert len(visits) == 1
