"""One assistant on the server for each expert's definition, and one for each router's.

Its metadata say whose it is and carry a hash of its content. One that is there is used again;
one whose content has changed is updated. Each run says all of it once more: another channel may
know an expert of the same name by another definition.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.openai.assistants_api import AssistantsApi
from bot.adapters.openai.items import function_tool
from bot.panel.exchange import Prompt, Tool

_OWNER, _HASH = "panelbot", "panelbot_hash"
_LONGEST_NAME = 256


@dataclass(frozen=True, slots=True)
class _Known:
    id: str
    digest: str


class AssistantBook:
    """The assistants that are known to be on the server."""

    def __init__(self, api: AssistantsApi) -> None:
        self._api = api
        self._known: dict[str, _Known] = {}
        self._looking = asyncio.Lock()  # experts who are asked at once would be created twice

    async def find(self, prompt: Prompt) -> str:
        """Return the assistant for *prompt*, created or updated if need be."""
        owner = (prompt.cache_key or prompt.model)[:_LONGEST_NAME]
        content = definition(prompt)
        digest = _digest(content)
        async with self._looking:
            known = self._known.get(owner) or await self._look_for(owner)
            if known is None or known.digest != digest:
                known = _Known(await self._write(known, owner, digest, content), digest)
            self._known[owner] = known
        return known.id

    def forget(self, prompt: Prompt) -> None:
        """Learn that the assistant for *prompt* is gone."""
        self._known.pop((prompt.cache_key or prompt.model)[:_LONGEST_NAME], None)

    async def _look_for(self, owner: str) -> _Known | None:
        async for assistant in self._api.assistants():
            metadata = assistant.metadata or {}
            if metadata.get(_OWNER) == owner:
                return _Known(assistant.id, metadata.get(_HASH, ""))
        return None

    async def _write(
        self, known: _Known | None, owner: str, digest: str, content: Mapping[str, Any]
    ) -> str:
        body = {**content, "name": owner, "metadata": {_OWNER: owner, _HASH: digest}}
        if known:
            return (await self._api.update_assistant(known.id, body)).id
        return (await self._api.create_assistant(body)).id


def definition(prompt: Prompt) -> dict[str, Any]:
    """Return what *prompt* says of who is to answer."""
    return {
        "model": prompt.model,
        "instructions": prompt.instructions,
        "tools": [_function(tool) for tool in prompt.tools],
    }


def _function(tool: Tool) -> dict[str, Any]:
    flat = {name: value for name, value in function_tool(tool).items() if name != "type"}
    return {"type": "function", "function": flat}


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
