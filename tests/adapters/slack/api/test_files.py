"""Reading files: from Slack's own server only, and never too much."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.files import SlackFile, SlackFiles
from bot.adapters.slack.content import message_content
from bot.panel.errors import MessengerRefused, MessengerUnavailable, Refused
from bot.panel.model import SharedFile
from bot.playground.slack.workspace.company import ADA, GENERAL

TEXT = b"Everybody has thirty days of holiday."


@dataclass
class Server:
    """A file server that notes who comes with a token."""

    url: str = ""
    visits: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, web.Response] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        self.visits.append((request.path, request.headers.get("Authorization", "")))
        return self.answers[request.path]

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/{path:.*}", self.answer)
        return application


@pytest.fixture
async def server(serve) -> AsyncIterator[Server]:
    here = Server()
    async with serve(here.application()) as here.url:
        yield here


@pytest.fixture
async def files(neighbour, server) -> AsyncIterator[SlackFiles]:
    """Reads from *server* as if it were a stand-in of Slack."""
    async with web_api.session(seconds=1) as session:
        yield SlackFiles(neighbour.api, session, "xoxb-1", f"{server.url}/api/")


def file(url: str, size: int = len(TEXT)) -> SlackFile:
    return SlackFile("F1", "handbook.md", size, url)


async def test_a_file_is_found_and_read(neighbour):
    ts = neighbour.slack.people.say(ADA, GENERAL, "Look", files=[("handbook.md", TEXT)])
    (shared,) = neighbour.slack.workspace.message(GENERAL, ts).files
    found = await neighbour.files.find(shared["id"])
    assert (found.name, found.size) == ("handbook.md", len(TEXT))
    assert await neighbour.files.content(found) == TEXT


async def test_a_file_that_there_is_not_is_refused_by_slack(neighbour):
    with pytest.raises(MessengerRefused, match="file_not_found"):
        await neighbour.files.find("F0NONE")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/handbook.md",
        "http://files.slack.com/handbook.md",
        "https://files.slack.com:8443/handbook.md",
        "https://files.slack.com.evil.example/handbook.md",
        "https://files.slack.com@evil.example/handbook.md",
        "https://[/",
        "",
    ],
)
async def test_the_token_goes_nowhere_but_to_slacks_file_server(neighbour, url):
    async with web_api.session(seconds=1) as session:
        slack = SlackFiles(neighbour.api, session, "xoxb-1", "https://slack.com/api/")
        with pytest.raises(Refused):
            await slack.content(file(url))


async def test_a_stand_in_has_its_own_origin_and_no_other(files, server):
    with pytest.raises(Refused):
        await files.content(file("https://files.slack.com/handbook.md"))
    server.answers["/handbook.md"] = web.Response(body=TEXT)
    assert await files.content(file(f"{server.url}/handbook.md")) == TEXT
    assert server.visits == [("/handbook.md", "Bearer xoxb-1")]


async def test_a_redirect_is_not_followed(files, server):
    headers = {"Location": f"{server.url}/elsewhere"}
    server.answers["/handbook.md"] = web.Response(status=302, headers=headers)
    with pytest.raises(Refused, match="did not give me"):
        await files.content(file(f"{server.url}/handbook.md"))
    assert [path for path, _ in server.visits] == ["/handbook.md"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="<html>Sign in</html>", content_type="text/html"),
        lambda: web.Response(status=403),
    ],
    ids=["sign-in page", "403"],
)
async def test_a_page_in_the_files_place_is_not_the_file(files, server, answer):
    server.answers["/handbook.md"] = answer()
    with pytest.raises(Refused, match="files:read"):
        await files.content(file(f"{server.url}/handbook.md"))


async def test_no_more_is_read_than_there_should_be(files, server):
    server.answers["/handbook.md"] = web.Response(body=TEXT)
    with pytest.raises(Refused, match="larger than Slack says"):
        await files.content(file(f"{server.url}/handbook.md", size=5))


async def test_an_outage_is_worth_another_try(files, server):
    server.answers["/handbook.md"] = web.Response(status=503)
    with pytest.raises(MessengerUnavailable):
        await files.content(file(f"{server.url}/handbook.md"))


async def test_a_server_that_is_not_there_is_an_outage(neighbour, free_port):
    nowhere = f"http://127.0.0.1:{free_port}"
    async with web_api.session(seconds=1) as session:
        slack = SlackFiles(neighbour.api, session, "xoxb-1", f"{nowhere}/api/")
        with pytest.raises(MessengerUnavailable):
            await slack.content(file(f"{nowhere}/handbook.md"))


def shared(neighbour, **changed) -> SharedFile:
    """Let Ada share a file of which Slack then tells something else."""
    ts = neighbour.slack.people.say(ADA, GENERAL, "Look", files=[("handbook.md", TEXT)])
    message = neighbour.slack.workspace.message(GENERAL, ts)
    (known,) = message_content.read({"files": message.files}).files
    neighbour.slack.workspace.files[known.id] = {**message.files[0], **changed}
    return known


async def test_a_shared_file_is_read(neighbour):
    known = shared(neighbour)
    assert (known.name, known.size) == ("handbook.md", len(TEXT))
    assert await neighbour.files.read(known, len(TEXT)) == ("handbook.md", TEXT)


async def test_a_file_known_by_id_only_gets_its_name_from_slack(neighbour):
    stub = {"id": shared(neighbour).id}
    (untold,) = message_content.read({"files": [stub]}).files
    assert untold.name == "file"
    assert await neighbour.files.read(untold, len(TEXT)) == ("handbook.md", TEXT)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"size": len(TEXT) + 1}, "larger than"),
        ({"url_private_download": "https://evil.example/"}, "does not lie in Slack itself"),
        ({"is_external": True}, "does not lie in Slack itself"),
        ({"mode": "tombstone"}, "is not there any more"),
        ({"mode": "hidden_by_limit", "url_private_download": None}, "plan keeps only"),
        ({"mode": "quip", "mimetype": "application/vnd.slack-docs"}, "is a canvas or a list"),
        ({"mode": "list", "mimetype": "application/vnd.slack-list"}, "is a canvas or a list"),
        ({"mimetype": "application/vnd.slack-docs"}, "is a canvas or a list"),
    ],
)
async def test_a_shared_file_is_not_read_where_it_should_not_be(neighbour, changed, why):
    with pytest.raises(Refused, match=why):
        await neighbour.files.read(shared(neighbour, **changed), len(TEXT))


async def test_a_file_whose_size_slack_does_not_know_yet_is_read(neighbour):
    known = shared(neighbour, size=0)
    assert await neighbour.files.read(known, len(TEXT)) == ("handbook.md", TEXT)
    with pytest.raises(Refused, match="larger than"):
        await neighbour.files.read(known, len(TEXT) - 1)


async def test_a_shared_file_that_was_deleted_is_refused_with_a_sentence(neighbour):
    known = shared(neighbour)
    del neighbour.slack.workspace.files[known.id]
    with pytest.raises(Refused, match=r"`handbook.md` is not there any more"):
        await neighbour.files.read(known, len(TEXT))
