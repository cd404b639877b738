"""``panelbot export``: a thread, with all conversations behind it, as a file."""

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, write
from bot.cli.shared.workspace import of_workspace, workspace_option
from bot.cli.threads.thread_argument import find_answered
from bot.panel.audit.entry import Act
from bot.panel.language_model.conversations.thread_archive import collect
from bot.settings.needs import MODEL, STORE


@click.command()
@click.argument("what", metavar="PERMALINK-OR-ID")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["html", "json", "md"]),
    default="md",
    show_default=True,
    help="Markdown, JSON, or a self-contained HTML page.",
)
@click.option("--out", metavar="FILE", default="-", show_default="standard output")
@workspace_option
@asynchronous()
async def export(what: str, format_: str, out: str) -> None:
    """Write a thread, with all its conversations, to a file.

    Give a message's permalink, CHANNEL/TS, or the id of the router's or an expert's
    conversation.
    """
    config, identity = await of_workspace(*MODEL, *STORE)
    async with lazily.operator.open_threads(config, identity) as access:
        thread, links = await find_answered(what, access)
        await access.auditor.record(Act.EXPORTED, thread, None, format_)
        messages = await access.transcript.all_messages(thread)
        permalink = access.workspace.permalink(thread)
        archive = await collect(thread, permalink, messages, links, access.model)
    write(lazily.export.FORMATS[format_](archive), out)
