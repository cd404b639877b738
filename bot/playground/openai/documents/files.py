"""``/v1/files``: documents as they were uploaded."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex

from bot.json_types import Json
from bot.playground.openai import errors
from bot.playground.openai.api_types import ApiRequest, Handler, RawAnswer, Upload
from bot.playground.openai.errors import ApiError
from bot.playground.openai.paging import page

_PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
_NOT_GIVEN_BACK = frozenset({"assistants", "user_data"})
_FIELDS = frozenset({"file", "purpose", "expires_after[anchor]", "expires_after[seconds]"})
_MOST = 10_000
LARGEST = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """One file."""

    filename: str
    content: bytes
    purpose: str
    id: str = field(default_factory=lambda: f"file-{token_hex(11)}")
    created_at: int = field(default_factory=lambda: int(time.time()))

    def shown(self) -> Json:
        """Return it as the API does."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": len(self.content),
            "created_at": self.created_at,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
        }


class Files:
    """Answers requests about files."""

    def __init__(self) -> None:
        self.kept: dict[str, File] = {}

    @property
    def routes(self) -> Mapping[str, Handler]:
        """Who answers what."""
        one = "/v1/files/{file}"
        return {
            "POST /v1/files": self._create,
            "GET /v1/files": self._list,
            f"GET {one}": self._retrieve,
            f"DELETE {one}": self._delete,
            f"GET {one}/content": self._content,
        }

    def find(self, wanted: str) -> File:
        """Return a file, or raise 404."""
        found = self.kept.get(wanted)
        if found is None:
            raise ApiError(f"No such File object: {wanted}", status=404, param="id")
        return found

    async def _create(self, request: ApiRequest) -> Json:
        for name in request.body:
            if name not in _FIELDS:
                raise errors.unknown_parameter(name)
        purpose, sent = request.body.get("purpose"), request.body.get("file")
        if purpose is None:
            raise errors.missing("purpose")
        if purpose not in _PURPOSES:
            raise errors.wrong_value("purpose", purpose, ", ".join(map(repr, _PURPOSES)))
        if not isinstance(sent, Upload):
            raise errors.missing("file")
        _check_size(sent)
        created = File(sent.filename, sent.content, purpose)
        self.kept[created.id] = created
        return created.shown()

    async def _list(self, request: ApiRequest) -> Json:
        purpose = request.query.get("purpose")
        found = [file.shown() for file in self.kept.values() if purpose in (None, file.purpose)]
        return page(found, request, default=_MOST, most=_MOST)

    async def _retrieve(self, request: ApiRequest) -> Json:
        return self.find(request.ids["file"]).shown()

    async def _delete(self, request: ApiRequest) -> Json:
        found = self.find(request.ids["file"])
        del self.kept[found.id]
        return {"id": found.id, "object": "file", "deleted": True}

    async def _content(self, request: ApiRequest) -> RawAnswer:
        found = self.find(request.ids["file"])
        if found.purpose in _NOT_GIVEN_BACK:
            raise ApiError(f"Not allowed to download files of purpose: {found.purpose}")
        return RawAnswer(found.content)


def _check_size(sent: Upload) -> None:
    if not sent.content:
        raise ApiError("File is empty.", param="file")
    if len(sent.content) > LARGEST:
        raise ApiError("File is too large.", status=413, param="file")
