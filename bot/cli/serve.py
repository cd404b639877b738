"""``panelbot run``, ``web`` and ``worker``: the bot itself."""

import asyncio
import logging
import os
import resource
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

import click

from bot.assembly.parts import Part, Status, run_part
from bot.cli.shared import lazily
from bot.cli.shared.announcements import Announcements
from bot.cli.shared.command import serve, settings
from bot.cli.shared.systemd import watchdog
from bot.panel.errors import GiveUp, PanelError
from bot.settings.config import Config
from bot.settings.needs import MODEL, SLACK_IN, STORE, WORKSPACES

_RECEIVING = (*WORKSPACES, *SLACK_IN, *MODEL, *STORE)


@click.command("run")
def run_all() -> None:
    """Receive events and answer questions, in one process.

    Events come over Socket Mode if SLACK_APP_TOKEN is set, else over HTTP.
    """
    _serve("run", settings(*_RECEIVING), lazily.web.open_web, lazily.worker.open_worker)


@click.command()
def web() -> None:
    """Receive events and queue them; answer commands and buttons."""
    _serve("web", settings(*_RECEIVING), lazily.web.open_web)


@click.command()
def worker() -> None:
    """Take turns off the queue and answer them. Run as many as you like."""
    _serve("worker", settings(*WORKSPACES, *MODEL, *STORE), lazily.worker.open_worker)


def _serve(command: str, config: Config, *opens: Callable[[Config, Status], Part]) -> None:
    """Serve all parts, and then leave behind whatever threads functions have started."""
    _allow_connections()
    announcements = Announcements(command, config, len(opens))
    parts = [open_part(config, announcements) for open_part in opens]
    watching = lazily.watching.open_watching(config, command, announcements.readiness)
    serving = _watched(watching, _until_removed(config, announcements, parts))
    try:
        signalled = serve(serving, stopping=announcements.stopping, hurry=announcements.hurry)
        announcements.stopped(signalled)
    except SystemExit as exit_:
        _leave(exit_.code)
        raise
    except BaseException as error:
        if threading.active_count() > 1:
            sys.excepthook(type(error), error, error.__traceback__)
        _leave(1)
        raise
    _leave(0)


def _allow_connections() -> None:
    """Raise the usual limit of open files to the hard one: each of many turns has connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS says "any number", and then takes no such one
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _leave(code: object) -> None:
    """End the process at once if threads are left: Python would wait for them, or stumble."""
    if threading.active_count() > 1:
        with suppress(Exception):  # a function may have closed either
            logging.shutdown()
            sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 1)


async def _watched(
    watching: AbstractAsyncContextManager[None], serving: Coroutine[Any, Any, None]
) -> None:
    """Let *serving* be watched by whoever runs the process, over HTTP and as systemd does."""
    async with watching, watchdog():
        await serving


async def _until_removed(
    config: Config, announcements: Announcements, parts: Sequence[Part]
) -> None:
    """Serve all *parts*; where the app was removed from Slack, do what is left to do then."""
    try:
        await _together(parts)
    except* GiveUp as errors:
        announcements.failed(errors)
        with suppress(PanelError):
            await lazily.upkeep.finish_removal(config)
        raise
    except* Exception as errors:
        announcements.failed(errors)
        raise


async def _together(parts: Sequence[Part]) -> None:
    """Serve all *parts* until cancelled, or until one of them fails."""
    async with asyncio.TaskGroup() as tasks:
        for part in parts:
            tasks.create_task(run_part(part))
