"""The limits of charts: ``data_visualization`` blocks."""

from typing import Any

from bot.json_types import Json

_MAX_TITLE = 50
_MAX_LABEL = 20
_MAX_SERIES = 6
_MAX_POINTS = 20


def chart_problem(block: Json) -> str:
    """Return what is wrong with a chart, or an empty text."""
    if not 1 <= len(block.get("title") or "") <= _MAX_TITLE:
        return f"a title of 1 to {_MAX_TITLE} characters"
    match block.get("chart"):
        case {"type": "pie", "segments": list(segments)}:
            return _pie(segments)
        case {"type": "bar" | "area" | "line", "series": list(series), "axis_config": dict(axes)}:
            return _plotted(series, axes)
    return "no chart"


def _pie(segments: list[Any]) -> str:
    if not 1 <= len(segments) <= _MAX_SERIES:
        return f"1 to {_MAX_SERIES} segments"
    fits = all(_is_point(segment) and segment["value"] > 0 for segment in segments)
    return "" if fits else "not a segment"


def _plotted(series: list[Any], axes: Json) -> str:
    if not 1 <= len(series) <= _MAX_SERIES:
        return f"1 to {_MAX_SERIES} series"
    names = [line["name"] for line in series]
    if len(set(names)) < len(names) or not all(map(_is_label, names)):
        return "the names of series are short and different"
    categories = axes["categories"]
    if len(set(categories)) < len(categories) or not all(map(_is_label, categories)):
        return "categories are short and different"
    return next(filter(None, (_data(line["data"], categories) for line in series)), "")


def _data(points: list[Any], categories: list[str]) -> str:
    if not 1 <= len(points) <= _MAX_POINTS:
        return f"1 to {_MAX_POINTS} points"
    fits = all(_is_point(point) and point["label"] in categories for point in points)
    return "" if fits else "not a point of the chart"


def _is_point(point: Any) -> bool:
    return _is_label(point["label"]) and isinstance(point["value"], int | float)


def _is_label(label: Any) -> bool:
    return isinstance(label, str) and 1 <= len(label) <= _MAX_LABEL
