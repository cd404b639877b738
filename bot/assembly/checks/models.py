"""What the model server supports, and whether it answers with each model that is named."""

import asyncio
from collections.abc import Sequence

from bot.adapters.openai import backends
from bot.adapters.openai.checks import decision_trial
from bot.adapters.openai.checks.key_and_models import examine as examine_models
from bot.adapters.openai.checks.model_trial import ModelTrial, Tried
from bot.adapters.openai.server.client import Client
from bot.assembly.models.model_server import client_of
from bot.assembly.panels import look
from bot.panel.checks.findings import Finding, Severity, warning
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.model import Effort
from bot.settings.config import Config
from bot.settings.workspace_config import named_models


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
