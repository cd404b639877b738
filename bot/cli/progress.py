"""The progress bar of long commands, on standard error."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

T = TypeVar("T")


def progress_bar() -> Progress:
    """Return a bar with what is done, how many of how many, and the time it took."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True))


def track(description: str, items: Sequence[T]) -> Iterator[T]:
    """Yield *items*, with a bar that shows how many of them are done."""
    with progress_bar() as progress:
        yield from progress.track(items, description=description)
