"""``panelbot manifest``: what Slack needs to know of the app."""

import json

import click

from bot.adapters.slack.api.manifest import manifest as app_manifest


@click.command()
@click.option("--url", help="Where Slack reaches the bot over HTTP. Without it: Socket Mode.")
@click.option("--name", default="Panelbot", show_default=True, help="The app's name.")
def manifest(url: str | None, name: str) -> None:
    """Print the app manifest, to be pasted at api.slack.com/apps."""
    try:
        click.echo(json.dumps(app_manifest(name=name, url=url), indent=2, ensure_ascii=False))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
