"""``panelbot keys``: the keys with which content in Redis is encrypted."""

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, settings
from bot.panel.errors import Refused
from bot.settings.needs import STORE
from bot.settings.secret_kinds import new_key


@click.group()
def keys() -> None:
    """Create and rotate encryption keys."""


@keys.command()
def new() -> None:
    """Print a new key, for PANELBOT_ENCRYPTION_KEYS."""
    click.echo(new_key())


@keys.command()
@asynchronous(resumes=True)
async def rotate() -> None:
    """Encrypt everything with the first key, so that the other keys can be removed.

    The bot can keep running. To start encrypting, or to change the key: put the new key first,
    restart all processes, and run this.
    """
    config = settings(*STORE)
    if not config.encryption_keys:
        raise Refused("PANELBOT_ENCRYPTION_KEYS is not set; `panelbot keys new` makes a key.")
    key, rotated = await lazily.storage.rotate_keys(config)
    click.echo(f"Key {key}: {rotated.renewed} values encrypted now, {rotated.kept} already were.")
    if rotated.unreadable:
        raise Refused(
            f"{rotated.unreadable} values cannot be read with these keys. Add the key that they "
            "were written with. Damaged values are lost."
        )
