"""All benchmarks as one command: ``python -m tests.benchmarks``.

Each figure is a ratio of what was measured in the same run, or a number that does not depend on
the machine. Nothing is asserted: machines are noisy, so look at the table.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import click
from rich.console import Console

from tests.benchmarks import (
    acknowledgement,
    calls,
    first_look,
    installed,
    large_panels,
    long_texts,
    many,
    memory,
    overhead,
    picture,
    queue,
    report,
    routing,
    sample,
    start,
    storage,
    throughput,
    turn,
)
from tests.benchmarks.figures import FULL, QUICK, Effort, Figure

Measure = Callable[[Effort], Awaitable[list[Figure]]]

BENCHMARKS: Mapping[str, Measure] = {
    module.NAME: module.measure
    for module in (
        turn,
        overhead,
        sample,
        acknowledgement,
        throughput,
        queue,
        storage,
        calls,
        large_panels,
        long_texts,
        memory,
        many,
        installed,
        start,
        routing,
        first_look,
    )
}


@click.command()
@click.option("--quick", is_flag=True, help="Fewer rounds: some eight minutes, not thirty.")
@click.option("--only", multiple=True, type=click.Choice(list(BENCHMARKS)), help="Just this one.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the docs, whose figures and picture are written anew.",
)
def main(*, quick: bool, only: tuple[str, ...], out: Path | None) -> None:
    """Measure how fast the bot is, against the least that is possible."""
    if out and only:
        raise click.UsageError("--out keeps the figures of all benchmarks: leave --only out.")
    figures = asyncio.run(measured(only or tuple(BENCHMARKS), QUICK if quick else FULL))
    Console().print(report.table(figures))
    if out:
        write(figures, out)


async def measured(names: tuple[str, ...], effort: Effort) -> list[Figure]:
    """Run the benchmarks one after the other."""
    figures: list[Figure] = []
    console = Console(stderr=True)
    for name in names:
        with console.status(f"{name} …"):
            figures += await BENCHMARKS[name](effort)
    return figures


def write(figures: list[Figure], docs: Path) -> None:
    """Write the picture, the tables and the page about them into the folder *docs*."""
    reference, page = docs / "reference", docs / "understand" / "benchmarks.md"
    reference.mkdir(parents=True, exist_ok=True)
    picture.draw(report.headlines(figures), reference / "benchmarks.svg")
    (reference / "benchmarks.md").write_text(report.markdown(figures), "utf-8")
    page.write_text(report.renewed(page.read_text("utf-8"), figures), "utf-8")


if __name__ == "__main__":
    main()
