"""What a chart may hold: the limits of ``data_visualization`` blocks."""

from typing import Any

from bot.json_types import Json

_LONGEST_TITLE = 50
_LONGEST_LABEL = 20
_MOST_SERIES = 6
_MOST_POINTS = 20


def chart_problem(block: Json) -> str:
    """Return what is wrong with a chart, if anything is."""
    if not 1 <= len(block.get("title") or "") <= _LONGEST_TITLE:
        return f"a title of 1 to {_LONGEST_TITLE} characters"
    match block.get("chart"):
        case {"type": "pie", "segments": list(segments)}:
            return _pie(segments)
        case {"type": "bar" | "area" | "line", "series": list(series), "axis_config": dict(axes)}:
            return _plotted(series, axes)
    return "no chart"


def _pie(segments: list[Any]) -> str:
    if not 1 <= len(segments) <= _MOST_SERIES:
        return f"1 to {_MOST_SERIES} segments"
    fits = all(_is_point(one) and one["value"] > 0 for one in segments)
    return "" if fits else "not a segment"


def _plotted(series: list[Any], axes: Json) -> str:
    if not 1 <= len(series) <= _MOST_SERIES:
        return f"1 to {_MOST_SERIES} series"
    names = [one["name"] for one in series]
    if len(set(names)) < len(names) or not all(map(_is_label, names)):
        return "the names of series are short and different"
    categories = axes["categories"]
    if len(set(categories)) < len(categories) or not all(map(_is_label, categories)):
        return "categories are short and different"
    return next(filter(None, (_data(one["data"], categories) for one in series)), "")


def _data(points: list[Any], categories: list[str]) -> str:
    if not 1 <= len(points) <= _MOST_POINTS:
        return f"1 to {_MOST_POINTS} points"
    fits = all(_is_point(one) and one["label"] in categories for one in points)
    return "" if fits else "not a point of the chart"


def _is_point(one: Any) -> bool:
    return _is_label(one["label"]) and isinstance(one["value"], int | float)


def _is_label(label: Any) -> bool:
    return isinstance(label, str) and 1 <= len(label) <= _LONGEST_LABEL
