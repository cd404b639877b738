"""``panelbot manifest``: what Slack needs to know of the app."""

import json

import click

from bot.adapters.slack.app.manifest import manifest as app_manifest


@click.command()
@click.option("--url", help="Where Slack reaches the bot over HTTP. Without it: Socket Mode.")
@click.option("--name", default="Panelbot", show_default=True, help="The app's name.")
@click.option(
    "--workspaces", is_flag=True, help="Let many workspaces install it from a link; needs --url."
)
def manifest(url: str | None, name: str, *, workspaces: bool) -> None:
    """Print the app manifest to paste at api.slack.com/apps."""
    try:
        printed = app_manifest(name=name, url=url, many_workspaces=workspaces)
        click.echo(json.dumps(printed, indent=2, ensure_ascii=False))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
