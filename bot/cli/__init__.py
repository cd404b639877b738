"""The command line: one module for each group of commands, put together in ``main``."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, NoReturn

import click

from bot import logs
from bot.panel.errors import PanelError, Refused, leaves
from bot.settings.config import Config
from bot.settings.environment import ConfigError, read


def settings(*needs: str) -> Config:
    """Return the settings; ends the program, naming what is wrong, if they will not do."""
    try:
        config = read(os.environ, *needs)
    except ConfigError as error:
        _complain(error)
    logs.set_up(config.log_level)
    return config


def run(work: Coroutine[Any, Any, None], *, trouble: int = 1) -> None:
    """Run *work* until it ends or we are told to; what stops it on purpose is told in one line.

    The program then exits with *trouble*.
    """
    try:
        asyncio.run(_until_told(work))
    except Exception as error:
        found = list(leaves(error))
        for one in found:
            if isinstance(one, ConfigError):
                _complain(one)
        if not all(isinstance(one, PanelError) for one in found):
            raise
        for text in dict.fromkeys(str(one) for one in found):
            click.echo(f"panelbot: {text}", err=True)
        sys.exit(trouble)


def write(text: str, out: str) -> None:
    """Write *text* to the file *out*; ``-`` is standard output."""
    if out == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(out).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}.") from error


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run *work*; SIGTERM and SIGINT (Ctrl+C) let it end in order."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    told = asyncio.Event()

    def stop() -> None:
        told.set()
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not told.is_set():
            raise


def _complain(error: ConfigError) -> NoReturn:
    for problem in error.problems:
        click.echo(f"panelbot: {problem}", err=True)
    click.echo("panelbot: .env.example explains every setting.", err=True)
    sys.exit(2)
