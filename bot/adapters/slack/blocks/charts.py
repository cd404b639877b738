"""How the experts do, as Slack's charts and in words.

Slack's charts are small: six series of twenty points, names of twenty characters.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from bot.adapters.slack.blocks.elements import literal
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import dollars, gettext, ngettext, number, pgettext
from bot.panel.reports.overview import Figures

_MOST_POINTS = 12
_LONGEST_LABEL = 20
_LEAST = Decimal("0.01")  # dollars that are told


def charts(figures: Sequence[Figures]) -> Iterator[Json]:
    """Yield a chart of the questions and one of the feedback, where there is any."""
    experts = [one for one in figures if one.expert]
    asked = _named([one for one in experts if one.questions])
    if asked:
        questions = pgettext("chart", "Questions")
        series = {questions: [one.questions for one in asked.values()]}
        yield _bars(gettext("Questions by expert"), list(asked), series, questions)
    judged = _named([one for one in figures if one.good or one.bad])
    if judged:
        series = {
            pgettext("chart", "Thumbs up"): [one.good for one in judged.values()],
            pgettext("chart", "Thumbs down"): [one.bad for one in judged.values()],
        }
        yield _bars(
            gettext("Feedback by expert"), list(judged), series, pgettext("chart", "Opinions")
        )


def in_words(one: Figures) -> str:
    """Return all figures of an expert as a line of mrkdwn."""
    tokens = one.usage.input + one.usage.output
    name = sanitize.mrkdwn(literal(one.title, 80))
    told = (
        ngettext("{count} question", "{count} questions", one.questions),
        ngettext("{count} token", "{count} tokens", tokens),
        cost(one.cost),
        gettext("{good} thumbs up, {bad} down", good=number(one.good), bad=number(one.bad)),
    )
    return f"• *{name}*: {' · '.join(told)}"


def cost(amount: Decimal | None) -> str:
    """Return what something costs, for people."""
    if amount is None:
        return gettext("cost unknown")
    if amount and amount < _LEAST:
        return gettext("under {amount}", amount=dollars(_LEAST, 2))
    return dollars(amount, 2)


def _named(figures: Sequence[Figures]) -> Mapping[str, Figures]:
    """Return the figures by labels that fit, each of its own."""
    named: dict[str, Figures] = {}
    for one in figures[:_MOST_POINTS]:
        label = _cut(literal(one.title, 80) or gettext("Expert"), _LONGEST_LABEL)
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
    axes = {"categories": labels, "x_label": pgettext("chart", "Expert"), "y_label": unit}
    chart = {"type": "bar", "series": data, "axis_config": axes}
    return {"type": "data_visualization", "title": title, "chart": chart}
