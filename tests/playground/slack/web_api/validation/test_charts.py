import pytest

from bot.playground.slack.web_api.validation.blocks import problem_of


def points(*labels):
    return [{"label": label, "value": number} for number, label in enumerate(labels, 1)]


def bars(labels=("Mon", "Tue"), categories=None, names=("Sales",), title="Sales"):
    series = [{"name": name, "data": points(*labels)} for name in names]
    axes = {"categories": list(labels if categories is None else categories)}
    chart = {"type": "bar", "series": series, "axis_config": axes}
    return {"type": "data_visualization", "title": title, "chart": chart}


def pie(*segments):
    chart = {"type": "pie", "segments": list(segments)}
    return {"type": "data_visualization", "title": "Sales", "chart": chart}


@pytest.mark.parametrize(
    "block",
    [
        bars(),
        bars(labels=[str(n) for n in range(20)], names="abcdef", title="x" * 50),
        bars(labels=["x" * 20]),
        pie(*points(*"abcdef")),
    ],
)
def test_a_chart_within_the_limits_fits(block):
    assert problem_of(block) == ""


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (bars(title=""), "title"),
        (bars(title="x" * 51), "title"),
        ({"type": "data_visualization", "title": "Sales"}, "no chart"),
        (bars(names=()), "series"),
        (bars(names="abcdefg"), "series"),
        (bars(names=("a", "a")), "different"),
        (bars(names=("x" * 21,)), "short"),
        (bars(labels=()), "points"),
        (bars(labels=[str(n) for n in range(21)]), "points"),
        (bars(labels=["x" * 21]), "short"),
        (bars(categories=["Mon"]), "not a point"),
        (bars(categories=["Mon", "Tue", "Mon"]), "different"),
        (pie(), "segments"),
        (pie({"label": "a", "value": 0}), "not a segment"),
        (pie({"label": "a"}), "malformed"),
    ],
)
def test_a_chart_beyond_the_limits_is_refused(block, problem):
    assert problem in problem_of(block)
