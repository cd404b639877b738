"""What people can write in Slack, from the bot's own help and its commands' docstrings."""

from typing import get_args

from bot.adapters.slack.experts import panel_messages
from bot.panel.intake import thread_commands
from docsgen.tables import first_sentence, table

_IN_THREADS = (
    "experts",
    "add NAME",
    "remove NAME",
    "stop",
    "mute",
    "unmute",
    "forget this thread",
    "help",
)


def page() -> str:
    """Return the page of commands in channels and threads."""
    in_channels = table(("command", "what it does"), _slash_commands())
    in_threads = table(("write", "what it does"), _thread_commands())
    return f"""\
# Commands in Slack

## In a channel

As `/experts help` lists them:

{in_channels}

## In a thread

Mention the bot with:

{in_threads}
"""


def _slash_commands() -> list[tuple[str, str]]:
    lines = [line[2:] for line in panel_messages.usage(()).text.splitlines() if line[:2] == "• "]
    commands = (line.partition(": ") for line in lines)
    return [(command, what) for command, _, what in commands]


def _thread_commands() -> list[tuple[str, str]]:
    commands = [thread_commands.parse(words) for words in _IN_THREADS]
    named = {type(command) for command in commands} | {thread_commands.Misspelt}
    if named != set(get_args(thread_commands.ThreadCommand)):
        raise ValueError("the commands in threads are not those that are listed here")
    return [
        (f"`@panelbot {words}`", first_sentence(_what(command)))
        for words, command in zip(_IN_THREADS, commands, strict=True)
    ]


def _what(command: object) -> str | None:
    if isinstance(command, thread_commands.PlainCommand):
        return command.value
    return command.__doc__
