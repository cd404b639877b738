"""The terminal that commands print on."""

from typing import Any

from rich.console import Console

_UNKNOWN, _NARROWEST = 80, 20  # columns


def console(**options: Any) -> Console:
    """Return a console that is wide enough to lose no text; ``COLUMNS=0`` says nothing of it."""
    made = Console(**options)
    if made.width < _NARROWEST:
        made.width = _NARROWEST if made.width else _UNKNOWN
    return made
