"""``panelbot links``: which conversations belong to a Slack thread, and finding them again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import click
from rich.console import Console
from rich.progress import Progress
from rich.tree import Tree

from bot.adapters.slack.api import permalinks
from bot.assembly.operator import Desk, open_desk
from bot.cli import run, settings
from bot.panel.errors import Refused
from bot.panel.links import ExpertLabels, RouterLabels, ThreadLinks, experts_on
from bot.panel.model import ConversationId, ExpertName, ThreadRef
from bot.settings.config import MODEL, SLACK_OUT, STORE

_SHORT = re.compile(r"(?P<channel>[CDG][A-Z0-9]+)[/:](?P<ts>\d+\.\d+)")
_ID = re.compile(r"[\w-]+")  # of a conversation, on any backend

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
    async with open_desk(settings(*SLACK_OUT, *MODEL, *STORE)) as desk:
        thread = await find_thread(desk, what)
        found = await desk.recovery.find(thread)
        if found.router is None:
            raise Refused(NO_PANEL)
        Console().print(tree(thread, found))


async def find_thread(desk: Desk, what: str) -> ThreadRef:
    """Return the thread that a permalink, CHANNEL/TS or a conversation's id names."""
    place = place_of(what)
    if place:
        return ThreadRef(desk.identity.team_id, *place)
    conversation, labels = ConversationId(what), None
    if _ID.fullmatch(what):
        if owner := await desk.threads.owner(conversation):
            return owner.thread
        labels = await desk.model.labels(conversation)
    match labels:
        case RouterLabels(thread=thread) | ExpertLabels(thread=thread):
            return thread
        case None:
            raise Refused(
                f"{what!r} is neither a permalink, nor CHANNEL/TS, nor a conversation of ours."
            )


def place_of(what: str) -> tuple[str, str] | None:
    """Return the channel and the thread's ts that a permalink or CHANNEL/TS names."""
    if place := permalinks.parse(what):
        return place.channel_id, place.thread_ts
    if match := _SHORT.fullmatch(what):
        return match["channel"], match["ts"]
    return None


def tree(thread: ThreadRef, found: ThreadLinks) -> Tree:
    """Return the links as a picture."""
    root = Tree(f"Slack thread {thread.channel_id}/{thread.thread_ts}")
    router = root.add(f"router  {found.router}")
    branches: dict[tuple[ExpertName, ...], Tree] = {(): router}
    for seat, conversation in sorted(found.experts.items(), key=lambda one: experts_on(one[0])):
        path = experts_on(seat)
        above = branches.get(path[:-1], router)  # whose own conversation may be gone
        branches[path] = above.add(f"{path[-1]}  {conversation}")
    return root


@dataclass(slots=True)
class _Tally:
    threads: int = 0
    rebuilt: int = 0
    experts: int = 0

    def count(self, found: ThreadLinks) -> None:
        self.threads += 1
        self.rebuilt += found.router is not None
        self.experts += len(found.experts)


async def _rebuild(channel: str) -> None:
    async with open_desk(settings(*SLACK_OUT, *MODEL, *STORE)) as desk:
        roots: Sequence[str] = [ts async for ts in desk.transcript.thread_roots(channel)]
        tally = _Tally()
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("Looking through threads", total=len(roots))
            for ts in roots:
                tally.count(
                    await desk.recovery.rebuild(ThreadRef(desk.identity.team_id, channel, ts))
                )
                progress.advance(task)
    click.echo(
        f"{tally.rebuilt} of {tally.threads} threads belong to the panel; "
        f"found {tally.experts} expert conversations."
    )
