"""What `panelbot check` says of the server and of the models that it lists."""

import pytest

from bot.adapters.openai import backends
from bot.adapters.openai.checks.key_and_models import examine
from bot.adapters.openai.client import connect
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
