"""``panelbot turns``: the turns that have failed for good, for a person to handle."""

from collections.abc import Awaitable, Callable
from typing import Any

import click

from bot.assembly.actors import operator
from bot.characters import visible
from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, settings
from bot.cli.shared.listing import counted, json_option, print_json, utc_time
from bot.operations.queue_admin import DeadLetter, QueueAdmin
from bot.panel.audit.entry import Act
from bot.panel.errors import Refused
from bot.panel.model import TurnId
from bot.settings.needs import STORE

_EVERY = click.option("--all", "every", is_flag=True, help="All failed turns.")


@click.group()
def turns() -> None:
    """List, retry or drop turns that have failed for good.

    They are kept for thirty days by default.
    """


@turns.command("list")
@json_option
@asynchronous()
async def list_turns(as_json: bool) -> None:
    """List failed turns, and count the threads that are waiting and running."""
    config = settings(*STORE)
    async with lazily.storage.open_storage(config) as storage:
        depth, letters = await storage.queue.depth(), await storage.queue.buried()
    if as_json:
        threads = {"waiting": depth.waiting, "running": depth.running, "postponed": depth.delayed}
        print_json({"threads": threads, "given_up": [_given_up(one) for one in letters]})
        return
    click.echo(
        f"Threads waiting: {depth.waiting}, running: {depth.running}, postponed: {depth.delayed}."
    )
    click.echo(f"Failed turns: {depth.buried}.")
    for letter in letters:
        click.echo(f"{letter.turn.id}  {utc_time(letter.buried_at)}  {letter.reason}")


@turns.command()
@click.argument("turn")
@json_option
@asynchronous()
async def show(turn: str, as_json: bool) -> None:
    """Show a failed turn with its messages; or what went wrong in any other turn."""
    config = settings(*STORE)
    async with lazily.storage.open_storage(config, operator()) as storage:
        letter = await storage.queue.dead_letter(TurnId(turn))
        if letter:  # it has content
            await storage.audit.record(Act.EXPORTED, letter.turn.thread, None, turn)
        failures = await storage.reports.failures(TurnId(turn))
    if letter is None and not failures:
        raise _unknown(turn)
    if as_json:
        failed = [{"at": utc_time(f.at / 1000), "who": f.who, "reason": f.reason} for f in failures]
        messages = [
            {"ts": one.ts, "author": one.author, "text": one.text}
            for one in (letter.turn.messages if letter else ())
        ]
        given_up = _given_up(letter) if letter else None
        print_json({"turn": turn, "given_up": given_up, "failed": failed, "messages": messages})
        return
    click.echo(f"turn      {turn}")
    if letter:
        click.echo(f"thread    {letter.turn.thread.place}")
        attempts = counted(letter.attempts, "attempt")
        click.echo(f"given up  {utc_time(letter.buried_at)}, after {attempts}: {letter.reason}")
    for note in failures:
        click.echo(f"failed    {utc_time(note.at / 1000)}, {note.who}: {note.reason}")
    for message in letter.turn.messages if letter else ():
        text = "\n".join(map(visible, message.text.split("\n")))
        click.echo(f"{message.ts}  {message.author}: {text}")


@turns.command()
@click.argument("turn", required=False)
@_EVERY
@asynchronous()
async def retry(turn: str | None, every: bool) -> None:
    """Put a failed turn (or all) back on the queue; nothing is posted twice."""
    done = "put back on the queue"
    await _handle(lambda queue, one: queue.retry(one), Act.RETRIED, done, turn, every=every)


@turns.command()
@click.argument("turn", required=False)
@_EVERY
@asynchronous()
async def drop(turn: str | None, every: bool) -> None:
    """Delete a failed turn (or all) for good."""
    await _handle(lambda queue, one: queue.drop(one), Act.FORGOT, "forgotten", turn, every=every)


def _given_up(letter: DeadLetter) -> dict[str, Any]:
    return {
        "turn": letter.turn.id,
        "thread": letter.turn.thread.place,
        "at": utc_time(letter.buried_at),
        "attempts": letter.attempts,
        "reason": letter.reason,
    }


async def _handle(
    action: Callable[[QueueAdmin, TurnId], Awaitable[bool]],
    act: Act,
    done: str,
    turn: str | None,
    *,
    every: bool,
) -> None:
    if (turn is None) is not every:
        raise Refused("Name a turn (see `panelbot turns list`), or use --all.")
    config = settings(*STORE)
    async with lazily.storage.open_storage(config, operator()) as storage:
        if turn is None:
            chosen = await storage.queue.buried()
        elif letter := await storage.queue.dead_letter(TurnId(turn)):
            chosen = [letter]
        else:
            raise _unknown(turn)
        handled = 0
        for one in chosen:
            await storage.audit.record(act, one.turn.thread, None, one.turn.id)
            handled += await action(storage.queue, one.turn.id)
    click.echo(f"{turn} {done}." if turn else f"{counted(handled, 'turn')} {done}.")


def _unknown(turn: str) -> Refused:
    return Refused(f"There is no failed turn {turn!r}: see `panelbot turns list`.")
