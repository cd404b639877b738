"""``panelbot keys``: the keys with which content in Redis is encrypted."""

from base64 import urlsafe_b64encode
from secrets import token_bytes

import click

from bot.cli.shared import lazily
from bot.cli.shared.command import asynchronous, settings
from bot.panel.errors import Refused
from bot.settings.needs import STORE
from bot.settings.secret_kinds import KEY_BYTES


@click.group()
def keys() -> None:
    """The keys that encrypt what people and models say in Redis."""


@keys.command()
def new() -> None:
    """Print a new key, for PANELBOT_ENCRYPTION_KEYS."""
    click.echo(new_key())


def new_key() -> str:
    """Return a key for PANELBOT_ENCRYPTION_KEYS."""
    return urlsafe_b64encode(token_bytes(KEY_BYTES)).decode().rstrip("=")


@keys.command()
@asynchronous(resumes=True)
async def rotate() -> None:
    """Encrypt everything with the first key; then the others can be taken away.

    The bot may go on working. To begin, or to change the key: put the new key in front, restart
    all processes, and run this.
    """
    config = settings(*STORE)
    if not config.encryption_keys:
        raise Refused("PANELBOT_ENCRYPTION_KEYS is not set; `panelbot keys new` makes a key.")
    key, rotated = await lazily.storage.rotate_keys(config)
    click.echo(f"With key {key}: {rotated.renewed} values encrypted now, {rotated.kept} before.")
    if rotated.unreadable:
        raise Refused(
            f"{rotated.unreadable} values cannot be read with the keys given. Add the key that "
            "they were written with; values that are damaged are lost."
        )
