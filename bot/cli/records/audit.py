"""``panelbot audit``: who did what, and whether anybody has touched the record of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import click

from bot.assembly.actors import operator
from bot.cli.records.since import since_option
from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, settings, write
from bot.cli.shared.listing import counted, json_option, print_json, utc_time
from bot.panel.audit.chain import Chain, Head, Record
from bot.panel.audit.entry import Act, Entry, canonical
from bot.panel.errors import Refused
from bot.panel.roster.roster import WorkspaceScope
from bot.settings.config import Config
from bot.settings.needs import STORE

if TYPE_CHECKING:
    from bot.adapters.redis.stores.audit_log import RedisAuditLog

_ID, _PLACE = ("number", "at", "act", "by"), ("team", "channel", "thread")


class _Noted(click.ParamType[Head]):
    """A head that `verify` has printed before."""

    name = "NUMBER:HASH"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Head:
        number, _, hash_ = str(value).partition(":")
        if not number.isdecimal() or not hash_:
            self.fail(f"{value!r} is not what `panelbot audit verify` prints, as 17:0f3a…")
        return Head(int(number), hash_)


@click.group()
def audit() -> None:
    """Show, export and verify the audit log.

    It records who changed, taught, approved, forgot or exported what; never any content.
    """


@audit.command()
@since_option
@json_option
@asynchronous()
async def show(since: float | None, as_json: bool) -> None:
    """List the records, one per line, the oldest first."""
    shown = list[Any]()
    async with _open_log() as (log, _):
        for team in await log.teams():
            async for record in log.records(team, since or 0):
                if as_json:
                    shown.append(record.fields())
                else:
                    click.echo(_line(record))
    if as_json:
        print_json(shown)


@audit.command()
@since_option
@click.option("--out", metavar="FILE", default="-", show_default="standard output")
@asynchronous()
async def export(since: float | None, out: str) -> None:
    """Write the records as JSON lines, with the hashes that chain them."""
    async with _open_log() as (log, _):
        lines = list[str]()
        for team in await log.teams():
            act = Entry(Act.EXPORTED, WorkspaceScope(team), operator(), "audit log")
            await log.append(act)
            async for record in log.records(team, since or 0):
                lines.append(canonical({**record.fields(), "hash": record.hash}))
    write("".join(f"{line}\n" for line in lines), out)


@audit.command()
@click.option(
    "--noted", type=_Noted(), multiple=True, help="A last line that an earlier `verify` printed."
)
@asynchronous()
async def verify(noted: tuple[Head, ...]) -> None:
    """Check that nobody has changed, removed, moved or added a record.

    Exits with 1 otherwise. Keep the last line elsewhere and pass it to a later check with --noted:
    that also detects whether all of Redis was reset to an earlier state.
    """
    problems, heads = list[str](), list[Head]()
    async with _open_log() as (log, config):
        for team in await log.teams():
            head = await log.head(team)  # what is added meanwhile is not looked at
            records = [record async for record in log.records(team)]
            known = [one for one in records if not _is_later(one, head)]
            problems += Chain(config.secrets).problems(known, head, noted)
            heads.append(head)
    if noted and not heads:
        problems.append("There is no log, but a record of it was noted.")
    if problems:
        raise Refused("\n".join(problems))
    total = counted(sum(head.number for head in heads), "record")
    click.echo(f"The audit log is intact: {total} so far.")
    for head in heads:
        click.echo(str(head))


def _line(record: Record) -> str:
    fields = record.fields()
    at = fields.get("at")
    when = utc_time(at / 1000 if isinstance(at, int) else 0)
    place = "/".join(str(fields[name]) for name in _PLACE[1:] if name in fields)
    details = fields.get("details")
    words = [when, fields.get("act"), fields.get("by"), place, fields.get("subject")]
    shown = [str(word) for word in words if word] + ([canonical(details)] if details else [])
    return "  ".join(shown).encode("unicode_escape").decode()


def _is_later(record: Record, head: Head) -> bool:
    number = record.fields().get("number")
    return isinstance(number, int) and number > head.number


@asynccontextmanager
async def _open_log() -> AsyncIterator[tuple["RedisAuditLog", Config]]:
    config = settings(*STORE)
    if not any(config.secrets):
        raise Refused("Set PANELBOT_SECRET (or SLACK_BOT_TOKEN) as the bot has it.")
    async with lazily.storage.open_storage(config) as storage:
        yield storage.audit_log, config
