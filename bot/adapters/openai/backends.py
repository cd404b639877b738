"""Choosing the backend, and finding out whether the server has what it needs."""

from collections.abc import Awaitable, Callable, Mapping

from openai import APIConnectionError, APIError, APIStatusError

from bot.adapters.openai import azure, errors
from bot.adapters.openai.any_backend import AnyBackend, Unkept
from bot.adapters.openai.assistants.api import AssistantsApi
from bot.adapters.openai.assistants.assistants_model import AssistantsModel
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.responses.api import ResponsesApi
from bot.adapters.openai.responses.compaction import Compaction
from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.responses.stateless import StatelessModel
from bot.adapters.openai.server.client import Client
from bot.addresses import without_password
from bot.panel.checks.findings import Finding, bad, good, warning
from bot.panel.errors import ModelFault, ModelRefused, PanelError, Refused
from bot.panel.language_model.conversations.conversation_store import ConversationStore
from bot.panel.language_model.language_model import LanguageModel

_PROBE = 10.0  # seconds that a server has for an answer
_OPENAI = "api.openai.com"
_NOT_THERE = (404, 405, 501)
_CHAT = {  # some servers do not look at the model: a single token, at most
    "model": "none",
    "messages": [{"role": "user", "content": "."}],
    "max_tokens": 1,
}
_CHAT_ONLY = (
    "The server has chat completions only: put OGX in front of it, and set OPENAI_BASE_URL to that."
)


def backend(
    name: str,
    client: Client,
    store: ConversationStore,
    *,
    salt: str,
    tokens: int,
    compact: int = 0,
) -> LanguageModel:
    """Return the backend called *name*, which also reads what others have kept on this server.

    Conversations that we keep ourselves hold about *tokens*, OpenAI's are summed up from
    *compact* on. Raises Refused where the server is known to have ended what the backend needs.
    """
    refusal = _assistants_refused(client)
    if refusal and name == "assistants":
        raise Refused(f"{refusal.what}. {refusal.remedy}")
    backends: dict[str, LanguageModel] = {
        "conversations": ConversationsModel(
            client, salt=salt, compact=compact, former=name != "conversations"
        ),
        "stateless": StatelessModel(client, store, salt=salt, compaction=Compaction(tokens)),
    }
    if not refusal:
        backends["assistants"] = AssistantsModel(client, former=name != "assistants")
    return AnyBackend(backends.pop(name), backends)


def unkept(client: Client, *, salt: str) -> LanguageModel:
    """Return a model that can be asked, with any backend, and of which nothing is kept anywhere."""
    return Unkept(ConversationsModel(client, salt=salt), {})


async def probe(client: Client, name: str) -> Finding:
    """Return whether the server has what the backend called *name* needs; costs no tokens."""
    address = without_password(client.base_url)
    if azure.is_azure(client.base_url) and (wrong := azure.wrong_address(client.base_url)):
        return wrong
    if name == "assistants" and (refusal := _assistants_refused(client)):
        return refusal
    path, ask, remedy = _NEEDS[name]
    try:
        await ask(client.with_options(timeout=_PROBE, max_retries=0))
    except APIStatusError as error:
        if _is_missing(error):
            what = f"{address} has no /{path}, which PANELBOT_BACKEND={name} needs"
            return bad(what, await _remedy(client, remedy))
        if error.status_code in (401, 403) or error.status_code >= 429:
            what = f"Whether {address} has /{path} is unknown: HTTP {error.status_code}"
            return warning(what, "Run panelbot check again later.")
    except APIConnectionError:
        remedy = "Check OPENAI_BASE_URL and whether this machine may reach it."
        return warning(f"No answer from {address}", remedy)
    except APIError:
        pass
    except (PanelError, ValueError) as error:  # a proxy's page, perhaps
        what = f"Whether {address} has /{path} is unknown: {error}"
        return warning(what, "Run panelbot check again later.")
    return good(f"PANELBOT_BACKEND={name}: the server has /{path}")


def _assistants_refused(client: Client) -> Finding | None:
    """Return why assistants cannot be had from this server, if that is certain."""
    host = client.base_url.host
    if host != _OPENAI and not azure.is_azure(client.base_url):
        return None
    what = f"The Assistants API was switched off at {host} on 2026-08-26"
    return bad(what, "Set PANELBOT_BACKEND=conversations, or name another server.")


async def _remedy(client: Client, remedy: str) -> str:
    """Return what to do: *remedy*, unless the server has chat completions and nothing else."""
    has_responses = await _has(client, "responses", body={})
    if not has_responses and await _has(client, "chat", "completions", body=_CHAT):
        return _CHAT_ONLY
    return remedy


async def _has(client: Client, *path: str, body: Mapping[str, object]) -> bool:
    """Return whether there is such an endpoint; it is asked for as good as nothing."""
    try:
        quick = client.with_options(timeout=_PROBE, max_retries=0)
        await quick.json.send("POST", *path, body=body)
    except APIStatusError as error:
        return not _is_missing(error)
    except (APIError, PanelError, ValueError):
        return False
    return True


def _is_missing(error: APIStatusError) -> bool:
    """Return whether there is no such endpoint; a 404 may also be about an unknown model."""
    refusal = errors.from_status(error)
    is_model = isinstance(refusal, ModelRefused) and refusal.fault is ModelFault.MODEL
    return error.status_code in _NOT_THERE and not is_model


async def _open_conversation(client: Client) -> None:
    """Ask for a conversation, and delete it again."""
    api = ResponsesApi(client.json)
    if opened := Sent(await api.open(), "conversation").optional_text("id"):
        await api.delete(opened)


async def _respond_to_nothing(client: Client) -> None:
    """Ask for a response, but not well enough to get one."""
    await ResponsesApi(client.json).respond({})


async def _list_assistants(client: Client) -> None:
    """Ask which assistants there are."""
    await anext(AssistantsApi(client).assistants(), None)


_NEEDS: Mapping[str, tuple[str, Callable[[Client], Awaitable[None]], str]] = {
    "conversations": (
        "conversations",
        _open_conversation,
        "Set PANELBOT_BACKEND=stateless: conversations are then kept in Redis.",
    ),
    "assistants": (
        "assistants",
        _list_assistants,
        "Set PANELBOT_BACKEND=conversations or stateless.",
    ),
    "stateless": (
        "responses",
        _respond_to_nothing,
        "Correct OPENAI_BASE_URL (it often ends in /v1), or take a newer version of the server.",
    ),
}
