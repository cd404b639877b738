"""``panelbot forget``: deleting what the bot keeps of a thread, a channel or a person."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.assembly.operator import Records, open_records
from bot.cli import run, settings
from bot.cli.links import find_thread
from bot.operations.forget import ForgetThreads, Gone
from bot.operations.survey import Found, Survey
from bot.panel.errors import PanelError, Refused, leaves
from bot.panel.model import ThreadRef, UserId
from bot.settings.config import MODEL, SLACK_OUT, STORE

_USER = re.compile(r"(?:<@)?(?P<user>[UW][A-Z0-9]{2,})(?:\|[^>]*)?>?")
_CHANNEL = re.compile(r"(?:<#)?(?P<channel>[CDG][A-Z0-9]{2,})(?:\|[^>]*)?>?")
T = TypeVar("T")

_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())


@dataclass(slots=True)
class _Plan:
    """What is to be forgotten."""

    threads: list[Found] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)  # as a whole
    user: UserId | None = None
    notes: list[str] = field(default_factory=list)  # what people should know before they agree

    @property
    def is_anything(self) -> bool:
        """Whether there may be something to forget."""
        return bool(self.threads or self.channels or self.user)


@click.command()
@click.argument("what", metavar="PERMALINK|USER|CHANNEL")
@click.option("--messages", is_flag=True, help="Delete the bot's own messages in Slack, too.")
@click.option("--dry-run", is_flag=True, help="Tell what there is, and delete nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the end of a turn that is running.",
)
def forget(what: str, *, messages: bool, dry_run: bool, yes: bool, wait: float) -> None:
    """Delete all that is kept of a thread, a channel, or the threads that a person began.

    A thread is named by a message's permalink, CHANNEL/TS or the id of one of its conversations;
    a person by the id in the profile (U…), a channel by its id (C…). What was not deleted is
    told: do it again to go on. People's own messages stay in Slack.
    """
    run(_forget(what, messages=messages, dry_run=dry_run, yes=yes, wait=wait))


async def _forget(what: str, *, messages: bool, dry_run: bool, yes: bool, wait: float) -> None:
    async with open_records(settings(*SLACK_OUT, *MODEL, *STORE)) as records:
        plan = await _plan(records, what, messages=messages)
        _tell_plan(plan, messages=messages)
        if dry_run or not plan.is_anything:
            click.echo("Nothing was deleted.")
            return
        if not yes:
            click.confirm("Delete it for good?", abort=True, err=True)
        await _carry_out(plan, ForgetThreads(records, wait=wait, messages=messages))


async def _plan(records: Records, what: str, *, messages: bool) -> _Plan:
    survey = Survey(records)
    if match := _USER.fullmatch(what):
        return await _of_user(survey, UserId(match["user"]))
    if match := _CHANNEL.fullmatch(what):
        return await _of_channel(survey, match["channel"], messages=messages)
    thread = await find_thread(records.desk, what)
    held = await survey.held(thread.channel_id)
    looked = [found async for found, _ in survey.look([thread], held)]
    return _Plan([found for found in looked if _is_kept(found, held, messages=messages)])


async def _of_channel(survey: Survey, channel: str, *, messages: bool) -> _Plan:
    plan = _Plan(channels=[channel])
    held, seen = await survey.held(channel), await survey.in_slack(channel)
    if seen is None:
        plan.notes.append(
            "Slack does not let the bot read that channel: only the threads that Redis knows "
            "are found."
        )
    threads = sorted({*held, *(seen or ())}, key=lambda thread: thread.thread_ts)
    with _progress() as progress:
        looked = survey.look(_shown(progress, "Looking", threads), held)
        async for found, _ in looked:
            if _is_kept(found, held, messages=messages):
                plan.threads.append(found)
    return plan


def _is_kept(found: Found, held: Collection[ThreadRef], *, messages: bool) -> bool:
    return found.is_known or found.thread in held or (messages and bool(found.ours))


async def _of_user(survey: Survey, user: UserId) -> _Plan:
    plan, others = _Plan(user=user), list[ThreadRef]()
    held = await survey.held()
    threads = sorted(held, key=lambda thread: (thread.channel_id, thread.thread_ts))
    with _progress() as progress:
        async for found, traces in survey.look(_shown(progress, "Looking", threads), held):
            if traces.begun_by == user:
                plan.threads.append(found)
            elif user in traces.people:
                others.append(found.thread)
    direct = {one.thread.channel_id for one in plan.threads if one.thread.channel_id[0] == "D"}
    plan.channels += sorted(direct)
    if others:
        named = ", ".join(map(_name, others))
        plan.notes.append(
            f"They have also spoken in threads that others began, which stay: {named}. "
            "Forget these one by one, if you want to."
        )
    return plan


def _tell_plan(plan: _Plan, *, messages: bool) -> None:
    for found in plan.threads:
        click.echo(f"{_name(found.thread)}  {_kept(found, messages=messages)}")
    for channel in plan.channels:
        click.echo(f"{channel}  its panel, its experts' documents, opinions of its replies")
    if plan.user:
        click.echo(f"{plan.user}  opinions of replies, words that nobody has answered")
    if not plan.is_anything:
        click.echo("Nothing is kept of it.")
    for note in plan.notes:
        click.echo(note)


def _kept(found: Found, *, messages: bool) -> str:
    kept = [
        f"{len(found.conversations)} conversations",
        f"{len(found.held.reports)} reports",
        f"{len(found.held.dead)} turns given up",
    ]
    return ", ".join([*kept, f"{len(found.ours)} messages in Slack"] if messages else kept)


async def _carry_out(plan: _Plan, forgetting: ForgetThreads) -> None:
    left, done = list[str](), list[ThreadRef]()
    with _progress() as progress:
        for found in _shown(progress, "Forgetting", plan.threads):
            try:
                await forgetting.thread(found)
            except (PanelError, ExceptionGroup) as error:
                left.append(f"{_name(found.thread)}: {_why(error)}")
            else:
                done.append(found.thread)
    try:
        await _carry_out_rest(plan, forgetting, done)
    except PanelError as error:
        left.append(f"what was noted besides the threads: {error}")
    _tell_gone(forgetting.gone)
    if left:
        told = "\n".join(f"  {line}" for line in left)
        raise Refused(f"This remains; do the same again to go on:\n{told}")


async def _carry_out_rest(
    plan: _Plan, forgetting: ForgetThreads, done: Sequence[ThreadRef]
) -> None:
    if done:
        channels = {thread.channel_id for thread in done}
        await forgetting.notes(frozenset(done), channels.pop() if len(channels) == 1 else "")
    for channel in plan.channels:
        await forgetting.channel(channel)
    if plan.user:
        await forgetting.person(plan.user)


def _tell_gone(gone: Gone) -> None:
    click.echo(
        f"Gone: {gone.threads} threads with {gone.conversations} conversations "
        f"({gone.items} items), {gone.reports} reports, {gone.opinions} opinions, "
        f"{gone.queued} messages that waited, {gone.given_up} turns that were given up, "
        f"{gone.panels} channel panels, {gone.documents} documents, "
        f"{gone.messages} messages in Slack."
    )
    if gone.elsewhere:
        click.echo(
            "Not found on this server, and of another backend: "
            f"{', '.join(gone.elsewhere)}. If they are on another server, forget the thread "
            "with OPENAI_BASE_URL and OPENAI_API_KEY of that one, too, or delete them there."
        )


def _why(error: BaseException) -> str:
    return "; ".join(dict.fromkeys(str(leaf) for leaf in leaves(error)))


def _name(thread: ThreadRef) -> str:
    return f"{thread.channel_id}/{thread.thread_ts}"


def _progress() -> Progress:
    return Progress(*_COLUMNS, TimeElapsedColumn(), console=Console(stderr=True))


def _shown(progress: Progress, verb: str, things: Sequence[T]) -> Iterable[T]:
    return progress.track(things, description=verb)
