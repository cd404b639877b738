"""A prompt as the arguments of ``responses.create``."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from openai import APIStatusError
from openai.types.responses import FileSearchToolParam, ResponseInputItemParam, ToolParam

from bot.adapters.openai import errors
from bot.adapters.openai.items import function_tool, to_api
from bot.adapters.openai.server_tools import server_tool
from bot.panel.language_model.exchange import Prompt
from bot.panel.model import Effort

# What a response is none the worse for lacking, where a server does not know it.
_OPTIONAL = (
    "context_management", "parallel_tool_calls", "prompt_cache_key", "safety_identifier",
    "truncation",
)  # fmt: skip


class Requests:
    """Builds requests; *salt* goes into the hash of who asks.

    From *compact* tokens on the server sums up what a conversation holds; 0: it never does.

    Learns which efforts a model refuses and which fields a server does not know, so that one
    complaint is enough for all requests.
    """

    def __init__(self, salt: str, compact: int = 0) -> None:
        self._salt = salt
        self._compact = compact
        self._instead: dict[tuple[str, Effort], str | None] = {}
        self._unknown: set[str] = set()

    def build(self, prompt: Prompt, *before: ResponseInputItemParam) -> dict[str, Any]:
        """Return the request; *before* comes before the prompt's own items."""
        request: dict[str, Any] = {
            "conversation": prompt.conversation,
            "model": prompt.model,
            "instructions": prompt.instructions,
            "input": [*before, *map(to_api, prompt.items)],
            "stream": True,
            **self._context(),
        }
        if effort := self.effort(prompt):
            request["reasoning"] = {"effort": effort}
        if tools := _tools(prompt):  # also where they may not be called: for the cache
            request |= tools
        if prompt.cache_key:
            request["prompt_cache_key"] = prompt.cache_key
        if prompt.user:
            salted = f"{self._salt}/{prompt.user}".encode()
            request["safety_identifier"] = hashlib.sha256(salted).hexdigest()
        return {name: value for name, value in request.items() if name not in self._unknown}

    def _context(self) -> dict[str, Any]:
        """Return what is to become of a conversation that is too long."""
        if self._compact and "context_management" not in self._unknown:
            limit = {"type": "compaction", "compact_threshold": self._compact}
            return {"context_management": [limit]}
        return {"truncation": "auto"}  # forget the oldest: better than no answer

    def concede(self, prompt: Prompt, error: APIStatusError) -> bool:
        """Ask for less from now on, if that helps against *error*; False if it does not."""
        if error.status_code not in (400, 422):
            return False
        if (error.param or "").startswith("reasoning"):
            return self._lower_effort(prompt)
        for name in _OPTIONAL:
            if name not in self._unknown and _is_about(name, error):
                self._unknown.add(name)
                return True
        return False

    def _lower_effort(self, prompt: Prompt) -> bool:
        """Take another effort for prompts like this from now on; False if nothing is left."""
        refused = self.effort(prompt)
        instead = "low" if refused == Effort.NONE else None
        self._instead[prompt.model, prompt.effort] = instead
        return refused is not None

    def effort(self, prompt: Prompt) -> str | None:
        """Return the effort to ask for; None: nothing is said of it."""
        return self._instead.get((prompt.model, prompt.effort), prompt.effort.value)


def _is_about(name: str, error: APIStatusError) -> bool:
    """Return whether the server complains of that field; some say so in their words only."""
    told = error.param or errors.message_of(error)
    return re.search(rf"\b{name}\b", told) is not None


def _tools(prompt: Prompt) -> dict[str, Any]:
    tools: list[ToolParam] = [
        *map(function_tool, prompt.tools),
        *_searches(prompt),
        *map(server_tool, prompt.server_tools),
    ]
    if not tools:
        return {}
    given: dict[str, Any] = {"tools": tools, "parallel_tool_calls": True}
    given["tool_choice"] = "auto" if prompt.may_call else "none"
    if prompt.collections:
        given["include"] = ["file_search_call.results"]  # for whoever reads the sources later
        if prompt.must_search:
            given["tool_choice"] = {"type": "file_search"}
    return given


def _searches(prompt: Prompt) -> Iterator[FileSearchToolParam]:
    if prompt.collections:
        yield {"type": "file_search", "vector_store_ids": [*prompt.collections]}
