"""What commands that list something share: counts, times, and ``--json``."""

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # the list of all commands imports this
    from bot.panel.links import ThreadLinks

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would evaluate

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def counted(count: int, noun: str) -> str:
    """Return *count* with its noun: ``1 thread``, ``2 threads``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def utc_time(seconds: float) -> str:
    """Return a time, in seconds since 1970, as people and programs read it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Return *rows* as CSV in which spreadsheets find nothing to evaluate."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _without_formula(cell) for name, cell in row.items()} for row in rows)
    return out.getvalue()


def _without_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def print_json(listed: Any) -> None:
    """Print *listed* as JSON, readable and, whatever the terminal's encoding, well-formed."""
    shows_all = (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(listed, indent=2, ensure_ascii=not shows_all))


def links_fields(links: "ThreadLinks") -> dict[str, Any]:
    """Return *links* for machines; experts by their path from the router."""
    return {"router": links.router, "experts": dict(sorted(links.experts.items()))}
