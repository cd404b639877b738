"""What `panelbot check` says of the server and of the models that it lists."""

import pytest

from bot.adapters.openai import backends
from bot.adapters.openai.checks.key_and_models import examine
from bot.adapters.openai.server.client import connect
from tests.dialects.server import LLAMA_CPP, OGX, VLLM, Dialect, DialectServer, Http

MODELS = [
    "qwen3-8b", "nomic-embed-text", "bge-reranker-v2-m3", "whisper-1", "tts-1-hd", "dall-e-3",
    {"id": "granite", "custom_metadata": {"model_type": "embedding"}},
    {"id": "llama-chat", "custom_metadata": {"model_type": "llm"}},
    {"id": "e5-mistral", "type": "embeddings"},
    {"id": "ada", "capabilities": {"chat_completion": False, "embeddings": True}},
]  # fmt: skip


async def test_only_models_that_can_chat_are_suggested():
    async with (
        DialectServer(OGX, {}, models=MODELS).running() as server,
        connect("sk-test", server.base_url) as client,
    ):
        reached, missing = await examine(client, [("PANELBOT_ROUTER_MODEL", "nope")])
    assert reached.what.startswith("The model server at 127.0.0.1:")
    assert missing.remedy == "Set PANELBOT_ROUTER_MODEL to one of yours: llama-chat, qwen3-8b."


PAGE = Http(200, "<html><body>Welcome</body></html>", {"content-type": "text/html"})


@pytest.mark.parametrize("answer", [PAGE, Http(200, ["a"]), Http(200, {"data": 7})])
async def test_an_address_that_is_not_of_an_api_is_told(answer: Http):
    elsewhere = {"GET /v1/models": [answer]}
    async with (
        DialectServer(VLLM, {}, elsewhere).running() as server,
        connect("sk-test", server.base_url) as client,
    ):
        (finding,) = await examine(client, [("PANELBOT_ROUTER_MODEL", "qwen")])
    assert "OPENAI_BASE_URL" in finding.remedy


async def test_a_date_that_is_none_is_not_believed():
    models = [{"id": "qwen", "shutdown_date": "some day"}]
    async with (
        DialectServer(VLLM, {}, models=models).running() as server,
        connect("sk-test", server.base_url) as client,
    ):
        _, finding = await examine(client, [("PANELBOT_ROUTER_MODEL", "qwen")])
    assert finding.what == "PANELBOT_ROUTER_MODEL: qwen"


@pytest.mark.parametrize("backend", ["conversations", "stateless"])
async def test_a_server_with_chat_completions_only_needs_another_in_front(backend: str):
    elsewhere = {"POST /v1/chat/completions": [Http(400, {"error": {"message": "no messages"}})]}
    finding = await found(LLAMA_CPP, backend, elsewhere)
    assert "put OGX in front of it" in finding.remedy


async def test_a_server_with_responses_only_needs_the_other_backend():
    elsewhere = {"POST /v1/responses": [Http(400, {"detail": "no input"})]}
    finding = await found(VLLM, "conversations", elsewhere)
    assert "PANELBOT_BACKEND=stateless" in finding.remedy


async def found(dialect: Dialect, backend: str, elsewhere: dict):
    refused = {"POST /v1/responses": [dialect.not_found]}
    async with (
        DialectServer(dialect, {}, refused | elsewhere).running() as server,
        connect("sk-test", server.base_url) as client,
    ):
        return await backends.probe(client, backend)
