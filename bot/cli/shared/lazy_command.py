"""Commands that are imported when they are called: imports take most of the time of a start."""

from typing import Any

import click

from bot.cli.shared.importing import imported


class LazyCommand(click.Command):
    """Stands for the command at *place*, as ``bot.cli.threads.links:links``, until that is called.

    *help_line* is the first sentence of its help, which the list of all commands shows.
    """

    def __init__(self, name: str, module: str, attribute: str, help_line: str) -> None:
        super().__init__(name, help=help_line)
        self._module, self._attribute = module, attribute

    def load(self) -> click.Command:
        """Import the command."""
        command: click.Command = getattr(imported(self._module), self._attribute)
        return command

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Return the context of the command itself: click goes on with that one."""
        return self.load().make_context(info_name, args, parent, **extra)


def loaded(command: click.Command) -> click.Command:
    """Return the command that *command* stands for, if it is lazy; else itself."""
    return command.load() if isinstance(command, LazyCommand) else command
