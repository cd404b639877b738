from decimal import Decimal

import pytest

from bot.adapters.slack.blocks import charts
from bot.panel.model import ExpertName
from bot.panel.reports.overview import Figures
from bot.panel.usage import Usage
from bot.playground.slack.web_api.validation.blocks import problem_of

LEGAL = Figures(
    ExpertName("legal"), "Legal Counsel", 12, Usage(30_000, 0, 4_000), Decimal("0.125"), 5, 1
)
ROUTER = Figures(None, "Router", 20, good=1)


def test_questions_are_the_experts_and_opinions_are_of_all():
    questions, opinions = charts.charts([LEGAL, ROUTER])

    assert questions["chart"]["axis_config"]["categories"] == ["Legal Counsel"]
    assert questions["chart"]["series"][0]["data"] == [{"label": "Legal Counsel", "value": 12}]
    assert opinions["chart"]["axis_config"]["categories"] == ["Legal Counsel", "Router"]
    assert [series["name"] for series in opinions["chart"]["series"]] == [
        "Thumbs up",
        "Thumbs down",
    ]
    assert [point["value"] for point in opinions["chart"]["series"][0]["data"]] == [5, 1]


def test_where_nothing_happened_there_is_no_chart():
    assert list(charts.charts([])) == []
    assert list(charts.charts([Figures(None, "Router", 3)])) == []


@pytest.mark.parametrize("title", ["A very long title that goes on " * 2, "<!channel>", "\u200b"])
def test_many_experts_of_like_names_make_a_chart_that_slack_takes(title):
    figures = [
        Figures(ExpertName(f"e{n}"), title, questions=n + 1, good=1 if n else 0) for n in range(30)
    ]

    for chart in charts.charts(figures):
        assert problem_of(chart) == ""
        labels = chart["chart"]["axis_config"]["categories"]
        assert len(set(labels)) == len(labels) > 1


def test_all_figures_are_shown_as_text():
    words = charts.figures_text(LEGAL)
    assert words == (
        "• *Legal Counsel*: 12 questions · 34,000 tokens · $0.12 · 5 thumbs up, 1 down"
    )


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (None, "cost unknown"),
        (Decimal(0), "$0.00"),
        (Decimal("0.004"), "under $0.01"),
        (Decimal("1234.5"), "$1,234.50"),
    ],
)
def test_a_cost_is_shown_in_dollars(cost, said):
    assert charts.cost(cost) == said
