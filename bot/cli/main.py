"""All commands together; each is imported when it is called."""

import sys
from typing import Any

import click

from bot import __version__
from bot.cli.shared import env_file
from bot.cli.shared.lazy_command import LazyCommand

# The name, where in this room the command is, and the first sentence of its help.
_COMMANDS = (
    ("demo", "demo", "Try the bot in your browser, in a local Slack workspace."),
    ("run", "serve:run_all", "Receive events and answer questions, in one process."),
    ("web", "serve", "Receive events and queue them; answer commands and buttons."),
    ("worker", "serve", "Take turns off the queue and answer them."),
    ("setup", "workspaces.setup", "Create the Slack app and write its tokens to .env."),
    ("check", "check", "Check settings, tokens, scopes, Redis and models."),
    ("ask", "routers.ask", "Show which experts the router would ask, and why."),
    ("eval", "routers.evaluate:evaluate", "Measure how well the router chooses experts."),
    ("workspaces", "workspaces.workspaces", "Manage the workspaces that installed the app."),
    ("experts", "experts", "Export, review and import panels as YAML."),
    ("knowledge", "knowledge", "Manage the documents that experts search."),
    ("links", "threads.links", "Show, rebuild or migrate the conversations behind threads."),
    ("budgets", "records.budgets", "Show and set what may be spent."),
    ("export", "threads.export", "Write a thread, with all its conversations, to a file."),
    ("feedback", "records.feedback", "Export the thumbs up and down on replies."),
    ("usage", "records.usage", "Show how many tokens a month's questions used, and the cost."),
    ("routing", "routers.routing", "Show which experts were asked, and which were not."),
    ("forget", "threads.forget", "Delete all data about a thread, a channel or a person."),
    ("probe", "probe", "Test how OpenAI and Slack behave where their docs are silent."),
    ("turns", "records.turns", "List, retry or drop turns that have failed for good."),
    ("settings", "workspaces.settings", "Show and change a workspace's own settings."),
    ("keys", "keys", "Create and rotate encryption keys."),
    ("audit", "records.audit", "Show, export and verify the audit log."),
    ("manifest", "workspaces.manifest", "Print the app manifest to paste at api.slack.com/apps."),
)
_NO_ANSWER = "That needs an answer. Run it in a terminal, or with --yes where there is that option."
_OPTIONS = {"help": "--help", "version": "--version"}  # which other programs have as commands


class _Panelbot(click.Group):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, env_file.options_first(args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0].lower()
        meant = name if name in self.commands else _OPTIONS.get(name)
        if meant and args[0] not in self.commands:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {meant!r}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.Abort:
            if sys.stdin.isatty():
                raise
            click.echo(err=True)  # ends the line of the question
            raise click.ClickException(_NO_ANSWER) from None


@click.group(cls=_Panelbot, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="panelbot")
@env_file.options
def main(**_: Any) -> None:
    """A panel of experts in your Slack threads."""


for _name, _place, _help_line in _COMMANDS:
    _module, _, _attribute = _place.partition(":")
    main.add_command(LazyCommand(_name, f"bot.cli.{_module}", _attribute or _name, _help_line))
