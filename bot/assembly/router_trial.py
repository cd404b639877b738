"""The router by itself, the panel to choose from, and the questions to put to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

from bot.assembly import model_server, panels
from bot.experts.library import library
from bot.operations.evaluation.memory import MemoryConversations
from bot.operations.evaluation.questions import Question
from bot.operations.evaluation.router_trial import RouterTrial
from bot.panel.language_model.fallback import Fallbacks
from bot.panel.language_model.model_client import ModelClient
from bot.panel.model import Panel
from bot.panel.prices import Price, Prices
from bot.panel.timeouts import Timeouts
from bot.settings.config import Config
from bot.settings.yaml_files.prices import prices
from bot.settings.yaml_files.questions_file import bundled_questions, load_questions


@asynccontextmanager
async def open_router_trial(config: Config, *, by_rules: bool) -> AsyncIterator[RouterTrial]:
    """Open the configured router, whose conversations are kept in this process only.

    *by_rules*: the server is the stand-in, which costs nothing.
    """
    forgetful = replace(config, backend="stateless")
    async with model_server.open_model(forgetful, MemoryConversations()) as model:
        models = panels.models(config)
        client = ModelClient(model, Timeouts().backoff, Fallbacks(models.fallbacks))
        if by_rules:
            nothing = Prices("", {models.router: Price(Decimal(0), Decimal(0), Decimal(0))})
            yield RouterTrial(client, models, nothing, name="rules")
        else:
            yield RouterTrial(client, models, prices(config.prices), name=models.router)


def panel_of(
    config: Config, path: str | None, channel: str = "", *, inherits: bool = False
) -> Panel:
    """Return the panel of a *channel* in the file at *path*, else the one of this installation.

    Raises Refused if the file will not do, or has nothing for the channel, unless that *inherits*.
    """
    if path:
        return panels.panel_in(config, path, channel, inherits=inherits)
    return panels.default_panel(config)


def bundled_panel() -> Panel:
    """Return a panel of all bundled experts."""
    return Panel(library())


def questions_of(path: str | None) -> Sequence[Question]:
    """Return the questions in the file at *path*, else the bundled ones. Raises Refused."""
    return load_questions(path) if path else bundled_questions()
