"""``panelbot setup``: a new app in few steps, and an existing one brought up to date."""

import asyncio
import difflib
import json
import os
import secrets
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import click
from dotenv import set_key

from bot.adapters.slack.app.app_manifests import creation_link
from bot.adapters.slack.app.manifest import manifest
from bot.cli.check import check, print_findings
from bot.cli.shared import lazily
from bot.cli.shared.command import run, settings
from bot.cli.shared.env_file import environment, file_in_use
from bot.json_types import Json
from bot.panel.checks.findings import Finding, Severity
from bot.panel.errors import Refused
from bot.settings.config import SETTINGS
from bot.settings.kinds import Malformed
from bot.settings.needs import INSTALLING, STORE
from bot.settings.secret_kinds import new_key
from bot.settings.sections.slack import SLACK_API

Check = Callable[[str], Coroutine[Any, Any, Sequence[Finding]]]

_BY_NAME = {setting.name: setting for setting in SETTINGS.values()}
_APP_TOKEN = "Basic Information > App-Level Tokens, with the scope connections:write"  # noqa: S105
_CONFIGURATION_TOKEN = "App configuration token (at the bottom of https://api.slack.com/apps)"  # noqa: S105
_APP_ID = "The app's id (Basic Information > App Credentials)"
_START = """
The settings are in {file}, which only you can read. Slack will now check that {url}
answers: start `panelbot run` there, with these settings.
"""
_DONE = """
Next: start the bot with `panelbot run`, then write /invite @{name} in a Slack channel.
"""


@click.command()
@click.option("--url", help="Where Slack reaches the bot over HTTP. Without it: Socket Mode.")
@click.option(
    "--workspaces",
    is_flag=True,
    help="Let many workspaces install it from a link; needs --url.",
)
@click.option("--name", default="Panelbot", show_default=True, help="The app's name.")
@click.option("--no-browser", is_flag=True, help="Only print the link; do not open a browser.")
@click.option("--again", is_flag=True, help="Ask again for values that are already set.")
@click.option("--update", is_flag=True, help="Update the existing app instead of creating one.")
@click.pass_context
def setup(
    context: click.Context,
    *,
    url: str | None,
    workspaces: bool,
    name: str,
    no_browser: bool,
    again: bool,
    update: bool,
) -> None:
    """Create the Slack app and write its tokens to .env.

    Each token is checked and saved at once: run the command again to continue where you stopped.
    With --update, the app's manifest is compared with what this version needs, and changed if you
    agree; what you have set by hand stays.
    """
    asker = _Asker(again=again)
    if update:
        _update(asker)
        return
    try:
        wanted = manifest(name=name, url=url, many_workspaces=workspaces)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if workspaces:
        _create_for_workspaces(asker, wanted, str(url).rstrip("/"), opens=not no_browser)
        context.invoke(check, as_json=False)
        return
    if asker.wants("SLACK_BOT_TOKEN"):
        _create(creation_link(asker.api_url, wanted), opens=not no_browser)
    asker.ask("SLACK_BOT_TOKEN", "OAuth & Permissions > Bot User OAuth Token", asker.bot_token)
    if url is None:
        asker.ask("SLACK_APP_TOKEN", _APP_TOKEN, asker.app_token)
    else:
        asker.ask("SLACK_SIGNING_SECRET", "Basic Information > Signing Secret")
    _ask_for_the_rest(asker)
    click.echo(f"\nThe settings are in {asker.file}, which only you can read. Checking them:\n")
    context.invoke(check, as_json=False)
    click.echo(_DONE.format(name=name))


def _ask_for_the_rest(asker: "_Asker") -> None:
    if not asker.value("OPENAI_BASE_URL"):
        asker.ask("OPENAI_API_KEY", "https://platform.openai.com/api-keys")
    asker.ask("REDIS_URL", "such as redis://localhost:6379/0, with appendonly yes", hidden=False)
    if not asker.value("PANELBOT_SECRET"):
        asker.keep("PANELBOT_SECRET", secrets.token_hex(32))


def _create_for_workspaces(asker: "_Asker", wanted: Json, url: str, *, opens: bool) -> None:
    """Create the app by Slack's API, and open the page from which it is installed."""
    token, api_url = _prompt(_CONFIGURATION_TOKEN, hidden=True), asker.api_url
    trial = lazily.new_app
    try:
        if asker.wants("PANELBOT_CLIENT_ID"):
            name = wanted["display_information"]["name"]
            app_id, given = asyncio.run(trial.create(token, api_url, name))
            for setting, value in given.items():
                asker.keep(setting, value)
            click.echo(f"The app {app_id} is created.")
            _set_icon(app_id, token, api_url)
        else:
            app_id = _prompt(_APP_ID, hidden=False)
        asker.keep("PANELBOT_PUBLIC_URL", url)
        if not asker.value("PANELBOT_ENCRYPTION_KEYS"):
            asker.keep("PANELBOT_ENCRYPTION_KEYS", new_key())
        _ask_for_the_rest(asker)
        click.echo(_START.format(file=asker.file, url=url))
        click.prompt("Press Enter once it is running", default="", show_default=False)
        asyncio.run(trial.replace(app_id, token, api_url, wanted))
    except Refused as refusal:
        raise click.ClickException(f"{refusal} Run the command again to continue.") from None
    run(_invite(opens=opens))


