"""The command line: one module for each group of commands, put together in ``main``."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn

import click

from bot import logs
from bot.config import Config, ConfigError, read
from bot.panel.errors import PanelError, leaves


def settings(*needs: str) -> Config:
    """Return the settings; ends the program, naming what is wrong, if they will not do."""
    try:
        config = read(os.environ, *needs)
    except ConfigError as error:
        _complain(error)
    logs.set_up(config.log_level)
    return config


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run *work*; what stops it on purpose is told in one line."""
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        found = list(leaves(error))
        for one in found:
            if isinstance(one, ConfigError):
                _complain(one)
        if not all(isinstance(one, PanelError) for one in found):
            raise
        for text in dict.fromkeys(str(one) for one in found):
            click.echo(f"panelbot: {text}", err=True)
        sys.exit(1)


def _complain(error: ConfigError) -> NoReturn:
    for problem in error.problems:
        click.echo(f"panelbot: {problem}", err=True)
    click.echo("panelbot: .env.example explains every setting.", err=True)
    sys.exit(2)
