"""``panelbot check``: what is missing, each with its remedy."""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from stat import S_IROTH

import click
from rich.text import Text

from bot import logs
from bot.addresses import is_plain_elsewhere
from bot.cli.experts import names_here, summary
from bot.cli.shared import lazily
from bot.cli.shared.command import run
from bot.cli.shared.env_file import environment, file_in_use
from bot.cli.shared.listing import json_option, print_json
from bot.cli.shared.terminal import console
from bot.panel.checks.findings import Finding, Severity, bad, good, warning
from bot.panel.errors import Refused
from bot.settings.config import Config
from bot.settings.environment import ConfigError, read
from bot.settings.misspelt import remarks
from bot.settings.needs import MODEL, SLACK_IN, STORE, WORKSPACES
from bot.settings.yaml_files.files import digest
from bot.settings.yaml_files.panel_reading import load, unknown_names

_INDENT = " " * 9
_MARKS = {
    Severity.GOOD: Text("ok     ", "green"),
    Severity.WARNING: Text("warning", "yellow"),
    Severity.BAD: Text("bad    ", "red"),
}
_SIGNING_SECRET = re.compile("[0-9a-f]{32}", re.IGNORECASE)


@click.command()
@json_option
def check(as_json: bool) -> None:
    """Check settings, tokens, scopes, Redis and models.

    Each problem is shown with its remedy. Exits with 1 if the bot cannot work.
    """
    environ = environment()
    told = [warning(remark, "Correct it, or remove it") for remark in remarks(environ)]
    show = _print_json if as_json else print_findings
    try:
        config = read(environ, *WORKSPACES, *SLACK_IN, *MODEL, *STORE)
        lazily.storage.redis_of(config)
    except ConfigError as error:
        show([*told, *(bad(f"{one.name} {one.what}", one.remedy) for one in error.problems)])
        sys.exit(1)
    logs.set_up("ERROR")  # warnings are findings, which have a remedy as well
    run(_check(config, told, show))


async def _check(
    config: Config, told: Sequence[Finding], show: Callable[[Sequence[Finding]], None]
) -> None:
    findings = [*told, *_settings(config), *await lazily.checkup.examine(config)]
    show(findings)
    if any(finding.severity is Severity.BAD for finding in findings):
        sys.exit(1)


def _settings(config: Config) -> list[Finding]:
    transport = "Socket Mode" if config.uses_socket_mode else f"HTTP on port {config.port}"
    findings = [good(f"The settings are complete; events come over {transport}")]
    if not config.own_secrets:
        remedy = "Set it to the output of: openssl rand -hex 32"
        what = "PANELBOT_SECRET is not set: with a new token, old threads cannot be found again"
        findings.append(warning(what, remedy))
    if config.slack_signing_secret and not _SIGNING_SECRET.fullmatch(config.slack_signing_secret):
        what = "SLACK_SIGNING_SECRET is not 32 characters, 0-9 and a-f, as Slack's are"
        findings.append(warning(what, "Copy it again: Basic Information, App Credentials"))
    for name, url in (
        ("OPENAI_BASE_URL", config.openai_base_url),
        ("SLACK_API_URL", config.slack_api_url),
    ):
        if is_plain_elsewhere(url):
            what = f"{name} begins with http://: on its way, anybody can read the key and all texts"
            findings.append(warning(what, "Use https://, except within a network that you trust"))
    findings.append(_kept(config))
    if config.panel_file:
        findings += _panel_file(config)
    if (file := file_in_use()) and file.is_file() and file.stat().st_mode & S_IROTH:
        what = f"{file} can be read by everybody on this machine"
        findings.append(warning(what, f"It holds secrets: chmod 600 {file}"))
    return findings


def _kept(config: Config) -> Finding:
    """Say how long things are kept."""
    threads = "until they are forgotten (what Redis has of them: 90 days after their last use)"
    if config.retention_days:
        threads = f"{config.retention_days} days after their last use"
    return good(
        f"Conversations are kept {threads}, reports for {config.report_days} days, turns that were "
        f"given up for {config.dead_days}, the audit log for {config.audit_days}"
    )


def _panel_file(config: Config) -> list[Finding]:
    remedy = "Correct the file that PANELBOT_PANEL_FILE names"
    try:
        panels = summary(load(config.panel_file))
        unknown = unknown_names(config.panel_file, names_here())
    except Refused as refusal:
        return [bad(str(refusal), remedy)]
    usable = good(f"The panel file ({digest(config.panel_file)}) can be used: {panels}")
    return [usable, *(warning(one, remedy) for one in unknown)]


def print_findings(findings: Sequence[Finding]) -> None:
    """Print each with its remedy."""
    shown = console(highlight=False, soft_wrap=True)
    for finding in findings:
        what = finding.what.replace("\n", f"\n{_INDENT}")
        shown.print(Text.assemble(_MARKS[finding.severity], "  ", what))
        if finding.remedy:
            shown.print(Text(f"{_INDENT}→ {finding.remedy}", "dim"))


def _print_json(findings: Sequence[Finding]) -> None:
    print_json([{**asdict(finding), "remedy": finding.remedy or None} for finding in findings])
