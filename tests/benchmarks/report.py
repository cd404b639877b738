"""The figures as tables: for the terminal, and as Markdown."""

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table

from tests.benchmarks.figures import Figure

HEADINGS = ("figure", "value", "reference", "ratio", "goal", "met")
# What the page about benchmarks shows: where these have goals, or are compared with Slack's sample.
_SHOWN = (
    "turn",
    "overhead",
    "acknowledgement",
    "queue",
    "throughput",
    "many at once",
    "storage",
    "memory",
)
_BEGIN, _END = "<!-- written by python -m tests.benchmarks --out docs -->", "<!-- until here -->"


def row(figure: Figure) -> tuple[str, ...]:
    """Return the cells of one figure."""
    return (
        figure.name,
        f"{number(figure.value)} {figure.unit}",
        _reference(figure),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        _goal(figure),
        {True: "yes", False: "no", None: ""}[figure.met],
    )


def table(figures: Sequence[Figure]) -> Table:
    """Return the table for the terminal."""
    shown = Table("benchmark", *HEADINGS, title="How fast it is")
    last = ""
    for figure in figures:
        shown.add_row(
            figure.benchmark if figure.benchmark != last else "",
            *row(figure),
            style="red" if figure.met is False else "",
            end_section=False,
        )
        last = figure.benchmark
    return shown


def markdown(figures: Sequence[Figure]) -> str:
    """Return one Markdown table for each benchmark."""
    lines: list[str] = []
    for benchmark in dict.fromkeys(figure.benchmark for figure in figures):
        lines += [f"**{benchmark}**", "", _line(HEADINGS), _line(["---"] * len(HEADINGS))]
        lines += [_line(row(figure)) for figure in figures if figure.benchmark == benchmark]
        lines.append("")
    return "\n".join(lines)


def headlines(figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures that say most."""
    return [
        figure
        for figure in figures
        if (figure.goal and figure.benchmark in _SHOWN) or figure.benchmark == "sample"
    ]


def renewed(page: str, figures: Sequence[Figure]) -> str:
    """Return the *page* with the figures that say most in place of those that it has."""
    when, cores = datetime.now(UTC), len(os.sched_getaffinity(0))
    told = f"Measured on {when:%-d %B %Y}, all on {cores} cores."
    block = "\n\n".join((_BEGIN, told, markdown(headlines(figures)).strip(), _END))
    return re.sub(f"{_BEGIN}.*{_END}", lambda _: block, page, flags=re.DOTALL)


def number(value: float) -> str:
    """Return *value* with three digits that count."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _reference(figure: Figure) -> str:
    if figure.reference is None:
        return figure.against
    return f"{number(figure.reference)} {figure.unit} ({figure.against})"


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    sign = "≥" if figure.goal.at_least else "≤"
    unit = "x" if figure.goal.of_ratio else f" {figure.unit}"
    return f"{sign} {figure.goal.limit:g}{unit}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
