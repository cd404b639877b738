"""What the commands share: reading the settings, running, writing a file, showing progress."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot import logs
from bot.panel.errors import PanelError, Refused, leaves
from bot.settings.config import Config
from bot.settings.environment import ConfigError, read

T = TypeVar("T")


def settings(*needs: str) -> Config:
    """Return the settings; if any are missing or wrong, print them and exit."""
    try:
        config = read(os.environ, *needs)
    except ConfigError as error:
        _exit_with_problems(error)
    logs.set_up(config.log_level)
    return config


def run(work: Coroutine[Any, Any, None], *, exit_code: int = 1) -> None:
    """Run *work* until it ends or a signal stops it.

    An error that is meant for people is printed in one line, and the program exits with
    *exit_code*.
    """
    try:
        asyncio.run(_until_signal(work))
    except Exception as error:
        errors = list(leaves(error))
        for leaf in errors:
            if isinstance(leaf, ConfigError):
                _exit_with_problems(leaf)
        if not all(isinstance(leaf, PanelError) for leaf in errors):
            raise
        for text in dict.fromkeys(map(str, errors)):
            click.echo(f"panelbot: {text}", err=True)
        sys.exit(exit_code)


def write(text: str, out: str) -> None:
    """Write *text* to the file *out*; ``-`` is standard output."""
    if out == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(out).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}.") from error


def progress_bar() -> Progress:
    """Return a progress bar on standard error, with a count and the time elapsed."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True))


def track(description: str, items: Sequence[T]) -> Iterator[T]:
    """Yield *items* under a progress bar."""
    with progress_bar() as progress:
        yield from progress.track(items, description=description)


async def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Run *work*; SIGTERM and SIGINT (Ctrl+C) cancel it, so that it can clean up."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    signalled = asyncio.Event()

    def stop() -> None:
        signalled.set()
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not signalled.is_set():
            raise


def _exit_with_problems(error: ConfigError) -> NoReturn:
    for problem in error.problems:
        click.echo(f"panelbot: {problem}", err=True)
    click.echo("panelbot: .env.example explains every setting.", err=True)
    sys.exit(2)
