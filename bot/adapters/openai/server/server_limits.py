"""What a server or model has refused, so that one complaint is enough for all requests."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from openai import APIStatusError, AsyncOpenAI

from bot.adapters.openai import azure, errors, one_tool
from bot.panel.errors import ModelFault, ModelRefused, PanelError
from bot.panel.language_model.exchange import Prompt
from bot.panel.language_model.tool_names import MOST_SINGLE
from bot.panel.model import Effort
from bot.panel.roster import efforts

log = logging.getLogger(__name__)

# What a response is none the worse for lacking, where a server does not know it or fails on it.
OPTIONAL = frozenset({
    "context_management", "include", "max_output_tokens", "parallel_tool_calls",
    "prompt_cache_key", "reasoning", "safety_identifier", "strict", "truncation",
})  # fmt: skip
_THINKING = re.compile(
    r"\breasoning_effort\b|\breasoning\b(?!\W{0,2} item)|\bsupport thinking\b", re.IGNORECASE
)
# Servers whose models write less call it by other names, and may take it for too long a prompt.
_MOST_OUTPUT = re.compile(
    r"\bmax_(output_|completion_|new_)?tokens\b|\bin the completion\b", re.IGNORECASE
)
_STRICT = re.compile(r"\bstrict\b.{0,3}\bfalse\b", re.IGNORECASE)
_IN_DOUBT = (ModelFault.BAD_REQUEST, ModelFault.TOOLS)
_FEW = 8  # experts, of whom less is not worth saying
# How many experts are tools of their own, and how much is said of what each of more is for.
_FORMS: tuple[tuple[int, int | None], ...] = ((MOST_SINGLE, None), (_FEW, 60), (_FEW, 0))


class ServerLimits:
    """Learns which efforts and which optional fields a server refuses, for each model.

    *is_documented*: the server names what it refuses, so that other failures have other causes.
    """

    def __init__(self, *, is_documented: bool = False) -> None:
        self._is_documented = is_documented
        self._efforts: dict[tuple[str, Effort], str | None] = {}
        self._refused: defaultdict[str, set[str]] = defaultdict(set)
        self._accepted: defaultdict[str, set[str]] = defaultdict(set)
        self._shortened: defaultdict[str, int] = defaultdict(int)  # how often, of _FORMS

    def offered(self, prompt: Prompt, most: int = MOST_SINGLE) -> Prompt:
        """Return *prompt* as it is sent: with one tool for all if it has more than *most*."""
        single, longest = _FORMS[self._shortened[prompt.model]]
        return one_tool.offered(prompt, min(most, single), longest)

    def shorten(self, prompt: Prompt) -> bool:
        """Say less of each of many experts from now on; return whether that was possible."""
        shortened = self._shortened[prompt.model]
        if len(prompt.tools) <= _FEW or shortened + 1 == len(_FORMS):
            return False
        self._shortened[prompt.model] = shortened + 1
        log.warning("purposes.shortened", extra={"model": prompt.model})
        return True

    def effort(self, prompt: Prompt) -> str | None:
        """Return the effort to ask for; None: the request does not name one."""
        if "reasoning" in self._refused[prompt.model]:
            return None
        wanted = prompt.effort
        known = efforts.least(prompt.model) if wanted is Effort.NONE else wanted
        return self._efforts.get((prompt.model, wanted), known.value)

    def refused(self, model: str) -> frozenset[str]:
        """Return the optional fields to leave out."""
        return frozenset(self._refused[model])

    def doubted(self, model: str, request: Mapping[str, Any]) -> frozenset[str]:
        """Return the optional fields of *request* that may be why it fails: never accepted yet."""
        if self._is_documented:
            return frozenset()
        return optional_fields(request) - self._accepted[model]

    def accept(self, model: str, request: Mapping[str, Any]) -> None:
        """Note that *model* has begun to answer *request*."""
        self._accepted[model] |= optional_fields(request)

    def concede(self, model: str, fields: Iterable[str]) -> None:
        """Leave *fields* out of all requests to *model* from now on."""
        if new := sorted({*fields} - self._refused[model]):
            self._refused[model].update(new)
            log.warning("model.conceded", extra={"model": model, "fields": ", ".join(new)})

    def learn(self, prompt: Prompt, error: APIStatusError) -> bool:
        """Ask for less from now on; return whether that helps against *error*."""
        if error.status_code in (400, 422) and self._learn_most_output(prompt, error):
            return True
        if error.status_code not in (400, 422) or not is_unexplained(errors.from_status(error)):
            return False
        if (error.param or "").startswith("reasoning"):
            return self._lower_effort(prompt)
        message = errors.message_of(error)
        about_schema = _STRICT.search(message)  # "use 'strict: false' to opt out of …"
        complaint = "strict" if about_schema else error.param or message
        named = named_fields(complaint, OPTIONAL - self._refused[prompt.model])
        self.concede(prompt.model, named)
        return bool(named)

    def _learn_most_output(self, prompt: Prompt, error: APIStatusError) -> bool:
        """Set no limit to what *prompt.model* writes, if it is the limit that is refused."""
        is_sent = prompt.most_output and "max_output_tokens" not in self._refused[prompt.model]
        complaint = f"{error.param or ''} {errors.message_of(error)}"
        if not is_sent or not _MOST_OUTPUT.search(complaint):
            return False
        self.concede(prompt.model, ["max_output_tokens"])
        return True

    def _lower_effort(self, prompt: Prompt) -> bool:
        """Take another effort for prompts like this from now on; False if none is left."""
        refused = self.effort(prompt)
        self._efforts[prompt.model, prompt.effort] = "low" if refused == Effort.NONE else None
        return refused is not None


def limits_of(client: AsyncOpenAI) -> ServerLimits:
    """Return what is known beforehand of the server that *client* is connected with."""
    url = client.base_url
    return ServerLimits(is_documented=url.host == "api.openai.com" or azure.is_azure(url))


def is_unexplained(error: PanelError) -> bool:
    """Return whether *error* may be about any field of the request, as far as one can tell."""
    return isinstance(error, ModelRefused) and error.fault in _IN_DOUBT


def optional_fields(request: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the optional fields that *request* has."""
    is_strict = any(tool.get("strict") for tool in request.get("tools", ()))
    return (OPTIONAL & request.keys()) | ({"strict"} if is_strict else set())


def named_fields(complaint: str, fields: Iterable[str]) -> frozenset[str]:
    """Return those of *fields* that a server complains of; some only say so in their message."""
    patterns = {name: re.compile(rf"\b{name}\b") for name in fields} | (
        {"reasoning": _THINKING} if "reasoning" in fields else {}
    )
    return frozenset(name for name, pattern in patterns.items() if pattern.search(complaint))
