"""The model server: opening the backend that is configured."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from bot.adapters.functions import redactors
from bot.adapters.openai import backends
from bot.adapters.openai.documents.knowledge import OpenAIKnowledge
from bot.adapters.openai.server.client import Client, connect
from bot.panel.checks.findings import Severity
from bot.panel.errors import Refused
from bot.panel.language_model.conversations.conversation_store import ConversationStore
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.redaction.redacted_history import RedactedHistory
from bot.panel.redaction.redacted_knowledge import RedactedKnowledge
from bot.panel.redaction.redacted_model import RedactedModel
from bot.panel.roster.documents.knowledge import KnowledgeBase
from bot.settings.config import Config

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_models(
    config: Config, store: ConversationStore
) -> AsyncIterator[tuple[LanguageModel, KnowledgeBase]]:
    """Open the configured backend, and the store of the experts' documents; nothing is sent yet."""
    async with client_of(config) as client:
        yield model_of(config, client, store), knowledge_of(client)


@asynccontextmanager
async def open_unkept(config: Config) -> AsyncIterator[LanguageModel]:
    """Open a model of which nothing is kept, whatever the backend; nothing is sent yet."""
    redaction = redactors.installed()
    async with client_of(config) as client:
        model = backends.unkept(client, salt=config.people_salt)
        yield RedactedModel(model, redaction) if redaction else model


def model_of(config: Config, client: Client, store: ConversationStore) -> LanguageModel:
    """Return the configured backend. Raises Refused where it is known to have ended."""
    redaction = redactors.installed()
    model = backends.backend(
        config.backend,
        client,
        RedactedHistory(store, redaction) if redaction else store,
        salt=config.people_salt,
        tokens=config.history_tokens,
        compact=config.compact_tokens,
    )
    return RedactedModel(model, redaction) if redaction else model


def knowledge_of(client: Client) -> KnowledgeBase:
    """Return the store of the experts' documents."""
    redaction, knowledge = redactors.installed(), OpenAIKnowledge(client)
    return RedactedKnowledge(knowledge, redaction) if redaction else knowledge


async def require_backend(config: Config, *before: Awaitable[None]) -> None:
    """Raise Refused, with a remedy, if the server certainly lacks what the backend needs.

    That is found out while *before* is awaited; only what the latter raises is told, if anything.
    """
    async with client_of(config) as client:
        probe = asyncio.create_task(backends.probe(client, config.backend))
        outcomes = await asyncio.gather(*before, probe, return_exceptions=True)
    for failure in (one for one in outcomes if isinstance(one, BaseException)):
        raise failure
    finding = probe.result()
    if finding.severity is Severity.BAD:
        raise Refused(f"{finding.what}. {finding.remedy}")
    if finding.severity is Severity.WARNING:
        log.warning("backend.unknown", extra={"what": finding.what, "remedy": finding.remedy})


def client_of(config: Config) -> Client:
    """Return a client; nothing is sent yet."""
    return connect(config.openai_api_key, config.openai_base_url)
