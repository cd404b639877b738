"""The router by itself, the panel to choose from, and the questions to put to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal

from bot.assembly import panels
from bot.assembly.models import model_server
from bot.experts.library import library
from bot.operations.evaluation.checks import Judge
from bot.operations.evaluation.judges import ModelJudge, RulesJudge
from bot.operations.evaluation.questions import Question
from bot.operations.evaluation.router_trial import RouterTrial
from bot.panel.language_model.fallback import Fallbacks
from bot.panel.language_model.model_client import ModelClient
from bot.panel.model import Panel
from bot.panel.prices import Prices
from bot.panel.timeouts import Timeouts
from bot.panel.usage import Usage
from bot.settings.config import Config
from bot.settings.yaml_files.prices import prices
from bot.settings.yaml_files.questions_file import bundled_questions, load_questions


@asynccontextmanager
async def open_router(config: Config, *, by_rules: bool) -> AsyncIterator[RouterTrial]:
    """Open the configured router, of whose answers nothing is kept.

    *by_rules*: the server is the stand-in, which costs nothing.
    """
    async with model_server.open_unkept(config) as model:
        models = panels.models(config)
        client = ModelClient(model, Timeouts().backoff, Fallbacks(models.fallbacks))
        known = _Free("") if by_rules else prices(config.prices)
        name = "rules" if by_rules else models.router
        yield RouterTrial(client, models, known, name, panels.look(config))


def judge_for(router: RouterTrial, model: str, *, by_rules: bool) -> Judge:
    """Return what judges answers: *model*, else the experts' own; rules, if all is by rules."""
    if by_rules:
        return RulesJudge()
    return ModelJudge(router.client, model or router.models.expert, router.prices)


class _Free(Prices):
    """What the stand-in costs."""

    def cost(self, model: str, usage: Usage) -> Decimal | None:
        """Return nothing."""
        return Decimal(0)


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
