"""The router for commands that only ask it: the settings' model, or else the stand-in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import set_up_logs, tell_remarks
from bot.cli.shared.env_file import environment
from bot.settings.config import Config
from bot.settings.environment import read

if TYPE_CHECKING:
    from bot.operations.evaluation.router_trial import RouterTrial
    from bot.panel.model import Panel

_ANY_MODEL = dict.fromkeys(("PANELBOT_ROUTER_MODEL", "PANELBOT_FALLBACK_MODELS"), "")
_BY_RULES = "Rules choose the experts, not AI. Set OPENAI_API_KEY to use the real router."

panel_option = click.option(
    "--panel",
    "panel_file",
    type=click.Path(exists=True, dir_okay=False),
    help="A panel file, as `panelbot experts export` writes it.  [default: PANELBOT_PANEL_FILE, or "
    "the panel that every workspace starts with]",
)
channel_option = click.option(
    "--channel", metavar="ID", help="Use the file's panel for this channel."
)


@dataclass(frozen=True, slots=True)
class OpenRouter:
    """A router to be asked, and the settings that it is opened with."""

    config: Config
    trial: "RouterTrial"
    environ: Mapping[str, str]  # as it was given
    by_rules: bool


def tell_left_out(panel: "Panel", name: str = "The panel") -> None:
    """Say on standard error how many experts are too many for *panel*, if any are."""
    if panel.left_out:
        most = len(panel.experts)
        more = f"{panel.left_out} more are left out"
        click.echo(f"panelbot: {name} may have {most} experts: {more}.", err=True)


@asynccontextmanager
async def open_router() -> AsyncIterator[OpenRouter]:
    """Open the router; says on standard error if rules stand in for it."""
    given = environ = environment()
    tell_remarks(environ)
    is_ai = bool(environ.get("OPENAI_API_KEY", "").strip())
    async with AsyncExitStack() as stack:
        if not is_ai:
            stand_in = await stack.enter_async_context(lazily.stand_in.open_stand_in())
            environ = {**environ, **stand_in, **_ANY_MODEL}
            click.echo(f"panelbot: {_BY_RULES}", err=True)
        config = read({"LOG_LEVEL": "WARNING", **environ})
        set_up_logs(config)
        opened = lazily.router_trial.open_router(config, by_rules=not is_ai)
        yield OpenRouter(config, await stack.enter_async_context(opened), given, not is_ai)
