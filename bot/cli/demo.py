"""``panelbot demo``: the whole thing on this machine, without accounts or servers."""

import asyncio
import threading
import webbrowser
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import click

from bot.cli.shared import lazily
from bot.cli.shared.announcements import Farewell
from bot.cli.shared.command import run, serve, set_up_logs
from bot.cli.shared.env_file import environment
from bot.cli.shared.listing import links_fields, print_json
from bot.demo.settings_file import as_env_file, make_way, settings_file
from bot.settings.environment import read


@click.command()
@click.option("--ask", metavar="QUESTION", help="Ask this, print the thread, and exit.")
@click.option("--json", "as_json", is_flag=True, help="With --ask: print JSON.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="a free one",
    help="The page's port.",
)
@click.option(
    "--settings-out",
    metavar="FILE",
    help="Keep the settings for other commands in FILE while the demo runs; - prints them.",
)
@click.option("--open/--no-open", "opens", default=True, help="Open the page in a browser.")
def demo(
    ask: str | None, *, as_json: bool, port: int, settings_out: str | None, opens: bool
) -> None:
    """Try the bot in your browser, in a local Slack workspace.

    Answers come from rules, not AI, unless OPENAI_API_KEY is set. Redis is embedded,
    unless REDIS_URL is set.
    """
    if as_json and ask is None:
        raise click.UsageError("--json needs --ask.")
    if settings_out and ask is not None:
        raise click.UsageError("--settings-out cannot be used with --ask: that demo ends at once.")
    if ask is None:
        serve(_serve(port, settings_out, opens=opens))
    elif ask.strip():
        run(answer(ask, as_json=as_json))
    else:
        raise click.UsageError("--ask needs a question.")


def _set_up_logs() -> None:
    environ = environment(looks_for_it=False)
    level = environ.get("LOG_LEVEL", "").strip() or "WARNING"
    format_ = environ.get("PANELBOT_LOG_FORMAT", "")
    set_up_logs(read({"LOG_LEVEL": level, "PANELBOT_LOG_FORMAT": format_}))


async def _serve(port: int, settings_out: str | None, *, opens: bool) -> None:
    _set_up_logs()
    if settings_out and settings_out != "-":
        make_way(Path(settings_out))
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(
            lazily.demo.open_demo(
                environment(looks_for_it=False), port=port, pace=0.5, status=Farewell()
            )
        )
        click.echo(f"Panelbot's playground: {running.url}")
        click.echo(f"{_behind_it(running)} Ctrl+C ends it.")
        if settings_out == "-":
            click.echo(as_env_file(running.settings), nl=False)
        elif settings_out:
            stack.enter_context(settings_file(Path(settings_out), running.settings))
            click.echo(f"Settings for the other commands, as long as it runs: {settings_out}")
        running.begin_thread()
        if opens:
            _open_page(running.url)
        await asyncio.Event().wait()


def _open_page(url: str) -> None:
    """Open the page in a thread that nobody waits for: some browsers return when closed."""
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


async def answer(question: str, *, as_json: bool, panel_file: str | None = None) -> None:
    """Print the thread in which *question* is answered, by the panel in a file if it is given."""
    _set_up_logs()
    environ = environment(looks_for_it=False)
    if panel_file:
        environ = {**environ, "PANELBOT_PANEL_FILE": panel_file}
    async with lazily.demo.open_demo(environ, port=0, pace=0) as running:
        answered = await running.ask(question)
        if as_json:
            print_json(_as_json(running, answered))
        else:
            lazily.printing.print_answered(answered, _behind_it(running))


def _as_json(running: "lazily.demo.Demo", answered: "lazily.demo.Answered") -> dict[str, Any]:
    return {
        "model": running.model,
        "notice": None if running.is_ai else lazily.demo.NOTICE,
        "thread": {"channel": answered.thread.channel_id, "ts": answered.thread.thread_ts},
        "messages": [
            {
                "ts": message.ts,
                "author": message.author,
                "app": message.is_app,
                "text": message.text,
            }
            for message in answered.messages
        ],
        "links": links_fields(answered.links),
    }


def _behind_it(running: "lazily.demo.Demo") -> str:
    """Return what answers and where it is kept, in one line."""
    model = f"Model: {running.model}." if running.is_ai else lazily.demo.NOTICE
    return f"{model} Redis: {running.redis}."
