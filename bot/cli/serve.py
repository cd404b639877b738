"""``panelbot run``, ``web`` and ``worker``: the bot itself."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any

import click

from bot.app import open_web, open_worker
from bot.cli import run, settings
from bot.config import MODEL, SLACK_IN_HTTP, SLACK_OUT, STORE, Config


def _receiving(*needs: str) -> Config:
    """Return the settings for receiving: Socket Mode needs no signing secret."""
    http = () if os.environ.get("SLACK_APP_TOKEN", "").strip() else SLACK_IN_HTTP
    return settings(*SLACK_OUT, *http, *STORE, *needs)


@click.command("run")
def run_all() -> None:
    """Receive and answer, in one process.

    Events come over Socket Mode if SLACK_APP_TOKEN is set, else over HTTP.
    """
    config = _receiving(*MODEL)
    run(_until_signalled(_web(config), _worker(config)))


@click.command()
def web() -> None:
    """Receive events and put them on the queue."""
    run(_until_signalled(_web(_receiving())))


@click.command()
def worker() -> None:
    """Take turns off the queue and answer them. Start as many as you like."""
    run(_until_signalled(_worker(settings(*SLACK_OUT, *MODEL, *STORE))))


async def _web(config: Config) -> None:
    async with open_web(config) as serve:
        await serve()


async def _worker(config: Config) -> None:
    async with open_worker(config) as work:
        await work()


async def _until_signalled(*parts: Coroutine[Any, Any, None]) -> None:
    """Run *parts* until one fails or the process is told to end; let them end in order."""
    loop = asyncio.get_running_loop()
    me = asyncio.current_task()
    told = False

    def stop() -> None:
        nonlocal told
        told = True
        if me:
            me.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        async with asyncio.TaskGroup() as tasks:
            for part in parts:
                tasks.create_task(part)
    except asyncio.CancelledError:
        if not told:
            raise
