"""All commands together."""

import click

from bot import __version__
from bot.cli.audit import audit
from bot.cli.check import check
from bot.cli.demo import demo
from bot.cli.experts import experts
from bot.cli.export import export
from bot.cli.feedback import feedback
from bot.cli.forget import forget
from bot.cli.keys import keys
from bot.cli.knowledge import knowledge
from bot.cli.links import links
from bot.cli.manifest import manifest
from bot.cli.probe import probe
from bot.cli.serve import run_all, web, worker
from bot.cli.turns import turns


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="panelbot")
def main() -> None:
    """A panel of experts in your Slack threads."""


for command in (
    demo,
    run_all,
    web,
    worker,
    check,
    experts,
    knowledge,
    links,
    export,
    feedback,
    forget,
    probe,
    turns,
    keys,
    audit,
    manifest,
):
    main.add_command(command)
