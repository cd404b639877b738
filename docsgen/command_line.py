"""The command line, from click's help."""

from collections.abc import Iterator

import click

from bot.cli.main import main
from bot.cli.shared.lazy_command import loaded

_WIDTH = 92
_LEAD = """\
# Command line

`panelbot` and `python -m bot` are the same. What commands list is printed as JSON with `--json`.
They exit with 0 if all went well, 1 if not, 2 for wrong arguments or settings, and, stopped by a
signal, with 128 and its number (Ctrl+C: 130).

To complete commands and options with the Tab key, add to `~/.bashrc`, `~/.zshrc` or
`~/.config/fish/completions/panelbot.fish`, respectively:

```bash
eval "$(_PANELBOT_COMPLETE=bash_source panelbot)"
eval "$(_PANELBOT_COMPLETE=zsh_source panelbot)"
_PANELBOT_COMPLETE=fish_source panelbot | source
```\
"""


def page() -> str:
    """Return the page of all commands."""
    lines = [_LEAD]
    for name, command, context in _commands("panelbot", main):
        depth = "#" * len(name.split())
        heading = [f"{depth} `{name}`", ""] if depth != "#" else []
        lines += ["", *heading, "```text", command.get_help(context).rstrip(), "```"]
    return "\n".join(lines)


def _commands(
    name: str, command: click.Command, parent: click.Context | None = None
) -> Iterator[tuple[str, click.Command, click.Context]]:
    context = click.Context(
        command,
        parent,
        info_name=name.split()[-1],
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        **command.context_settings,
    )
    yield name, command, context
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            yield from _commands(f"{name} {child}", loaded(command.commands[child]), context)
