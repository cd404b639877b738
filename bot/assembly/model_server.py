"""The model server: opening the backend that is configured, and checking what it supports."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager

from bot.adapters.functions import redactors
from bot.adapters.openai import backends
from bot.adapters.openai.checks import decision_trial
from bot.adapters.openai.checks.key_and_models import examine as examine_models
from bot.adapters.openai.checks.model_trial import ModelTrial, Tried
from bot.adapters.openai.documents.knowledge import OpenAIKnowledge
from bot.adapters.openai.server.client import Client, connect
from bot.assembly.panels import look
from bot.panel.checks.findings import Finding, Severity, warning
from bot.panel.errors import Refused
from bot.panel.language_model.conversations.conversation_store import ConversationStore
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.model import Effort
from bot.panel.redaction.redacted_history import RedactedHistory
from bot.panel.redaction.redacted_knowledge import RedactedKnowledge
from bot.panel.redaction.redacted_model import RedactedModel
from bot.panel.roster.documents.knowledge import KnowledgeBase
from bot.settings.config import Config

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_model(config: Config, store: ConversationStore) -> AsyncIterator[LanguageModel]:
    """Open the configured backend; nothing is sent yet."""
    async with open_client(config) as client:
        yield model_of(config, client, store)


@asynccontextmanager
async def open_knowledge(config: Config) -> AsyncIterator[KnowledgeBase]:
    """Open the store of the experts' documents; nothing is sent yet."""
    async with open_client(config) as client:
        yield knowledge_of(client)


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


@asynccontextmanager
async def open_client(config: Config) -> AsyncIterator[Client]:
    """Open a client without a backend; nothing is sent yet."""
    async with client_of(config) as client:
        yield client


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


async def examine(config: Config, own: Sequence[tuple[str, str]] = ()) -> list[Finding]:
    """Return the findings about the server, the configured models, and experts' *own* ones.

    Each model that is there is asked for one small response.
    """
    models = [*named_models(config), *own]
    async with client_of(config) as client:
        model_findings, backend_finding = await asyncio.gather(
            examine_models(client, models), backends.probe(client, config.backend)
        )
        findings = [*model_findings, backend_finding, *await _try_decisions(config, client)]
        named = model_findings[1:]
        if len(named) != len(models) or backend_finding.severity is not Severity.GOOD:
            return findings
        there = [m for m, f in zip(models, named, strict=True) if f.severity is not Severity.BAD]
        return findings + await _try(config, client, there)


async def _try_decisions(config: Config, client: Client) -> list[Finding]:
    """Return whether a first look works, where it is wanted, or what PANELBOT_UNSURE asks for."""
    asks_people, wanted = config.unsure != "off", look(config)
    if wanted is None:
        what = (
            f"PANELBOT_UNSURE={config.unsure} has no effect: nothing tells how sure the router is"
        )
        remedy = (
            "Set PANELBOT_ROUTER=decisions or PANELBOT_UNSURE_BY=agreement; not with assistants."
        )
        return [warning(what, remedy)] if asks_people else []
    if not wanted.decisions:
        return []
    finding = await decision_trial.examine(client)
    is_expected = wanted.quiet and (wanted.agreement or not asks_people)
    return [] if is_expected and finding.severity is Severity.WARNING else [finding]


async def _try(config: Config, client: Client, models: Sequence[tuple[str, str]]) -> list[Finding]:
    """Ask *models* one after the other: a server of one's own may hold one at a time."""
    if config.backend == "assistants":
        return []
    trial = ModelTrial(
        client, config.backend, salt=config.people_salt, compact=config.compact_tokens
    )
    tried: dict[tuple[str, bool], Tried] = {}
    for setting, name in models:
        routes = setting in ("PANELBOT_ROUTER_MODEL", "PANELBOT_FALLBACK_MODELS")
        effort = Effort.HIGH if setting == "PANELBOT_HARD_MODEL" else Effort.LOW
        effort = ModelChoice().router_effort if routes else effort
        tried.setdefault((name, routes), Tried(setting, name, effort, calls=routes))
    return [await trial.examine(one) for one in tried.values()]


def named_models(config: Config) -> Sequence[tuple[str, str]]:
    """Return the models that the settings name: the name of each setting, and the model's."""
    follows = config.hard_model == config.expert_model  # also where it is not set: nothing to blame
    return [
        ("PANELBOT_ROUTER_MODEL", config.router_model),
        ("PANELBOT_EXPERT_MODEL", config.expert_model),
        *(() if follows else [("PANELBOT_HARD_MODEL", config.hard_model)]),
        *(("PANELBOT_FALLBACK_MODELS", name) for name in config.fallback_models),
    ]


def client_of(config: Config) -> Client:
    """Return a client; nothing is sent yet."""
    return connect(config.openai_api_key, config.openai_base_url)
