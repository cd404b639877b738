"""``/v1/assistants``, version 2: definitions that runs refer to."""

import time
from collections.abc import Mapping

from bot.json_types import Json
from bot.playground.openai import errors, models
from bot.playground.openai.api_types import ApiRequest, Handler
from bot.playground.openai.assistants.threads import nothing_found
from bot.playground.openai.conversations.store import checked_metadata
from bot.playground.openai.items.items import new_id
from bot.playground.openai.paging import page
from bot.playground.openai.tools import assistant_tools

FIELDS = frozenset(
    {
        "description", "instructions", "metadata", "model", "name", "reasoning_effort",
        "response_format", "temperature", "tool_resources", "tools", "top_p",
    }
)  # fmt: skip
_LONGEST = {"description": 512, "instructions": 256_000, "name": 256}  # characters


class Assistants:
    """Answers requests about assistants."""

    def __init__(self) -> None:
        self.assistants: dict[str, Json] = {}

    @property
    def routes(self) -> Mapping[str, Handler]:
        """Who answers what."""
        one = "/v1/assistants/{assistant}"
        return {
            "POST /v1/assistants": self._create,
            "GET /v1/assistants": self._list,
            f"GET {one}": self._retrieve,
            f"POST {one}": self._update,
            f"DELETE {one}": self._delete,
        }

    def find(self, wanted: str) -> Json:
        """Return an assistant, or raise 404."""
        if wanted not in self.assistants:
            raise nothing_found("assistant", wanted)
        return self.assistants[wanted]

    async def _create(self, request: ApiRequest) -> Json:
        if "model" not in request.body:
            raise errors.missing("model")
        assistant: Json = {
            "id": new_id("asst"),
            "object": "assistant",
            "created_at": int(time.time()),
            "name": None,
            "description": None,
            "instructions": None,
            "tools": [],
            "metadata": {},
            "temperature": 1.0,
            "top_p": 1.0,
            "response_format": "auto",
            **_checked(request.body),
        }
        self.assistants[assistant["id"]] = assistant
        return assistant

    async def _list(self, request: ApiRequest) -> Json:
        return page(list(self.assistants.values()), request)

    async def _retrieve(self, request: ApiRequest) -> Json:
        return self.find(request.ids["assistant"])

    async def _update(self, request: ApiRequest) -> Json:
        assistant = self.find(request.ids["assistant"])
        assistant.update(_checked(request.body))
        return assistant

    async def _delete(self, request: ApiRequest) -> Json:
        wanted = request.ids["assistant"]
        del self.assistants[self.find(wanted)["id"]]
        return {"id": wanted, "object": "assistant.deleted", "deleted": True}


def _checked(body: Json) -> Json:
    """Return what *body* says of an assistant, if it may."""
    for name in body:
        if name not in FIELDS:
            raise errors.unknown_parameter(name)
    if "model" in body:
        models.find(body["model"])
    for name, longest in _LONGEST.items():
        if len(text := body.get(name) or "") > longest:
            raise errors.too_long(name, longest, len(text))
    assistant_tools.check(body.get("tools") or [])
    metadata = checked_metadata(body.get("metadata"))
    return {**body, "metadata": metadata} if "metadata" in body else dict(body)
