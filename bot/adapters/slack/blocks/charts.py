"""The experts' usage and feedback, as charts and as text.

Slack's charts have six series of twenty points at most, and names of twenty characters.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from bot.adapters.slack.blocks.elements import literal, shortened
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import dollars, gettext, ngettext, number, pgettext
from bot.panel.reports.month_usage import UsageRow
from bot.panel.reports.overview import Figures

_MOST_POINTS = 12
_LONGEST_LABEL = 20
_LEAST = Decimal("0.01")  # dollars; less is shown as "under"


def charts(figures: Sequence[Figures]) -> Iterator[Json]:
    asked = _by_label([row for row in figures if row.expert and row.questions])
    if asked:
        questions = pgettext("chart", "Questions")
        series = {questions: [row.questions for row in asked.values()]}
        yield _bars(gettext("Questions by expert"), list(asked), series, questions)
    judged = _by_label([row for row in figures if row.good or row.bad])
    if judged:
        series = {
            pgettext("chart", "Thumbs up"): [row.good for row in judged.values()],
            pgettext("chart", "Thumbs down"): [row.bad for row in judged.values()],
        }
        yield _bars(
            gettext("Feedback by expert"), list(judged), series, pgettext("chart", "Opinions")
        )


def figures_text(figures: Figures) -> str:
    used = usage_text(sanitize.mrkdwn(literal(figures.title, 80)), figures)
    good, bad = number(figures.good), number(figures.bad)
    return f"• {used} · " + gettext("{good} thumbs up, {bad} down", good=good, bad=bad)


def usage_text(name: str, row: UsageRow | Figures) -> str:
    asked = row.questions
    parts = (
        ngettext("{count} question", "{count} questions", asked) if asked is not None else "",
        ngettext("{count} token", "{count} tokens", row.usage.input + row.usage.output),
        cost(row.cost),
    )
    return f"*{name}*: {' · '.join(filter(None, parts))}"


def cost(amount: Decimal | None) -> str:
    if amount is None:
        return gettext("cost unknown")
    if amount and amount < _LEAST:
        return gettext("under {amount}", amount=dollars(_LEAST, 2))
    return dollars(amount, 2)


def _by_label(figures: Sequence[Figures]) -> Mapping[str, Figures]:
    """Return the figures by unique labels that are short enough."""
    by_label: dict[str, Figures] = {}
    for row in figures[:_MOST_POINTS]:
        label = shortened(literal(row.title, 80) or gettext("Expert"), _LONGEST_LABEL)
        if label in by_label:
            label = f"{shortened(label, _LONGEST_LABEL - 3)} {len(by_label) + 1}"
        by_label[label] = row
    return by_label


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
    axes = {"categories": labels, "x_label": pgettext("chart", "Expert"), "y_label": unit}
    chart = {"type": "bar", "series": data, "axis_config": axes}
    return {"type": "data_visualization", "title": title, "chart": chart}
