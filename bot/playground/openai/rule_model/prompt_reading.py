"""What a request says to somebody who reads only its form: questions, points, titles."""

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

from bot.json_types import Json
from bot.playground.openai.items.items import text_of
from bot.playground.openai.stand_in.brain import is_model, is_user

_TAG = re.compile(r"</?[a-z]+\b[^<>]*>")
_NESTED = re.compile(r"</?(?:said|shown|answer)\b[^<>]*>\n?")
_ESCAPED = re.compile(r"&(?:amp;(?=(?:amp;)*(?:lt|quot|#x[0-9a-f]+);)|(?:lt|quot|#x[0-9a-f]+);)")
_EARLIER = re.compile(r"<earlier>.*?</earlier>", re.DOTALL)
_BRIEF = re.compile(r"<brief>(.*?)</brief>", re.DOTALL)
_MESSAGE = re.compile(r"<message[^>]*>\n?(.*?)\n?</message>", re.DOTALL)
_FILE = re.compile(r'<file name="([^"]*)">')
_FILES = re.compile(r"<file name=.*?</file>", re.DOTALL)
_FILE_TEXT = re.compile(r'<file name="([^"]*)">\n?(.*?)\n?</file>', re.DOTALL)
_ELSEWHERE = "(attached)"  # instead of the text of a file that comes beside the message
_POINT = re.compile(r"^\s*(?:[-*•]|\d+\.)\s+(.+)$", re.MULTILINE)
_SENTENCE = re.compile(r"[^\n.!?]{12,}[.!?]")
_LEAD = re.compile(r"^(?:consult|ask)\s+", re.IGNORECASE)


def question_in(text: str) -> str:
    """Return what people said, without what was wrapped around it."""
    said = _MESSAGE.findall(text)
    return unframed("\n".join(said) if said else _plain(_FILES.sub("", _BRIEF.sub("", text))))


def brief_in(text: str) -> str:
    """Return what is wanted: the brief if there is one, else what people said."""
    found = _BRIEF.search(text)
    return unframed(found[1]) if found and found[1].strip() else question_in(text)


def unframed(text: str) -> str:
    """Return what was said, of a text within a frame."""
    return _ESCAPED.sub(lambda match: unescape(match[0]), _NESTED.sub("", text)).strip()


def asked_before(items: Sequence[Json]) -> list[str]:
    """Return the questions that the model has replied to, the oldest first."""
    replied = max((n for n, item in enumerate(items) if is_model(item)), default=0)
    questions = (question_in(text_of(item)) for item in items[:replied] if is_user(item))
    return [question for question in questions if question]


def files_in(item: Mapping[str, Any]) -> list[str]:
    """Return the names of the files that came with what people said; empty: an image's."""
    named = [unescape(name) for name in _FILE.findall(text_of(item))]
    content = item.get("content")
    parts = content if isinstance(content, list) else []
    attached = [part.get("filename") for part in parts if part["type"] == "input_file"]
    images = [part for part in parts if part["type"] == "input_image"]
    nameless = [""] if images and not named else []
    return list(dict.fromkeys([*named, *filter(None, attached), *nameless]))


def texts_of_files_in(item: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of those of the files that are text, by name."""
    found = _FILE_TEXT.findall(text_of(item))
    return {unescape(name): unframed(text) for name, text in found if text != _ELSEWHERE}


def points_in(text: str) -> list[str]:
    """Return the listed points of a text, or its sentences if it lists none."""
    return listed_points(text) or [found.strip() for found in _SENTENCE.findall(text)]


def listed_points(text: str) -> list[str]:
    """Return the listed points of a text."""
    return [point.strip() for point in _POINT.findall(text)]


def title_of(tool: Json) -> str:
    """Return how people know the expert behind a tool."""
    lead, colon, _ = str(tool.get("description") or "").partition(":")
    if colon and len(lead) <= 80:
        return _LEAD.sub("", lead).strip()
    return short_name(tool["name"]).title()


def topic_of(tool: Json) -> str:
    """Return all that a tool says about itself."""
    return f"{short_name(tool['name'])} {_LEAD.sub('', tool.get('description') or '')}"


def short_name(name: str) -> str:
    """Return a tool's name without what all of them begin with."""
    return name.removeprefix("consult_").removeprefix("ask_").replace("_", " ")


def _plain(text: str) -> str:
    return _TAG.sub("", _EARLIER.sub("", text)).strip()
