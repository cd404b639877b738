"""``panelbot check``: what is missing, each with its remedy."""

import os
import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.text import Text

from bot.assembly.checkup import examine
from bot.cli.command import run
from bot.cli.experts import told
from bot.panel.checks.findings import Finding, Severity, bad, good, warning
from bot.panel.errors import Refused
from bot.settings.config import MODEL, SLACK_IN_HTTP, SLACK_OUT, STORE, Config
from bot.settings.environment import ConfigError, read
from bot.settings.panel_reading import load

_MARKS = {
    Severity.GOOD: Text("ok     ", "green"),
    Severity.WARNING: Text("warning", "yellow"),
    Severity.BAD: Text("bad    ", "red"),
}


@click.command()
def check() -> None:
    """Tell what is missing: settings, tokens, scopes, Redis, models; each with its remedy.

    Exits with 1 if something keeps the bot from working.
    """
    http = () if os.environ.get("SLACK_APP_TOKEN", "").strip() else SLACK_IN_HTTP
    try:
        config = read(os.environ, *SLACK_OUT, *http, *MODEL, *STORE)
    except ConfigError as error:
        problems = error.problems
        _tell([bad(f"{p.name} {p.what}", f"For example {p.name}={p.example}") for p in problems])
        sys.exit(1)
    run(_check(config))


async def _check(config: Config) -> None:
    found = [*_settings(config), *await examine(config)]
    _tell(found)
    if any(finding.severity is Severity.BAD for finding in found):
        sys.exit(1)


def _settings(config: Config) -> list[Finding]:
    way = "Socket Mode" if config.uses_socket_mode else f"HTTP on port {config.port}"
    found = [good(f"The settings are complete; events come over {way}")]
    if not config.own_secrets:
        remedy = "Set it to the output of: openssl rand -hex 32"
        what = "PANELBOT_SECRET is not set: with a new token, old threads cannot be found again"
        found.append(warning(what, remedy))
    if config.panel_file:
        found.append(_panel_file(config.panel_file))
    return found


def _panel_file(path: str) -> Finding:
    try:
        return good(f"The panel file can be used: {told(load(path))}")
    except Refused as refusal:
        return bad(str(refusal), "Put the file that PANELBOT_PANEL_FILE names right")


def _tell(found: Sequence[Finding]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for finding in found:
        console.print(Text.assemble(_MARKS[finding.severity], "  ", finding.what))
        if finding.remedy:
            console.print(Text(f"         → {finding.remedy}", "dim"))
