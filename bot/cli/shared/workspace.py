"""``--workspace``: which of several workspaces a command is about."""

from typing import TYPE_CHECKING

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import settings
from bot.settings.config import Config
from bot.settings.needs import WORKSPACES

if TYPE_CHECKING:
    from bot.adapters.slack.api.identity import Identity

_META = "bot.workspace"


def _keep(ctx: click.Context, _: click.Parameter, value: str) -> None:
    ctx.meta[_META] = value.strip()


workspace_option = click.option(
    "--workspace",
    metavar="TEAM",
    default="",
    callback=_keep,
    expose_value=False,
    help="The workspace's id or name, if several have installed the app.",
)


def wanted() -> str:
    """Return the workspace that the command names; empty: none."""
    return str(click.get_current_context().meta.get(_META, ""))


async def of_workspace(*needs: str) -> tuple[Config, "Identity | None"]:
    """Return the settings of the workspace that the command is about, and who we are there.

    *needs* are settings that it cannot do without, besides what it takes to be in a workspace.
    """
    deployment = settings(*WORKSPACES, *needs)  # before what takes long to import
    return await lazily.chosen.in_workspace(deployment, wanted())
