"""Azure's form of address, key and models: over HTTP, with the canned API in Azure's place."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.openai.backends import probe
from bot.adapters.openai.checks.key_and_models import examine
from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.server.client import Client, connect
from bot.panel.checks.findings import Severity
from bot.panel.errors import ModelFault, ModelRefused
from tests.adapters.openai.canned_api import Answer, CannedApi, Stream
from tests.adapters.openai.events import completed, error
from tests.adapters.openai.prompts import prompt, told

RESOURCE = "http://acme.openai.azure.com"
BASE_MODELS = {
    "object": "list",
    "data": [{"id": "gpt-6-luna", "object": "model", "created": 1, "owned_by": "system"}],
}


def on_azure(api: CannedApi, path: str) -> Client:
    """Return a client that takes the canned API for the resource (as its proxy)."""
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("HTTP_PROXY", api.base_url.removesuffix("/v1"))
        return connect("azure-key", f"{RESOURCE}{path}")


@pytest.fixture
async def azure(api: CannedApi) -> AsyncIterator[Client]:
    async with on_azure(api, "/openai/v1/") as client:
        yield client


async def test_deployments_go_where_models_go(api: CannedApi) -> None:
    api.will(Stream((completed(),)))
    async with connect("azure-key", api.base_url.replace("/v1", "/openai/v1/")) as client:
        await told(ConversationsModel(client, salt=""), prompt(model="our-router"))

    (seen,) = api.seen
    assert seen.path == "/openai/v1/responses"  # no deployment and no api-version in it
    assert seen.query == ""
    assert seen.headers["Authorization"] == "Bearer azure-key"
    assert seen.body["model"] == "our-router"


async def test_a_deployment_that_is_not_there_is_no_lost_conversation(
    api: CannedApi, azure: Client
) -> None:
    words = "The API deployment for this resource does not exist."
    api.will(Answer(404, error(words, code="DeploymentNotFound")))
    with pytest.raises(ModelRefused) as caught:
        await told(ConversationsModel(azure, salt=""))
    assert caught.value.fault is ModelFault.MODEL


async def test_deployments_are_not_looked_for_among_base_models(
    api: CannedApi, azure: Client
) -> None:
    api.will(Answer(200, BASE_MODELS))
    found = await examine(azure, [("PANELBOT_ROUTER_MODEL", "our-router")])
    assert [finding.severity for finding in found] == [Severity.GOOD] * 2
    assert "the deployment our-router" in found[1].what


@pytest.mark.parametrize("path", ["/", "/v1", "/openai/deployments/our-router", "/openai/v1?a=b"])
async def test_another_form_of_address_is_put_right(api: CannedApi, path: str) -> None:
    async with on_azure(api, path) as client:
        (finding,) = await examine(client, [("PANELBOT_ROUTER_MODEL", "our-router")])
        assert await probe(client, "conversations") == finding
    assert finding.severity is Severity.BAD
    assert "OPENAI_BASE_URL=https://acme.openai.azure.com/openai/v1/" in finding.remedy
