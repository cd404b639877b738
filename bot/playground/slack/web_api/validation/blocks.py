"""The limits of blocks and their elements beyond which Slack refuses them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.json_types import Json
from bot.playground.slack.web_api.validation.charts import chart_problem

_TYPES = frozenset(
    {
        "actions", "alert", "card", "carousel", "container", "context", "context_actions",
        "data_table", "data_visualization", "divider", "file", "header", "image", "input",
        "markdown", "plan", "rich_text", "section", "table", "task_card", "video",
    }
)  # fmt: skip
_TASK_STATES = frozenset({"pending", "in_progress", "complete", "error"})
_MAX_ELEMENTS = {"actions": 25, "context": 10, "context_actions": 5}
_MAX_OPTIONS = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}
_MAX_ID = 255


def problem_of(block: Any) -> str:
    """Return what is wrong with *block*, or an empty text."""
    if not isinstance(block, dict) or block.get("type") not in _TYPES:
        return "unsupported type"
    if len(block.get("block_id") or "") > _MAX_ID:
        return "block_id is too long"
    rule = _RULES.get(block["type"])
    try:
        return rule(block) if rule else ""
    except (AttributeError, KeyError, TypeError):  # text instead of a list, ...
        return "malformed"


def _markdown(block: Json) -> str:
    return "" if isinstance(block.get("text"), str) and block["text"] else "no text"


def _header(block: Json) -> str:
    return _text_problem(block.get("text"), 150)


def _section(block: Json) -> str:
    fields = block.get("fields")
    if block.get("text") is None and not fields:
        return "no text"
    if len(fields or ()) > 10:
        return "no more than 10 fields"
    texts = [(block.get("text"), 3_000)] if block.get("text") is not None else []
    texts += [(field, 2_000) for field in fields or ()]
    return _first(_text_problem(text, longest) for text, longest in texts) or _elements(
        [block["accessory"]] if block.get("accessory") else []
    )


def _with_elements(block: Json) -> str:
    elements = block.get("elements") or []
    limit = _MAX_ELEMENTS[block["type"]]
    if not 1 <= len(elements) <= limit:
        return f"1 to {limit} elements"
    return _elements(elements)


def _input(block: Json) -> str:
    if not isinstance(block.get("element"), dict):
        return "no element"
    return _text_problem(block.get("label"), 2_000) or _elements([block["element"]])


def _image(block: Json) -> str:
    has_picture = block.get("image_url") or block.get("slack_file")
    return "" if has_picture and block.get("alt_text") else "no picture or no alt_text"


def _plan(block: Json) -> str:
    if not block.get("title"):
        return "no title"
    return _first(_task(task) for task in block.get("tasks", []))


def _task(block: Any) -> str:
    if not isinstance(block, dict) or block.get("type") != "task_card":
        return "not a task"
    complete = block.get("task_id") and block.get("title")
    return "" if complete and block.get("status") in _TASK_STATES else "not a task"


def _table(block: Json) -> str:
    rows = block.get("rows") or []
    fits = 1 <= len(rows) <= 100 and all(1 <= len(row) <= 20 for row in rows)
    return "" if fits else "1 to 100 rows of 1 to 20 cells"


def _carousel(block: Json) -> str:
    return "" if 1 <= len(block.get("elements") or ()) <= 10 else "1 to 10 cards"


_RULES: Mapping[str, Callable[[Json], str]] = {
    "actions": _with_elements,
    "carousel": _carousel,
    "context": _with_elements,
    "context_actions": _with_elements,
    "data_visualization": chart_problem,
    "header": _header,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "plan": _plan,
    "section": _section,
    "table": _table,
    "task_card": _task,
}


def _elements(elements: Sequence[Any]) -> str:
    ids = [e["action_id"] for e in elements if isinstance(e, dict) and e.get("action_id")]
    if len(set(ids)) < len(ids):
        return "`action_id` already exists"
    return _first(_element(element) for element in elements)


def _element(element: Any) -> str:
    if not isinstance(element, dict) or not element.get("type"):
        return "unsupported element"
    if len(element.get("action_id") or "") > _MAX_ID:
        return "action_id is too long"
    if element["type"] == "button":
        return _button(element)
    if element["type"] == "feedback_buttons":
        return _first(_thumb(element.get(f"{kind}_button")) for kind in ("positive", "negative"))
    if "placeholder" in element and _text_problem(element["placeholder"], 150):
        return "placeholder is too long"
    return _options(element)


def _button(button: Json) -> str:
    too_long = len(button.get("value") or "") > 2_000
    return "value is too long" if too_long else _text_problem(button.get("text"), 75)


def _thumb(button: Any) -> str:
    if not isinstance(button, dict) or not button.get("value"):
        return "no button or no value"
    if len(button.get("accessibility_label") or "") > 75:
        return "accessibility_label is too long"
    return _button(button)


def _options(element: Json) -> str:
    kind, groups = element["type"].removeprefix("multi_"), element.get("option_groups")
    has_options = "options" in element or groups is not None
    if kind == "external_select":
        return (
            "options come from the app" if has_options else _first(map(_option, _initial(element)))
        )
    if not has_options:
        return "no options" if kind == "static_select" else ""
    limit, longest = _MAX_OPTIONS.get(kind, 100), 150 if kind in _MAX_OPTIONS else 75
    problem = _options_problem(element, limit, longest)
    offered = [option for one in groups or [element] for option in one["options"]]
    if not problem and any(option not in offered for option in _initial(element)):
        return "an initial option is not among the options"
    return problem


def answer_problem(answer: Json) -> str:
    """Return what is wrong with an app's answer to what was typed in a menu, or an empty text."""
    try:
        return _options_problem(answer)
    except (AttributeError, KeyError, TypeError):
        return "malformed"


def _options_problem(offered: Json, limit: int = 100, longest: int = 75) -> str:
    """Return what is wrong with the options, or groups of them, of a menu or of an answer."""
    groups = offered.get("option_groups")
    if groups is None:
        options = offered["options"]
        if len(options) > limit or ("type" in offered and not options):
            return f"1 to {limit} options"
        return _first(_option(option, longest) for option in options)
    if not 1 <= len(groups) <= 100:
        return "1 to 100 option groups"
    return _first(
        _text_problem(group.get("label"), 75) or _options_problem(group, limit, longest)
        for group in groups
    )


def _option(option: Json, longest: int = 75) -> str:
    if not 1 <= len(option.get("value") or "") <= 150:
        return "an option's value has 1 to 150 characters"
    described = [(option["description"], 75)] if option.get("description") else []
    texts = [(option.get("text"), longest), *described]
    return _first(_text_problem(text, most) for text, most in texts)


def _initial(element: Json) -> list[Json]:
    one = element.get("initial_option")
    return [*([one] if one else []), *(element.get("initial_options") or [])]


def _text_problem(text: Any, longest: int) -> str:
    if not isinstance(text, dict) or not text.get("text"):
        return "no text"
    return "" if len(text["text"]) <= longest else f"must be less than {longest + 1} characters"


def _first(problems: Iterator[str]) -> str:
    return next(filter(None, problems), "")
