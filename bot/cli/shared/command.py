"""What the commands share: reading the settings, running, writing a file, showing progress."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

import click

from bot import logs, runtime
from bot.characters import visible
from bot.cli.shared import stop_signals
from bot.cli.shared.env_file import environment
from bot.cli.shared.stop_signals import nothing
from bot.log_formats import JsonFormatter
from bot.panel.errors import PanelError, Refused, leaves
from bot.settings.config import Config
from bot.settings.environment import ConfigError, read
from bot.settings.misspelt import remarks

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")
P = ParamSpec("P")

log = logging.getLogger(__name__)


def settings(*needs: str) -> Config:
    """Return the settings; if any are missing or wrong, print them all and exit."""
    environ = environment()
    tell_remarks(environ)
    try:
        config = read(environ, *needs)
    except ConfigError as error:
        _exit_with_problems(error)
    set_up_logs(config)
    return config


def tell_remarks(environ: Mapping[str, str]) -> None:
    """Print which names in *environ* seem to be meant as settings, and are none."""
    for remark in remarks(environ):
        click.echo(f"panelbot: {remark}", err=True)


def set_up_logs(config: Config) -> None:
    """Log as *config* says, in the name of the command that runs."""
    is_json, role = config.log_format == "json", click.get_current_context().info_name or ""
    formatter = JsonFormatter(role, runtime.process()) if is_json else None
    logs.set_up(config.log_level, formatter=formatter)


def tell(problem: str) -> None:
    """Print what is wrong on standard error, or log it where each line there has to be JSON."""
    if logs.is_json():
        log.error("command.failed", extra={"reason": problem})
    else:
        click.echo(f"panelbot: {visible(problem)}", err=True)


_progress: list["Progress"] = []  # the bars that were shown, for whoever stops a command


def run(work: Coroutine[Any, Any, None], *, exit_code: int = 1, resumes: bool = False) -> None:
    """Run *work* until it ends; a signal stops it, and it exits as shells expect (Ctrl+C: 130).

    An error that is meant for people is printed in one line, and the program exits with
    *exit_code*. What *resumes* goes on where it was stopped when it is run again.
    """
    if signalled := _run(work, exit_code):
        again = " Run the command again to continue." if resumes else ""
        with suppress(OSError):  # the terminal may be closed
            click.echo(f"panelbot: stopped{_how_far()}.{again}", err=True)
        sys.exit(128 + signalled)


def asynchronous(
    *, exit_code: int = 1, resumes: bool = False
) -> Callable[[Callable[P, Coroutine[Any, Any, None]]], Callable[P, None]]:
    """Let a command be a coroutine function, which is run as ``run`` does."""

    def decorate(command: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
        @wraps(command)
        def running(*args: P.args, **given: P.kwargs) -> None:
            run(command(*args, **given), exit_code=exit_code, resumes=resumes)

        return running

    return decorate


def serve(
    work: Coroutine[Any, Any, None],
    *,
    stopping: Callable[[], None] = nothing,
    hurry: Callable[[], None] = nothing,
) -> int:
    """Run *work* until a signal ends it, which is how it is meant to end; return the signal.

    *stopping* is called when it arrives, *hurry* when another one wants a quick end.
    """
    return _run(work, 1, stopping, hurry)


def _run(
    work: Coroutine[Any, Any, None],
    exit_code: int,
    stopping: Callable[[], None] = nothing,
    hurry: Callable[[], None] = nothing,
) -> int:
    """Run *work*; returns the signal that has stopped it, or 0."""
    try:
        return asyncio.run(_until_signal(work, stopping, hurry))
    except Exception as error:
        errors = list(leaves(error))
        for leaf in errors:
            if isinstance(leaf, ConfigError):
                _exit_with_problems(leaf)
        if not all(isinstance(leaf, PanelError) for leaf in errors):
            raise
        for line in dict.fromkeys("\n".join(map(str, errors)).splitlines()):
            tell(line)
        sys.exit(exit_code)


def _how_far() -> str:
    """Return what the last progress bar says, in words; empty if none was shown."""
    tasks = _progress[-1].tasks if _progress else ()
    return "".join(f": {one.description}, {one.completed:g} of {one.total:g}" for one in tasks)


def write(text: str, out: str) -> None:
    """Write *text* to the file *out*; ``-`` is standard output."""
    if out == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(out).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}.") from error


def check_writable(out: str) -> None:
    """Raise Refused if the file *out* cannot be written, before much is done for it."""
    path = Path(out)
    if out == "-" or (path.exists() and not path.is_file() and not path.is_dir()):
        return  # opening a pipe would end it
    is_new = not path.exists()
    try:
        path.open("a").close()
        if is_new:
            path.unlink()
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}.") from error


@contextmanager
def progress_bar() -> Iterator["Progress"]:
    """Show a progress bar on standard error, with a count and the time elapsed.

    What is logged meanwhile appears above it, a line each, however long.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from bot.cli.shared.terminal import console

    terminal = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    above = partial(terminal.print, markup=False, highlight=False, emoji=False, soft_wrap=True)
    bar = Progress(*columns, TimeElapsedColumn(), console=terminal, redirect_stdout=False)
    _progress.append(bar)
    with bar, logs.written_by(above):
        yield bar


def track(description: str, items: Sequence[T]) -> Iterator[T]:
    """Yield *items* under a progress bar."""
    with progress_bar() as progress:
        yield from progress.track(items, description=description)


async def _until_signal(
    work: Coroutine[Any, Any, None], stopping: Callable[[], None], hurry: Callable[[], None]
) -> int:
    """Run *work*; SIGTERM, SIGINT (Ctrl+C) and SIGHUP cancel it, so that it can clean up.

    Returns the signal that did, or 0; what goes wrong in cleaning up concerns nobody then.
    """
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    signalled: list[int] = []

    def stop(number: int) -> None:
        signalled.append(number)
        loop.call_soon_threadsafe(stopping)
        loop.call_soon_threadsafe(task.cancel)

    def hurry_up() -> None:
        loop.call_soon_threadsafe(hurry)

    with stop_signals.calling(stop, hurry_up):
        try:
            await task
        except (Exception, asyncio.CancelledError):
            if not signalled:
                raise
            log.debug("command.stopped", exc_info=True)
    return signalled[0] if signalled else 0


def _exit_with_problems(error: ConfigError) -> NoReturn:
    for problem in error.problems:
        tell(str(problem))
    sys.exit(2)
