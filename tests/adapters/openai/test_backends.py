"""Finding out whether a server has what the chosen backend needs."""

import pytest

from bot.adapters.openai import backends, items
from bot.adapters.openai.server.client import Client, connect
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.stores.conversation_store import RedisConversationStore
from bot.panel.checks.findings import Severity
from bot.panel.errors import Refused
from bot.panel.tools import HostedTool, Toolbox
from bot.playground.openai.server import OpenAIPlayground
from tests.adapters.openai.canned_api import Answer, CannedApi
from tests.adapters.openai.events import error
from tests.inspection.inspector import OpenAIInspector

NOT_FOUND = Answer(404, {"detail": "Not Found"})


@pytest.mark.parametrize("name", ["conversations", "stateless", "assistants"])
async def test_a_server_that_has_everything_is_good_and_looks_as_before(
    name: str, openai_inspector: OpenAIInspector
) -> None:
    async with (
        openai_inspector.watch(OpenAIPlayground(assistants=True)) as server,
        connect(server.api_key, server.base_url) as client,
    ):
        finding = await backends.probe(client, name)
        assert not server.conversations
        assert not server.store.responses
    assert finding.severity is Severity.GOOD


@pytest.mark.parametrize(
    ("name", "missing"), [("conversations", []), ("stateless", []), ("assistants", ["web-search"])]
)
def test_tools_that_a_backend_certainly_lacks_are_named(name: str, missing: list[str]) -> None:
    allowed = Toolbox((HostedTool.WEB_SEARCH,))
    assert [*items.tools_lacking(name, allowed)] == missing


async def test_a_server_without_conversations_calls_for_the_stateless_backend(
    api: CannedApi, client: Client
) -> None:
    api.will(NOT_FOUND)
    finding = await backends.probe(client, "conversations")
    assert finding.severity is Severity.BAD
    assert finding.what.endswith(
        "has no /conversations, which PANELBOT_BACKEND=conversations needs"
    )
    assert "Set PANELBOT_BACKEND=stateless" in finding.remedy


@pytest.mark.parametrize(
    "answer", [NOT_FOUND, Answer(405, b"Method Not Allowed"), Answer(404, b"404 page not found")]
)
async def test_a_server_without_responses_will_not_do(
    api: CannedApi, client: Client, answer: Answer
) -> None:
    api.will(answer)
    finding = await backends.probe(client, "stateless")
    assert finding.severity is Severity.BAD
    assert "/responses" in finding.what


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, error("Missing required parameter: 'model'.")),
        Answer(404, {"detail": "model '' not found"}),
        Answer(422, {"detail": [{"loc": ["body", "input"], "msg": "Field required"}]}),
    ],
)
async def test_a_complaint_about_the_request_shows_that_somebody_reads_it(
    api: CannedApi, client: Client, answer: Answer
) -> None:
    api.will(answer)
    assert (await backends.probe(client, "stateless")).severity is Severity.GOOD


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_a_server_that_does_not_answer_properly_is_no_proof(
    api: CannedApi, client: Client, status: int
) -> None:
    api.will(Answer(status, error("Not now.")))
    assert (await backends.probe(client, "conversations")).severity is Severity.WARNING


@pytest.mark.parametrize("name", ["conversations", "stateless", "assistants"])
@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>Sign in</html>"),
        Answer(200, b"", {"content-type": "application/json"}),
        Answer(200, {"error": "Unexpected endpoint or method."}),  # LM Studio
    ],
)
async def test_what_is_no_answer_is_no_proof(
    api: CannedApi, client: Client, answer: Answer, name: str
) -> None:
    api.will(answer)
    assert (await backends.probe(client, name)).severity is Severity.WARNING


async def test_a_server_that_is_away_is_no_proof(free_port: int) -> None:
    async with connect("sk-test", f"http://127.0.0.1:{free_port}/v1") as client:
        assert (await backends.probe(client, "conversations")).severity is Severity.WARNING


@pytest.fixture
def free_port(unused_tcp_port: int) -> int:
    return unused_tcp_port


@pytest.mark.parametrize("host", ["api.openai.com", "acme.openai.azure.com"])
async def test_assistants_are_refused_where_they_were_switched_off(
    host: str, redis: Connection
) -> None:
    store = RedisConversationStore(redis)
    async with connect("sk-test", f"https://{host}/openai/v1") as client:
        finding = await backends.probe(client, "assistants")
        with pytest.raises(Refused) as caught:
            backends.backend("assistants", client, store, salt="", tokens=1)
    assert finding.severity is Severity.BAD
    assert "switched off" in finding.what
    assert str(caught.value) == f"{finding.what}. {finding.remedy}"


async def test_a_server_without_assistants_is_found_out() -> None:
    async with (
        OpenAIPlayground() as server,
        connect(server.api_key, server.base_url) as client,
    ):
        finding = await backends.probe(client, "assistants")
    assert finding.severity is Severity.BAD
    assert "no /assistants" in finding.what
