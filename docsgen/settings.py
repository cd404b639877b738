"""The settings, from their table: the page of the docs, and the file ``.env.example``."""

import textwrap
from collections.abc import Iterator, Sequence

from bot.settings.config import SETTINGS
from bot.settings.setting import Group, Setting, as_text
from docsgen.tables import table

_WIDTH = 98
_BAR = 79
_HEAD = """\
# Panelbot's settings. Copy to .env and fill in: every command reads .env in the folder it runs in.
# What the environment has counts more. `panelbot check` tells what is missing.
# Generated from bot/settings/sections/: python -m docsgen
"""
_INTRODUCTION = """\
# Settings

All settings come from the environment, or from a file `.env`, and are read once, at the start;
`.env.example` is a file to copy. [More about settings](../run/settings.md).

Where [many workspaces](../run/workspaces.md#settings-of-a-workspace) install the app, each may have
of its own what the column *a workspace* says: its admins set it with `/experts settings`, unless
only operators do."""


def page() -> str:
    """Return the page of settings."""
    heading = ("setting", "needed", "default", "a workspace", "what it says")
    sections = [
        f"## {group}\n\n{table(heading, map(_row, settings))}" for group, settings in _groups()
    ]
    return "\n\n".join([_INTRODUCTION, *sections])


def _row(setting: Setting[object]) -> Sequence[str]:
    default = as_text(setting.kind.default)
    about = setting.about.rstrip(".") + (f": [more](../{setting.page})" if setting.page else "")
    secret = " (secret)" if setting.is_secret else ""
    return (
        f"`{setting.name}`{secret}",
        setting.needed,
        f"`{default}`" if default else "",
        str(setting.own or ""),
        about,
    )


def env_file() -> str:
    """Return ``.env.example``."""
    parts = [_HEAD]
    for group, settings in _groups():
        parts.append(f"\n# --- {group} ".ljust(_BAR + 1, "-") + "\n")
        parts += [line for setting in settings for line in _lines(setting)]
    return "".join(parts)


def _lines(setting: Setting[object]) -> Iterator[str]:
    for line in textwrap.wrap(setting.about, _WIDTH):
        yield f"# {line}\n"
    if setting.line is not None:
        yield f"{setting.name}={setting.line}\n"
    else:
        sample = "" if setting.is_secret else as_text(setting.kind.default) or setting.example
        yield f"# {setting.name}={sample}\n"


def _groups() -> Sequence[tuple[Group, list[Setting[object]]]]:
    """Return each group with its settings, in the order of the table."""
    groups: list[tuple[Group, list[Setting[object]]]] = []
    for setting in SETTINGS.values():
        if setting.group is not None:
            groups.append((setting.group, []))
        groups[-1][1].append(setting)
    return groups
