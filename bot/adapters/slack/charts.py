"""How the experts do, as Slack's charts and in words.

Slack's charts are small: six series of twenty points, names of twenty characters.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.adapters.slack import blocks, text
from bot.panel.overview import Figures

Json = dict[str, Any]

_MOST_POINTS = 12
_LONGEST_LABEL = 20


def charts(figures: Sequence[Figures]) -> Iterator[Json]:
    """Yield a chart of the questions and one of the feedback, where there is any."""
    experts = [one for one in figures if one.expert]
    asked = _named([one for one in experts if one.questions])
    if asked:
        series = {"Questions": [one.questions for one in asked.values()]}
        yield _bars("Questions by expert", list(asked), series, "Questions")
    judged = _named([one for one in figures if one.good or one.bad])
    if judged:
        series = {
            "Thumbs up": [one.good for one in judged.values()],
            "Thumbs down": [one.bad for one in judged.values()],
        }
        yield _bars("Feedback by expert", list(judged), series, "Opinions")


def in_words(one: Figures) -> str:
    """Return all figures of an expert as a line of mrkdwn."""
    tokens = f"{one.usage.input + one.usage.output:,} tokens"
    asked = "1 question" if one.questions == 1 else f"{one.questions:,} questions"
    thumbs = f"{one.good} thumbs up, {one.bad} down"
    name = text.mrkdwn(blocks.literal(one.title, 80))
    return f"• *{name}*: {asked} · {tokens} · {dollars(one.cost)} · {thumbs}"


def dollars(cost: Decimal | None) -> str:
    """Return what something costs, for people."""
    if cost is None:
        return "cost unknown"
    return f"${cost:,.2f}" if cost == 0 or cost >= Decimal("0.01") else "under $0.01"


def _named(figures: Sequence[Figures]) -> Mapping[str, Figures]:
    """Return the figures by labels that fit, each of its own."""
    named: dict[str, Figures] = {}
    for one in figures[:_MOST_POINTS]:
        label = _cut(blocks.literal(one.title, 80) or "Expert", _LONGEST_LABEL)
        if label in named:
            label = f"{_cut(label, _LONGEST_LABEL - 3)} {len(named) + 1}"
        named[label] = one
    return named


def _cut(label: str, longest: int) -> str:
    return label if len(label) <= longest else f"{label[: longest - 1].rstrip()}…"


def _bars(title: str, labels: list[str], series: Mapping[str, list[int]], unit: str) -> Json:
    data = [
        {
            "name": name,
            "data": [
                {"label": label, "value": value}
                for label, value in zip(labels, values, strict=True)
            ],
        }
        for name, values in series.items()
    ]
    axes = {"categories": labels, "x_label": "Expert", "y_label": unit}
    chart = {"type": "bar", "series": data, "axis_config": axes}
    return {"type": "data_visualization", "title": title, "chart": chart}
