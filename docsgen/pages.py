"""Which files are generated, and from what."""

from collections.abc import Callable, Mapping
from pathlib import Path

from docsgen import (
    command_line,
    dashboard,
    manifest,
    metrics,
    redis_keys,
    rooms,
    settings,
    slack_commands,
    turn_states,
)

NOTE = "<!-- Generated from the code: python -m docsgen writes this page. -->\n"

PAGES: Mapping[str, Callable[[], str]] = {
    "docs/reference/cli.md": command_line.page,
    "docs/reference/manifest.md": manifest.page,
    "docs/reference/metrics.md": metrics.page,
    "docs/reference/redis-keys.md": redis_keys.page,
    "docs/reference/settings.md": settings.page,
    "docs/reference/slack-commands.md": slack_commands.page,
    "docs/reference/turn-states.md": turn_states.page,
}
PICTURES: Mapping[str, str] = {  # of the rooms in a package
    "docs/images/rooms.svg": "bot",
    "docs/images/rooms-panel.svg": "bot.panel",
    "docs/images/rooms-slack.svg": "bot.adapters.slack",
}


def generated() -> Mapping[str, str]:
    """Return what each generated file should hold, by its path in the repository."""
    pages = {path: f"{page().rstrip()}\n\n{NOTE}" for path, page in PAGES.items()}
    pictures = {path: rooms.picture(package) for path, package in PICTURES.items()}
    others = {".env.example": settings.env_file(), "deploy/grafana/panelbot.json": dashboard.file()}
    return {**pages, **pictures, **others}


def stale(root: Path) -> Mapping[str, str]:
    """Return the generated files that are not as they should be, with what they should hold."""
    return {path: content for path, content in generated().items() if _read(root / path) != content}


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
