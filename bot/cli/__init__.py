"""The command line: one module for each group of commands."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any

import click

from bot import __version__, logs
from bot.config import Config, ConfigError, read
from bot.panel.errors import PanelError


def settings(*needs: str) -> Config:
    """Return the settings; ends the program, naming what is wrong, if they will not do."""
    try:
        config = read(os.environ, *needs)
    except ConfigError as error:
        for problem in error.problems:
            click.echo(f"panelbot: {problem}", err=True)
        click.echo("panelbot: .env.example explains every setting.", err=True)
        sys.exit(2)
    logs.set_up(config.log_level)
    return config


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run *work*; what stops it on purpose is told in one line."""
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        sys.exit(130)
    except PanelError as error:
        click.echo(f"panelbot: {error}", err=True)
        sys.exit(1)


@click.group()
@click.version_option(__version__, prog_name="panelbot")
def main() -> None:
    """A panel of experts in your Slack threads."""