def _set_icon(app_id: str, token: str, api_url: str) -> None:
    """Give the app its icon, without which it works as well."""
    try:
        asyncio.run(lazily.new_app.set_icon(app_id, token, api_url))
    except Refused as refusal:
        place = "Basic Information > Display Information"
        click.echo(f"The icon could not be set: {refusal} You can set one under {place}.", err=True)


async def _invite(*, opens: bool) -> None:
    async with lazily.installing.open_installations(settings(*INSTALLING, *STORE)) as opened:
        link = await opened.invite(24 * 60 * 60)
    click.echo(f"\nOpen this link to install the app. It works once, within a day:\n\n{link}\n")
    if opens and sys.stdout.isatty():
        click.launch(link)


def _create(link: str, *, opens: bool) -> None:
    click.echo(
        "1. Open this link, choose your workspace, press Create, and install the app:\n\n"
        f"{link}\n\n"
        "2. Paste the values asked for below. They are not shown as you type.\n"
    )
    if opens and sys.stdout.isatty():
        click.launch(link)


def _update(asker: "_Asker") -> None:
    needed = manifest()
    if asker.value("PANELBOT_CLIENT_ID"):
        try:
            needed = manifest(url=asker.value("PANELBOT_PUBLIC_URL"), many_workspaces=True)
        except ValueError as error:
            raise click.UsageError(f"PANELBOT_PUBLIC_URL: {error}") from None
    app_id, trial, api_url = _app_id(asker), lazily.new_app, asker.api_url
    token = _prompt(_CONFIGURATION_TOKEN, hidden=True)
    try:
        existing, wanted = asyncio.run(trial.manifests(app_id, token, api_url, needed))
        if existing == wanted:
            click.echo("The app is up to date.")
            return
        click.echo("".join(_difference(existing, wanted)))
        click.confirm("Change the app like this?", abort=True)
        is_anew = asyncio.run(trial.replace(app_id, token, api_url, wanted))
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo("The app has been updated.")
    if is_anew:
        click.echo(f"Its scopes have changed: reinstall it at https://api.slack.com/apps/{app_id}")


def _app_id(asker: "_Asker") -> str:
    if asker.value("PANELBOT_CLIENT_ID"):
        return _prompt(_APP_ID, hidden=False)
    bots = asker.value("SLACK_BOT_TOKEN")
    if not bots:
        raise click.UsageError("SLACK_BOT_TOKEN is not set. To create an app, leave out --update.")
    app_id = asyncio.run(lazily.new_app.app_of(bots, asker.api_url))
    if not app_id:
        raise click.ClickException(
            "Slack does not say which app the bot belongs to. Run: panelbot check"
        )
    return str(app_id)


def _difference(existing: Json, wanted: Json) -> Sequence[str]:
    before, after = (
        json.dumps(one, indent=2, sort_keys=True, ensure_ascii=False).splitlines(keepends=True)
        for one in (existing, wanted)
    )
    lines = difflib.unified_diff(before, after, "current\n", "needed\n", n=2)
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]


def _prompt(text: str, *, hidden: bool) -> str:
    return str(click.prompt(text, hide_input=hidden and sys.stdin.isatty())).strip()


class _Asker:
    """Asks for settings that are missing, and keeps them in the file with settings."""

    def __init__(self, *, again: bool) -> None:
        self._environ = environment()
        self._again = again
        self.file = file_in_use() or Path(".env")

    @property
    def api_url(self) -> str:
        return self.value("SLACK_API_URL") or SLACK_API

    def value(self, name: str) -> str:
        return self._environ.get(name, "").strip()

    def wants(self, name: str) -> bool:
        return self._again or not self.value(name)

    def ask(
        self, name: str, where: str, checked: Check | None = None, *, hidden: bool = True
    ) -> None:
        """Ask for a setting until it can be used, and keep it; not if it is set already."""
        if not self.wants(name):
            click.echo(f"{name} is already set.")
            return
        while True:
            given = _prompt(f"{name} ({where})", hidden=hidden)
            try:
                _BY_NAME[name].kind.parse(given)
            except Malformed as error:
                click.echo(f"{name} {error.what}.")
                continue
            findings = asyncio.run(checked(given)) if checked else ()
            print_findings(findings)
            if not any(one.severity is Severity.BAD for one in findings):
                self.keep(name, given)
                return

    def keep(self, name: str, value: str) -> None:
        """Write a setting into the file, which only its owner can read."""
        try:
            set_key(self.file, name, value, quote_mode="auto", follow_symlinks=True)
            self.file.chmod(0o600)
        except OSError as error:
            raise click.ClickException(f"{self.file}: {error.strerror}") from None
        os.environ[name] = value

    async def bot_token(self, given: str) -> Sequence[Finding]:
        return await lazily.new_app.bot_token(given, self.api_url)

    async def app_token(self, given: str) -> Sequence[Finding]:
        return await lazily.new_app.app_token(given, self.value("SLACK_BOT_TOKEN"), self.api_url)
