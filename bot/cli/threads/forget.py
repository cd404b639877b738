"""``panelbot forget``: deleting what the bot keeps of a thread, a channel or a person."""

from functools import partial

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, track
from bot.cli.shared.listing import counted
from bot.cli.shared.workspace import of_workspace, workspace_option
from bot.cli.threads.thread_argument import channel_id, find_channel, find_thread, user_id
from bot.operations.forgetting.forget_plan import ForgetPlan, ForgetPlanner, carry_out
from bot.operations.forgetting.forget_threads import Deleted, ForgetThreads
from bot.operations.forgetting.survey import Survey, ThreadData
from bot.operations.services import Services
from bot.panel.errors import Refused
from bot.settings.needs import MODEL, STORE


@click.command()
@click.argument("what", metavar="PERMALINK|USER|CHANNEL")
@click.option("--messages", is_flag=True, help="Also delete the bot's own messages in Slack.")
@click.option("--dry-run", is_flag=True, help="List what would be deleted, without deleting it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for a running turn to end.",
)
@workspace_option
@asynchronous(resumes=True)
async def forget(what: str, *, messages: bool, dry_run: bool, yes: bool, wait: float) -> None:
    """Delete all data about a thread, a channel or a person.

    Give a thread's permalink, CHANNEL/TS or the id of one of its conversations; a person's id (U…,
    in the profile); or a channel's id (C…). For a person, the threads that they started are
    deleted. What could not be deleted is listed: run the command again to retry. People's own
    messages stay in Slack.
    """
    config, identity = await of_workspace(*MODEL, *STORE)
    async with lazily.operator.open_services(config, identity) as services:
        plan = await _plan(services, what, messages=messages)
        _print_plan(plan, messages=messages)
        if dry_run or plan.is_empty:
            click.echo("Nothing was deleted.")
            return
        if not yes:
            click.confirm("Delete this for good?", abort=True, err=True)
        await _carry_out(plan, ForgetThreads(services, wait=wait, messages=messages))


async def _plan(services: Services, what: str, *, messages: bool) -> ForgetPlan:
    planner = ForgetPlanner(Survey(services), messages=messages, track=partial(track, "Looking"))
    if user := user_id(what):
        return await planner.person(user)
    if channel_id(what):
        return await planner.channel(find_channel(what, services.workspace))
    threads, model = services.stores.threads, services.model
    return await planner.thread(await find_thread(what, services.workspace, threads, model))


def _print_plan(plan: ForgetPlan, *, messages: bool) -> None:
    for data in plan.threads:
        click.echo(f"{data.thread.place}  {_kept(data, messages=messages)}")
    for channel in plan.channels:
        click.echo(f"{channel}  its panel, its experts' documents, opinions, corrections, usage")
    if plan.user:
        click.echo(f"{plan.user}  opinions, corrections, usage, words that nobody has answered")
    if plan.is_empty:
        click.echo("There is no data about it.")
    for note in plan.notes:
        click.echo(note)


def _kept(data: ThreadData, *, messages: bool) -> str:
    parts = [
        counted(len(data.conversations), "conversation"),
        counted(len(data.kept.report_keys), "report"),
        f"{counted(len(data.kept.given_up), 'turn')} given up",
    ]
    if messages:
        parts.append(f"{counted(len(data.bot_messages), 'message')} in Slack")
    return ", ".join(parts)


async def _carry_out(plan: ForgetPlan, forget_threads: ForgetThreads) -> None:
    problems = await carry_out(plan, forget_threads, track=partial(track, "Forgetting"))
    _print_deleted(forget_threads.deleted)
    if problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise Refused(f"Not everything could be deleted; run the command again to retry:\n{lines}")


def _print_deleted(deleted: Deleted) -> None:
    click.echo(
        f"Deleted: {counted(deleted.threads, 'thread')} with "
        f"{counted(deleted.conversations, 'conversation')} ({counted(deleted.items, 'item')}), "
        f"{counted(deleted.reports, 'report')}, {counted(deleted.opinions, 'opinion')}, "
        f"{counted(deleted.corrections, 'correction')}, "
        f"{counted(deleted.queued, 'waiting message')}, {counted(deleted.given_up, 'turn')} given "
        f"up, {counted(deleted.panels, 'channel panel')}, "
        f"{counted(deleted.documents, 'document')}, "
        f"{counted(deleted.messages, 'message')} in Slack."
    )
    if deleted.elsewhere:
        click.echo(
            "Not found on this server, and of another backend: "
            f"{', '.join(deleted.elsewhere)}. If they are on another server, forget the thread "
            "with OPENAI_BASE_URL and OPENAI_API_KEY of that one, too, or delete them there."
        )
