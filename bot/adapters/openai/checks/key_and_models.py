"""Checking the API key, and that the models exist and are not about to be switched off."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from openai import (
    APIConnectionError,
    APIStatusError,
    AsyncOpenAI,
    AuthenticationError,
    PermissionDeniedError,
)

from bot import runtime
from bot.adapters.openai import azure
from bot.adapters.openai.server.listening import no_answer
from bot.adapters.openai.server_name import server_name
from bot.addresses import without_password
from bot.panel.checks.findings import Finding, bad, good, warning

if TYPE_CHECKING:  # they are hundreds of classes
    from openai.types.model import Model


async def examine(client: AsyncOpenAI, models: Sequence[tuple[str, str]]) -> list[Finding]:
    """Return findings about the server and *models* (a setting's name and a model's name each)."""
    if azure.is_azure(client.base_url) and (wrong := azure.wrong_address(client.base_url)):
        return [wrong]
    server, address = named(client), without_password(client.base_url)
    try:
        known = {model.id: model async for model in client.models.list()}
    except (AuthenticationError, PermissionDeniedError):
        return [bad(f"{server} rejects the key", "Put a valid key into OPENAI_API_KEY.")]
    except APIConnectionError:
        return [no_answer(client.base_url)]
    except APIStatusError as error:
        remedy = "Check that OPENAI_BASE_URL is the address of an OpenAI-compatible API."
        return [bad(f"{address}models answers with HTTP {error.status_code}", remedy)]
    except (ValueError, TypeError, AttributeError):  # the client takes a page for an answer
        remedy = "Check that OPENAI_BASE_URL is the address of an API: it may lack `/v1`."
        return [bad(f"{address}models answers with something else than a list", remedy)]
    findings = [good(f"{server} accepts the key ({address})")]
    if azure.is_azure(client.base_url):
        return findings + [azure.deployment(setting, name) for setting, name in models]
    today = datetime.fromtimestamp(runtime.time(), UTC).date()
    return findings + [_model(setting, name, known, today) for setting, name in models]


async def endings(client: AsyncOpenAI, models: Collection[str]) -> Mapping[str, date]:
    """Return which of *models* will be switched off, and when, as far as the server says so."""
    ends = {model.id: _end(model) async for model in client.models.list() if model.id in models}
    return {name: end for name, end in ends.items() if end}


def named(client: AsyncOpenAI) -> str:
    """Return the name of the server that *client* is connected with, to begin a sentence."""
    name = server_name(client.base_url)
    return name[0].upper() + name[1:]


def _model(setting: str, name: str, known: Mapping[str, "Model"], today: date) -> Finding:
    if name not in known:
        near = ", ".join(_alive(filter(can_chat, known.values()), today)[:5])
        remedy = f"Set {setting} to one of yours: {near}." if near else f"Correct {setting}."
        return bad(f"There is no model {name}", remedy)
    end = _end(known[name])
    if end is None:
        return good(f"{setting}: {name}")
    if end <= today:
        return bad(f"{name} was switched off on {end}", f"Set {setting} to a current model.")
    return warning(f"{name} will be switched off on {end}", f"Set {setting} to another by then.")


def _alive(models: Iterable["Model"], today: date) -> list[str]:
    return sorted(model.id for model in models if (end := _end(model)) is None or end > today)


def _end(model: "Model") -> date | None:
    """Return the ``shutdown_date`` in the answer to ``GET /v1/models``, a date or a timestamp."""
    value = (model.model_extra or {}).get("shutdown_date") or getattr(model, "shutdown_date", None)
    try:
        match value:
            case str():
                return date.fromisoformat(value[:10])
            case int() | float():
                return datetime.fromtimestamp(value, UTC).date()
    except (ValueError, OverflowError, OSError):  # some servers have dates of their own
        pass
    return None


# Parts of names of models for something else.
_OTHER = re.compile(
    r"embed|bge-|\be5-|gte-|minilm|rerank|\btts|whisper|transcri|dall-e|image|stable-diffusion|"
    r"\bsdxl|flux|sora|video|moderation|guard|realtime|audio|speech|voice|parakeet|piper|kokoro|"
    r"\bclip\b|\bvad\b|silero|davinci|babbage|computer-use|\bocr\b|diariz",
    re.IGNORECASE,
)
_KINDS = ("model_type", "type", "mode", "task")  # OGX, LM Studio, LiteLLM, others
_CHATTING = re.compile(r"llm|vlm|chat|text.generation|completion|responses", re.IGNORECASE)


def can_chat(model: "Model") -> bool:
    """Return whether *model* may be for conversations."""
    told = model.model_extra or {}
    if isinstance(capable := told.get("capabilities"), Mapping) and "chat_completion" in capable:
        return bool(capable["chat_completion"])
    more = told.get("custom_metadata")
    for fields in (told, more if isinstance(more, Mapping) else {}):
        kinds = [fields[name] for name in _KINDS if isinstance(fields.get(name), str)]
        if kinds:
            return any(map(_CHATTING.search, kinds))
    return not _OTHER.search(model.id)
