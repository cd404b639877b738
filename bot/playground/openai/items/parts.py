"""Images and files in a message: taken in as the API allows."""

import binascii
import re
from base64 import b64decode
from typing import Any

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.errors import ApiError

_LONGEST_IMAGE, _LONGEST_FILE = 20_971_520, 73_400_320
_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+);base64,")
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def image(part: Json, where: str) -> Json:
    """Return an image as it is stored."""
    name = _only_one(part, where, "image_url", "file_id")
    url = text(part, where, name, _LONGEST_IMAGE)
    if name == "image_url" and not url.startswith(("https://", "http://")):
        kind = _decoded(url, f"{where}.image_url")
        if kind not in _IMAGES:
            raise errors.wrong_value(f"{where}.image_url", kind, ", ".join(sorted(_IMAGES)))
    return {"detail": "auto", **part}


def file(part: Json, where: str) -> Json:
    """Return a file as it is stored."""
    name = _only_one(part, where, "file_id", "file_data", "file_url")
    given = text(part, where, name, _LONGEST_FILE)
    if name == "file_data":
        text(part, where, "filename", _LONGEST_FILE)
        _decoded(given, f"{where}.file_data")
    return dict(part)


def _only_one(part: Json, where: str, *names: str) -> str:
    given = [name for name in names if part.get(name) is not None]
    if len(given) > 1:
        text = f"Mutually exclusive parameters: {', '.join(map(repr, given))}."
        raise ApiError(text, code="mutually_exclusive_parameters", param=where)
    if not given:
        raise errors.missing(f"{where}.{names[0]}")
    return given[0]


def text(part: Json, where: str, name: str, longest: int) -> str:
    """Return the text *name* of *part*. Raises if it is missing or too long."""
    value: Any = part.get(name)
    if value is None:
        raise errors.missing(f"{where}.{name}")
    if not isinstance(value, str):
        raise errors.wrong_type(f"{where}.{name}", "a string")
    if len(value) > longest:
        raise errors.too_long(f"{where}.{name}", longest, len(value))
    return value


def _decoded(url: str, where: str) -> str:
    """Return the media type of a data URL that can be decoded."""
    found = _DATA.match(url)
    try:
        if found and b64decode(url[found.end() :], validate=True):
            return found[1]
    except binascii.Error:
        pass
    text = f"Invalid '{where}'. Expected a base64-encoded data URL with a MIME type."
    raise ApiError(text, code="invalid_value", param=where)
