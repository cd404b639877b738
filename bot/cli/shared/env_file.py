"""The file with settings that a command may be given, or that lies in the folder it runs in."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from bot.cli.shared.listing import counted
from bot.panel.errors import Refused
from bot.settings import env_file

_USUAL = ".env"
_READ = "panelbot.env_file"  # in the context: which file was read
_MOST_NAMED = 3
_ANYWHERE = ("--env-file", "--no-env-file")


def options_first(args: Sequence[str]) -> list[str]:
    """Return *args* with these options before the command, wherever somebody has written them."""
    first: list[str] = []
    rest = list(args)
    end = rest.index("--") if "--" in rest else len(rest)
    for place in reversed(range(end)):
        name, equals, _ = rest[place].partition("=")
        if name in _ANYWHERE:
            if name == rest[-1] == _ANYWHERE[0]:
                return [name]  # its file is missing
            length = 2 if name == _ANYWHERE[0] and not equals else 1
            first[:0] = rest[place : place + length]
            del rest[place : place + length]
    return [*first, *rest]


def options(command: Any) -> Any:
    """Give *command* the options that name the file."""
    for option in (
        click.option("--no-env-file", is_flag=True, help=f"Do not read settings from {_USUAL}."),
        click.option(
            "--env-file",
            type=click.Path(exists=True, dir_okay=False),
            metavar="FILE",
            help=f"Read settings from FILE.  [default: {_USUAL} in this folder, if it exists]",
        ),
    ):
        command = option(command)
    return command


def environment(*, looks_for_it: bool = True) -> Mapping[str, str]:
    """Return the environment, after adding what the file has and the environment has not.

    Says once on standard error what was read. Exits if the file cannot be read.
    """
    context = click.get_current_context().find_root()
    if _READ not in context.meta:
        context.meta[_READ] = path = _path(context.params, looks_for_it=looks_for_it)
        if path:
            _add(path)
    return os.environ


def file_in_use() -> Path | None:
    """Return the file that was read, if there was any."""
    path = click.get_current_context().find_root().meta.get(_READ)
    return Path(path) if path else None


def _path(params: Mapping[str, Any], *, looks_for_it: bool) -> str:
    if params["env_file"] and params["no_env_file"]:
        raise click.UsageError("Use either --env-file or --no-env-file, not both.")
    if params["env_file"] or params["no_env_file"] or not os.path.lexists(_USUAL):
        return params["env_file"] or ""
    if Path(_USUAL).is_dir():  # a virtual environment, or what Docker makes of a missing file
        click.echo(f"panelbot: {_USUAL} is a folder: no settings are read from it.", err=True)
        return ""
    if not looks_for_it:
        click.echo(
            f"panelbot: The demo does not read {_USUAL}; use --env-file {_USUAL} if it should.",
            err=True,
        )
    return str(Path(_USUAL).absolute()) if looks_for_it else ""


def _add(path: str) -> None:
    try:
        values = env_file.read(path)
    except Refused as refusal:
        for line in str(refusal).splitlines():
            click.echo(f"panelbot: {line}", err=True)
        sys.exit(2)
    stay = [name for name in values if name in os.environ and os.environ[name] != values[name]]
    os.environ.update({name: value for name, value in values.items() if name not in os.environ})
    more = f" and {len(stay) - _MOST_NAMED} more" if len(stay) > _MOST_NAMED else ""
    kept = (
        f", except {', '.join(stay[:_MOST_NAMED])}{more}: the environment has other values"
        if stay
        else ""
    )
    click.echo(f"panelbot: {counted(len(values), 'setting')} read from {path}{kept}", err=True)
