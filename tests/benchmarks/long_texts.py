"""What long texts cost: processor time against length, for shapes that are hard to read.

Each figure stands beside what as many short texts of the same shape take: where the ratio is about
one, the time is proportional to the length. Prose is compared with markdown-it itself.
"""

import time
from collections.abc import Callable, Mapping
from statistics import median

from markdown_it import MarkdownIt

from bot.adapters.slack.markdown import sanitize, splitting
from tests.benchmarks.figures import Effort, Figure, Goal

NAME = "long texts"
PROSE = "The quick brown fox jumps over the lazy dog. "
# What is repeated; a table needs a header before it.
SHAPES: Mapping[str, str] = {
    "prose": PROSE,
    "brackets": "[",
    "tags": "<td>x</td>",
    "table": "| x | x | x | x | x |\n",
    "list": "- item one two three\n",
    "numbered list": "1. item one two three\n",
    "quotes": "> > x\n",
    "lazy lines": "> x\ny\n",
    "paragraphs": "word word\n\n",
    "backticks": "`a``",
    "fences": "```\nx\n",
    "stars": "**a",
    "links": "[a](https://e.co) ",
}
_HEADER = "| a | b | c | d | e |\n|---|---|---|---|---|\n"


async def measure(effort: Effort) -> list[Figure]:
    """Measure each shape at each length: sanitized and split, as an answer is."""
    shortest, *longer = effort.lengths
    figures = []
    for shape in SHAPES:
        base = _milliseconds(_split, text(shape, shortest), effort.rounds)
        for length in longer:
            times = length / shortest
            taken = _milliseconds(_split, text(shape, length), 1)
            against = f"{times:.0f} of {shortest / 1000:.0f} kB"
            name = f"{shape}, {length / 1000:.0f} kB"
            figures.append(Figure(NAME, name, taken, "ms", base * times, against, Goal(2.0)))
    prose = text("prose", effort.lengths[-1])
    reference = _milliseconds(MarkdownIt("commonmark").parse, prose, 1)
    name = f"prose, {effort.lengths[-1] / 1000:.0f} kB, and markdown-it's parser"
    figures.append(Figure(NAME, name, _milliseconds(_split, prose, 1), "ms", reference, "parsed"))
    return figures


def text(shape: str, length: int) -> str:
    """Return a text of about *length* characters."""
    unit = SHAPES[shape]
    return (_HEADER if shape == "table" else "") + unit * (length // len(unit))


def _split(markdown: str) -> list[str]:
    return splitting.split(sanitize.markdown(markdown))


def _milliseconds(work: Callable[[str], object], markdown: str, rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work(markdown)
        taken.append(time.process_time() - start)
    return median(taken) * 1000
