"""Whether everything that the app shows in Slack can be used by those who hear it.

Slack's apps read a message's top-level text aloud instead of its blocks, a button's
accessibility_label instead of what is on it, and pictures by their alt_text.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any

from bot.json_types import Json
from bot.playground.slack.workspace.company import BOT_ID
from bot.playground.slack.workspace.state import Change, Workspace

LONGEST_TEXT = 2_900  # longer ones may leave out the rest
LONGEST_LABEL = 75
_SHORTCODE = re.compile(r":[\w+'-]+:")
_LABELLED = re.compile(r"<[^<>|]+\|([^<>|]*)>")  # a link or a date, and how it reads
_WORD = re.compile(r"[^\W_]+")
_READ = ("text", "title", "label", "hint", "placeholder", "details", "fields", "rows", "tasks")
_ACTED_ON = frozenset({"actions", "context_actions", "input"})


class ScreenReader:
    """Listens to all messages and views of a workspace's app, and keeps what is wrong with them."""

    def __init__(self, workspace: Workspace) -> None:
        self.complaints: list[str] = []
        workspace.subscribe(self._hear)

    def _hear(self, change: Change) -> None:
        message, view = change.message, change.view
        if message and message.bot_id == BOT_ID and change.kind in ("posted", "updated"):
            shown = {"text": message.text, "blocks": message.blocks}
            streamed = message.streaming or (change.previous and change.previous.streaming)
            self.complaints += surface_problems(message.blocks) if streamed else problems(shown)
        if view and view.is_open:
            self.complaints += surface_problems(view.content["blocks"])


def problems(message: Json) -> list[str]:
    """Return what those who hear *message* miss."""
    blocks, text = message.get("blocks") or [], message.get("text") or ""
    found = surface_problems(blocks)
    if not words(text):
        found.append(f"no words in the text {text!r}")
    if message.get("attachments"):
        found.append("attachments tell by colour")
    missing = [one for block in blocks for one in words(_spoken(block)) if one not in words(text)]
    if missing and len(text) < LONGEST_TEXT and not text.endswith("…"):
        found.append(f"the text {text!r} leaves out {missing}")
    tasks = sum(len(block.get("tasks", ())) for block in blocks if block["type"] == "plan")
    own = Counter(words(text)) - Counter(words(" ".join(map(_spoken, blocks))))
    if own.total() < tasks and len(text) < LONGEST_TEXT:
        found.append(f"the text {text!r} does not tell how far the tasks are")
    return found


def surface_problems(blocks: Sequence[Json]) -> list[str]:
    """Return what is wrong with the parts of a message or view, each by itself and together."""
    parts = list(_parts(list(blocks)))
    found = [problem for part in parts for problem in _part_problems(part)]
    names = [name for part in parts for name in _names(part)]
    found += [f"several are called {name!r}" for name, n in Counter(names).items() if n > 1]
    for chart in (block for block in blocks if block["type"] == "data_visualization"):
        told = words(" ".join(_spoken(block) for block in blocks if block is not chart))
        values = [str(value["value"]) for one in chart["chart"]["series"] for value in one["data"]]
        found += [f"only the chart tells {value}" for value in values if value not in told]
    return found


def words(text: str) -> list[str]:
    """Return what is read aloud of *text*, without emoji and marks."""
    labels = _LABELLED.sub(r" \1 ", _SHORTCODE.sub(" ", text))
    return _WORD.findall(unicodedata.normalize("NFKC", unescape(labels)).casefold())


def _parts(node: Any) -> Iterator[Json]:
    """Yield every object inside blocks that has a type."""
    if isinstance(node, list):
        for one in node:
            yield from _parts(one)
    elif isinstance(node, dict):
        if "type" in node:
            yield node
        for key, one in node.items():
            yield from _parts(one | {"type": "thumb"} if key.endswith("e_button") else one)


def _spoken(node: Any) -> str:
    """Return the words that a block shows, without what is pressed or filled in."""
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return " ".join(map(_spoken, node))
    if not isinstance(node, dict) or node.get("type") in _ACTED_ON:
        return ""
    return " ".join(_spoken(node[key]) for key in (*_READ, "elements", "url") if key in node)


def _part_problems(part: Json) -> Iterator[str]:
    match part["type"]:
        case "image" | "video" if not words(part.get("alt_text") or ""):
            yield f"a picture without alt_text: {part}"
        case "plain_text" | "mrkdwn" | "markdown" | "rich_text_section" if not words(_spoken(part)):
            yield f"told without words: {_spoken(part)!r}"
        case "button" | "icon_button" | "thumb":
            yield from _button_problems(part)
        case "actions" | "section":  # in a form the input's label tells what a menu is for
            menus = [*part.get("elements", ()), part.get("accessory") or {}]
            nameless = [one for one in menus if "_select" in one.get("type", "")]
            yield from (f"a menu without placeholder: {one}" for one in nameless if _mute(one))
        case _:
            pass


def _mute(menu: Json) -> bool:
    return not words(_spoken(menu.get("placeholder") or ""))


def _button_problems(button: Json) -> Iterator[str]:
    label, shown = button.get("accessibility_label") or "", _spoken(button.get("text") or "")
    if not label:
        yield f"the button {shown!r} does not say what it acts on"
    elif words(label)[: len(words(shown))] != words(shown):  # whoever speaks says what they see
        yield f"the button {shown!r} is called otherwise: {label!r}"
    if len(label) > LONGEST_LABEL:
        yield f"too long for a label: {label!r}"


def _names(part: Json) -> Sequence[str]:
    """Return what can be pressed there, as it is called."""
    match part["type"]:
        case "button" | "icon_button" | "thumb":
            return [part.get("accessibility_label") or ""]
        case "overflow":
            return [_spoken(option) for option in part["options"]]
        case "input":
            return [_spoken(part["label"])]
        case _:
            return []
