"""Whether the model server takes the key and has the models, without which nothing can be answered.

Servers differ: a key may be forbidden to list the models, and a list may leave some out. So what
seems to be wrong is tried with a small response before the bot refuses to start. A server that is
down or overloaded is no reason: turns wait for it.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.adapters import openai
from bot.adapters.openai.checks.key_and_models import examine
from bot.adapters.openai.checks.model_trial import ModelTrial, Tried
from bot.assembly.models.model_server import client_of
from bot.panel.checks.findings import Finding, Severity
from bot.panel.errors import (
    ModelFault,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
    PanelError,
    Refused,
)
from bot.panel.loops import Trouble
from bot.panel.model import Effort
from bot.settings.config import Config
from bot.settings.workspace_config import named_models

log = logging.getLogger(__name__)

_TIMEOUT = 10.0  # seconds for the list, and again for each response
_NEEDED = ("PANELBOT_ROUTER_MODEL", "PANELBOT_EXPERT_MODEL")
_CERTAIN = (ModelFault.ACCESS, ModelFault.FORBIDDEN, ModelFault.MODEL)


async def require_models(config: Config, *, answering: bool = False) -> None:
    """Raise Refused, with a remedy, if the key or a model is certainly wrong; log what else is.

    With *answering*, nothing is logged, and an address where no API answers is refused, too.
    """
    async with client_of(config) as client:
        named = named_models(config)
        try:
            findings = await examine(client.with_options(timeout=_TIMEOUT), named)
        except Exception as error:  # noqa: BLE001 - a server may answer anything
            Trouble("models.unknown").tell(error)
            return
        trial = ModelTrial(client, config.backend, salt=config.people_salt, compact=0)
        for finding, tried in _suspects(config, named, findings):
            failure = await _failure(config, trial, tried)
            if _is_certain(failure) or (answering and not _passes(failure)):
                raise Refused(f"{finding.what}. {finding.remedy}")
    for finding in findings:
        if finding.severity is not Severity.GOOD and not answering:
            log.warning("models.wanting", extra={"what": finding.what, "remedy": finding.remedy})


def _suspects(
    config: Config, named: Sequence[tuple[str, str]], findings: Sequence[Finding]
) -> Iterator[tuple[Finding, Tried]]:
    """Yield each finding that may keep everything from being answered, and what to try."""
    server, *of_models = findings
    if server.severity is Severity.BAD:
        yield server, Tried("PANELBOT_ROUTER_MODEL", config.router_model, Effort.LOW)
    models = list(zip(named, of_models, strict=len(of_models) > 0))
    usable = {setting for (setting, _), f in models if f.severity is not Severity.BAD}
    if "PANELBOT_FALLBACK_MODELS" in usable:
        return
    for (setting, name), finding in models:
        if setting in _NEEDED and finding.severity is Severity.BAD:
            yield finding, Tried(setting, name, Effort.LOW)


async def _failure(config: Config, trial: ModelTrial, tried: Tried) -> PanelError | None:
    if config.backend == "assistants":  # which the trial does not speak
        return ModelUnavailable("not tried")
    try:
        with _unlogged():
            async with asyncio.timeout(_TIMEOUT):
                return await trial.failure(tried)
    except TimeoutError:
        return ModelUnavailable("no answer in time")


@contextmanager
def _unlogged() -> Iterator[None]:
    """Leave it to whoever asks to say what was refused, in one line."""
    logger = logging.getLogger(openai.__name__)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _is_certain(failure: PanelError | None) -> bool:
    return isinstance(failure, ModelRefused) and failure.fault in _CERTAIN


def _passes(failure: PanelError | None) -> bool:
    """Whether there is an API that may answer later, if it does not now."""
    is_quota = isinstance(failure, ModelRefused) and failure.fault is ModelFault.QUOTA
    return failure is None or is_quota or isinstance(failure, ModelOverloaded)
