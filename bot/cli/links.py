"""``panelbot links``: which conversations belong to a Slack thread, and finding them again."""

from collections.abc import Sequence
from dataclasses import dataclass

import click
from rich.console import Console
from rich.tree import Tree

from bot.assembly.operator import open_threads
from bot.cli import run, settings
from bot.cli.progress import track
from bot.cli.thread_argument import find_thread
from bot.panel.errors import Refused
from bot.panel.links import ThreadLinks, experts_on
from bot.panel.model import ExpertName, ThreadRef
from bot.settings.config import MODEL, SLACK_OUT, STORE

NO_PANEL = "No panel has spoken in that thread, as far as Redis, Slack and OpenAI know."


@click.group()
def links() -> None:
    """Slack threads, their router conversations and their expert conversations."""


@links.command()
@click.argument("what", metavar="PERMALINK-OR-ID")
def show(what: str) -> None:
    """Print the link tree of a thread.

    Give a message's permalink, CHANNEL/TS, or the id of the router's or an expert's
    conversation.
    """
    run(_show(what))


@links.command()
@click.argument("channel")
def rebuild(channel: str) -> None:
    """Find all of a CHANNEL's threads again, from Slack's and OpenAI's metadata."""
    run(_rebuild(channel))


async def _show(what: str) -> None:
    async with open_threads(settings(*SLACK_OUT, *MODEL, *STORE)) as access:
        thread = await find_thread(what, access.identity.team_id, access.threads, access.model)
        links = await access.recovery.find(thread)
        if links.router is None:
            raise Refused(NO_PANEL)
        Console().print(tree(thread, links))


def tree(thread: ThreadRef, links: ThreadLinks) -> Tree:
    """Return the links as a picture."""
    root = Tree(f"Slack thread {thread.place}")
    router = root.add(f"router  {links.router}")
    branches: dict[tuple[ExpertName, ...], Tree] = {(): router}
    for seat, conversation in sorted(links.experts.items(), key=lambda link: experts_on(link[0])):
        path = experts_on(seat)
        parent = branches.get(path[:-1], router)  # whose own conversation may be gone
        branches[path] = parent.add(f"{path[-1]}  {conversation}")
    return root


@dataclass(slots=True)
class _Counts:
    threads: int = 0
    rebuilt: int = 0
    experts: int = 0

    def add(self, links: ThreadLinks) -> None:
        self.threads += 1
        self.rebuilt += links.router is not None
        self.experts += len(links.experts)


async def _rebuild(channel: str) -> None:
    async with open_threads(settings(*SLACK_OUT, *MODEL, *STORE)) as access:
        roots: Sequence[str] = [ts async for ts in access.transcript.thread_roots(channel)]
        counts = _Counts()
        for ts in track("Looking through threads", roots):
            thread = ThreadRef(access.identity.team_id, channel, ts)
            counts.add(await access.recovery.rebuild(thread))
    click.echo(
        f"{counts.rebuilt} of {counts.threads} threads belong to the panel; "
        f"found {counts.experts} expert conversations."
    )
