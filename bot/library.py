"""The experts that come with the bot, from ``library.yaml``."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bot.panel.model import Effort, Expert, ToolName
from bot.panel.roster import (
    LONGEST_INSTRUCTIONS,
    LONGEST_PURPOSE,
    check_name,
    check_title,
)


@cache
def library() -> tuple[Expert, ...]:
    """Return all bundled experts."""
    return tuple(_expert(entry) for entry in _entries())


@cache
def defaults() -> tuple[Expert, ...]:
    """Return the experts that every workspace begins with."""
    return tuple(_expert(entry) for entry in _entries() if entry.get("default"))


@cache
def _entries() -> tuple[dict[str, Any], ...]:
    text = (files("bot") / "library.yaml").read_text(encoding="utf-8")
    entries = tuple(yaml.safe_load(text))
    _check_unique(entry["name"] for entry in entries)
    _check_unique(entry["title"] for entry in entries)
    return entries


def _expert(entry: dict[str, Any]) -> Expert:
    purpose, instructions = entry["purpose"].strip(), entry["instructions"].strip()
    if len(purpose) > LONGEST_PURPOSE or len(instructions) > LONGEST_INSTRUCTIONS:
        raise ValueError(f"library.yaml: the texts of {entry['name']} are too long")
    return Expert(
        name=check_name(entry["name"]),
        title=check_title(entry["title"], ()),
        icon=entry["icon"],
        purpose=purpose,
        instructions=instructions,
        model=entry.get("model"),
        effort=Effort(entry.get("effort", "low")),
        tools=tuple(ToolName(name) for name in entry.get("tools", ())),
    )


def _check_unique(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"library.yaml: {name} is there twice")
        seen.add(name)
