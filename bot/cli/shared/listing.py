"""What commands that list something share: counts in words, and ``--json``."""

import json
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # the list of all commands imports this
    from bot.panel.links import ThreadLinks

json_option = click.option("--json", "as_json", is_flag=True, help="Print for machines.")


def counted(count: int, noun: str) -> str:
    """Return *count* with its noun: ``1 thread``, ``2 threads``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def print_json(listed: Any) -> None:
    """Print *listed* as JSON, readable and, whatever the terminal's encoding, well-formed."""
    shows_all = (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(listed, indent=2, ensure_ascii=not shows_all))


def links_fields(links: "ThreadLinks") -> dict[str, Any]:
    """Return *links* for machines; experts by their path from the router."""
    return {"router": links.router, "experts": dict(sorted(links.experts.items()))}
