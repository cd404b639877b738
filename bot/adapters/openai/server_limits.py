"""What a server or model has refused, so that one complaint is enough for all requests."""

import re

from openai import APIStatusError

from bot.adapters.openai import errors
from bot.panel.language_model.exchange import Prompt
from bot.panel.model import Effort

# What a response is none the worse for lacking, where a server does not know it.
_OPTIONAL = (
    "context_management", "parallel_tool_calls", "prompt_cache_key", "safety_identifier",
    "truncation",
)  # fmt: skip


class ServerLimits:
    """Learns which efforts a model refuses, and which fields a server does not know."""

    def __init__(self) -> None:
        self._efforts: dict[tuple[str, Effort], str | None] = {}
        self.unknown_fields: set[str] = set()

    def effort(self, prompt: Prompt) -> str | None:
        """Return the effort to ask for; None: the request does not name one."""
        return self._efforts.get((prompt.model, prompt.effort), prompt.effort.value)

    def learn(self, prompt: Prompt, error: APIStatusError) -> bool:
        """Ask for less from now on; return whether that helps against *error*."""
        if error.status_code not in (400, 422):
            return False
        if (error.param or "").startswith("reasoning"):
            return self._lower_effort(prompt)
        for name in _OPTIONAL:
            if name not in self.unknown_fields and _is_about(name, error):
                self.unknown_fields.add(name)
                return True
        return False

    def _lower_effort(self, prompt: Prompt) -> bool:
        """Take another effort for prompts like this from now on; False if none is left."""
        refused = self.effort(prompt)
        self._efforts[prompt.model, prompt.effort] = "low" if refused == Effort.NONE else None
        return refused is not None


def _is_about(name: str, error: APIStatusError) -> bool:
    """Return whether the server complains of that field; some only say so in their message."""
    complaint = error.param or errors.message_of(error)
    return re.search(rf"\b{name}\b", complaint) is not None
