"""The ratios as a picture: each figure beside what it is compared with."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from tests.benchmarks.figures import Figure

_GOOD, _BAD, _PLAIN = "#2e7d4f", "#c0392b", "#5b6b7b"
_COLOURS = {True: _GOOD, False: _BAD, None: _PLAIN}


def draw(figures: Sequence[Figure], path: Path) -> None:
    """Write a bar for each ratio, with its goal, as an SVG."""
    bars = [figure for figure in figures if figure.ratio is not None][::-1]
    canvas = Canvas(figsize=(9, 1.2 + 0.32 * len(bars)), layout="constrained")
    axes = canvas.subplots()
    ratios = [figure.ratio or 0.0 for figure in bars]
    drawn = axes.barh(
        [f"{figure.name} / {figure.against}" for figure in bars],
        ratios,
        color=[_COLOURS[figure.met] for figure in bars],
        height=0.6,
    )
    axes.bar_label(drawn, [f"{ratio:.2f}" for ratio in ratios], padding=4, fontsize=8)
    for place, figure in enumerate(bars):
        if figure.goal and figure.goal.of_ratio:
            axes.plot([figure.goal.limit] * 2, [place - 0.42, place + 0.42], color="black")
    axes.axvline(1, color="grey", linewidth=0.8, linestyle="--")
    axes.set_xlabel("times the reference; the black mark is the goal")
    axes.tick_params(axis="y", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.1)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "panelbot"}):
        canvas.savefig(path, format="svg", metadata={"Date": None})
