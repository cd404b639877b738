"""``panelbot demo``: the whole thing on this machine, without accounts or servers."""

import asyncio
import json
import os
import webbrowser
from typing import Any

import click
from rich.console import Console
from rich.emoji import Emoji
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from bot import logs
from bot.cli.command import run
from bot.cli.links import tree
from bot.demo.run import Demo, Shown, open_demo
from bot.settings.environment import read


@click.command()
@click.option("--ask", metavar="QUESTION", help="Ask this in a thread, print the thread, and end.")
@click.option("--json", "as_json", is_flag=True, help="With --ask: print for machines.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="a free one",
    help="Port of the page.",
)
@click.option("--open/--no-open", "opens", default=True, help="Open the page in a browser.")
def demo(ask: str | None, as_json: bool, port: int, opens: bool) -> None:
    """Try the bot in a local Slack workspace, in the browser.

    The model follows rules and is no AI, unless OPENAI_API_KEY is set. Redis is embedded,
    unless REDIS_URL is set.
    """
    if as_json and ask is None:
        raise click.UsageError("--json needs --ask.")
    if ask is None:
        run(_serve(port, opens=opens))
    elif ask.strip():
        run(_ask(ask, as_json=as_json))
    else:
        raise click.UsageError("--ask needs a question.")


def _set_up_logs() -> None:
    level = os.environ.get("LOG_LEVEL", "").strip() or "WARNING"
    logs.set_up(read({"LOG_LEVEL": level}).log_level)


async def _serve(port: int, *, opens: bool) -> None:
    _set_up_logs()
    async with open_demo(os.environ, port=port, pace=0.5) as here:
        click.echo(f"Panelbot's playground: {here.url}")
        click.echo(f"Model: {here.model}. Redis: {here.redis}. Ctrl+C ends it.")
        if opens:
            await asyncio.to_thread(webbrowser.open, here.url)
        await asyncio.Event().wait()


async def _ask(question: str, *, as_json: bool) -> None:
    _set_up_logs()
    async with open_demo(os.environ, port=0, pace=0) as here:
        shown = await here.ask(question)
        if as_json:
            click.echo(json.dumps(_machine(shown), indent=2, ensure_ascii=False))
        else:
            _print(here, shown)


def _machine(shown: Shown) -> dict[str, Any]:
    links = shown.links
    return {
        "thread": {"channel": shown.thread.channel_id, "ts": shown.thread.thread_ts},
        "messages": [
            {"ts": said.ts, "author": said.author, "app": said.is_app, "text": said.text}
            for said in shown.messages
        ],
        "links": {"router": links.router, "experts": dict(sorted(links.experts.items()))},
    }


def _print(here: Demo, shown: Shown) -> None:
    console = Console(highlight=False)
    for said in shown.messages:
        badge = Text(" APP ", "reverse") if said.is_app else Text("")
        face = Emoji.replace(said.icon)
        console.print(Text.assemble((f"{face} {said.author}".strip(), "bold"), "  ", badge))
        listed = said.text.replace("\n• ", "\n- ")  # Slack's own bullets, in the plan's words
        body = Markdown(listed) if said.is_app else Text(said.text)
        console.print(Padding(body, (0, 0, 1, 3)))
    console.print(_tree(shown))
    console.print(Text(f"Model: {here.model}. Redis: {here.redis}.", "dim"))


def _tree(shown: Shown) -> Tree:
    return tree(shown.thread, shown.links)
