"""Requests with files: these are encoded while they are sent.

As a text in JSON in a body, each expert's request would hold three copies of a file, each a third
larger than it. So its text stands for it until then, and all requests share the bytes.
"""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from typing import Any

from bot import runtime
from bot.characters import whole_json

_CHUNK = 3 * 64 * 1024  # bytes; base64 knows groups of three
_ENDS_AS_FILE = b';base64,"'  # a text in JSON, perhaps without what follows


class FileUrl(str):
    """A data URL; the text is only its beginning, *content* follows when it is sent."""

    content: bytes

    @classmethod
    def of(cls, media_type: str, content: bytes) -> "FileUrl":
        url = cls(f"data:{media_type};base64,")
        url.content = content
        return url


class FileBody:
    """A body of JSON with files in it; ``len`` is its length in bytes."""

    def __init__(self, text: bytes, mark: str, contents: Sequence[bytes]) -> None:
        self._texts = text.split(mark.encode())
        self._contents = contents

    def __len__(self) -> int:
        encoded = sum(4 * ((len(content) + 2) // 3) for content in self._contents)
        return encoded + sum(map(len, self._texts))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._texts[0]
        for content, text in zip(self._contents, self._texts[1:], strict=True):
            for start in range(0, len(content), _CHUNK):
                yield b64encode(content[start : start + _CHUNK])
            yield text


def encoded(document: object) -> bytes | FileBody:
    """Return *document* as the body of a request, without halves of characters."""
    try:
        body = _json(document).encode()
    except UnicodeEncodeError:
        document = whole_json(document)
        body = _json(document).encode()
    return (_ENDS_AS_FILE in body and body_with_files(document)) or body


def body_with_files(document: object) -> FileBody | None:
    """Return *document* as the body of a request; None if there are no files in it."""
    mark, contents = runtime.token(16), list[bytes]()
    marked = _marked(document, mark, contents)
    if not contents:
        return None
    return FileBody(_json(marked).encode(), mark, contents)


def encoded_length(document: object) -> int:
    """Return how long *document* is as JSON, with its files."""
    return len(body_with_files(document) or json.dumps(document))


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _marked(value: Any, mark: str, contents: list[bytes]) -> Any:
    match value:
        case FileUrl(content=content):
            contents.append(content)
            return f"{value}{mark}"
        case dict():
            return {name: _marked(part, mark, contents) for name, part in value.items()}
        case list() | tuple():
            return [_marked(part, mark, contents) for part in value]
        case _:
            return value
