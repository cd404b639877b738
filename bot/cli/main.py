"""All commands together; each is imported when it is called."""

from typing import Any

import click

from bot import __version__
from bot.cli.shared import env_file
from bot.cli.shared.lazy_command import LazyCommand

# The name, where in this room the command is, and the first sentence of its help.
_COMMANDS = (
    ("demo", "demo:demo", "Try the bot in a local Slack workspace, in the browser."),
    ("run", "serve:run_all", "Receive and answer, in one process."),
    ("web", "serve:web", "Receive events and queue them; answer commands and buttons."),
    ("worker", "serve:worker", "Take turns off the queue and answer them."),
    ("setup", "setup:setup", "Create the Slack app, check its tokens, and write them to .env."),
    ("check", "check:check", "Check settings, tokens, scopes, Redis and models."),
    (
        "ask",
        "routers.ask:ask",
        "Whom the router would ask about a question, and why.",
    ),
    (
        "eval",
        "routers.evaluate:evaluate",
        "How well the router chooses, on questions with known answers.",
    ),
    (
        "workspaces",
        "workspaces:workspaces",
        "Workspaces that have installed the app, and invitations.",
    ),
    ("experts", "experts:experts", "The panels of all channels as a YAML file, for review."),
    ("knowledge", "knowledge:knowledge", "The documents that experts look things up in."),
    ("links", "links:links", "Slack threads and the model's conversations behind them."),
    ("budgets", "budgets:budgets", "What may be spent, and what is."),
    ("export", "export:export", "Write a thread, with all its conversations, as a file."),
    ("feedback", "feedback:feedback", "Thumbs up and down on replies; they are kept for a year."),
    ("usage", "usage:usage", "What the questions of a month took and cost."),
    ("routing", "routers.routing:routing", "Who was asked, who was not, and at what cost."),
    ("forget", "forget:forget", "Delete all that is stored of a thread, a channel or a person."),
    ("probe", "probe:probe", "Find out how OpenAI and Slack behave where no document says so."),
    ("turns", "turns:turns", "Turns that were given up after all their retries."),
    ("settings", "settings:settings", "What a workspace has set for itself."),
    ("keys", "keys:keys", "The keys that encrypt what people and models say in Redis."),
    ("audit", "audit:audit", "Who did what: changed, taught, approved, forgot, exported."),
    (
        "manifest",
        "manifest:manifest",
        "Print the app manifest, to be pasted at api.slack.com/apps.",
    ),
)
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


@click.group(cls=_Panelbot, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="panelbot")
@env_file.options
def main(**_: Any) -> None:
    """A panel of experts in your Slack threads."""


for _name, _place, _help_line in _COMMANDS:
    main.add_command(LazyCommand(_name, f"bot.cli.{_place}", _help_line))
