"""One assistant on the server for each expert's definition, and one for each router's.

Its metadata say whose it is and carry a hash of its content. One that is there is used again;
one whose content has changed is updated. Each run says all of it once more: another channel may
know an expert of the same name by another definition. What only an assistant can have are the
documents that it searches: experts of one name with other documents are other assistants.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.openai.assistants.api import AssistantsApi
from bot.adapters.openai.items import function_tool
from bot.json_types import Json
from bot.panel.language_model.exchange import Prompt, Tool
from bot.panel.model import CollectionId

_OWNER, _HASH = "panelbot", "panelbot_hash"
_LONGEST_NAME = 256


@dataclass(frozen=True, slots=True)
class _Known:
    id: str
    digest: str


class AssistantDefinitions:
    """The assistants that are known to be on the server."""

    def __init__(self, api: AssistantsApi) -> None:
        self._api = api
        self._known: dict[str, _Known] = {}
        self._looking = asyncio.Lock()  # experts who are asked at once would be created twice

    async def find(self, prompt: Prompt) -> str:
        """Return the assistant for *prompt*, created or updated if need be."""
        owner = _owner(prompt)
        content = definition(prompt)
        if prompt.collections:
            content["tool_resources"] = documents(prompt.collections[:1])
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        async with self._looking:
            known = self._known.get(owner) or await self._look_for(owner)
            if known is None or known.digest != digest:
                known = _Known(await self._write(known, owner, digest, content), digest)
            self._known[owner] = known
        return known.id

    def forget(self, prompt: Prompt) -> None:
        self._known.pop(_owner(prompt), None)

    async def _look_for(self, owner: str) -> _Known | None:
        async for assistant in self._api.assistants():
            metadata = assistant.texts("metadata")
            if metadata.get(_OWNER) == owner:
                return _Known(assistant.needed_text("id"), metadata.get(_HASH, ""))
        return None

    async def _write(
        self, known: _Known | None, owner: str, digest: str, content: Mapping[str, Any]
    ) -> str:
        body = {**content, "name": owner, "metadata": {_OWNER: owner, _HASH: digest}}
        if known:
            await self._api.update_assistant(known.id, body)
            return known.id
        return (await self._api.create_assistant(body)).needed_text("id")


def definition(prompt: Prompt) -> Json:
    """Return what *prompt* says of who is to answer."""
    tools = [_function(tool) for tool in prompt.tools]
    if prompt.collections:
        tools.append({"type": "file_search"})
    return {"model": prompt.model, "instructions": prompt.instructions, "tools": tools}


def documents(collections: Sequence[CollectionId]) -> Json:
    """Return what an assistant or a thread is to search: one collection at most for each."""
    return {"file_search": {"vector_store_ids": [*collections]}}


def _owner(prompt: Prompt) -> str:
    name = prompt.cache_key or prompt.model
    searched = f" {prompt.collections[0]}" if prompt.collections else ""
    return f"{name[: _LONGEST_NAME - len(searched)]}{searched}"


def _function(tool: Tool) -> Json:
    flat = {name: value for name, value in function_tool(tool).items() if name != "type"}
    return {"type": "function", "function": flat}
