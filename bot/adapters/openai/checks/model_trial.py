"""Trying each model with one small response, streamed, with the very fields that the bot sends."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field

from bot import runtime
from bot.adapters.openai import errors
from bot.adapters.openai.leaks.leaks import without_leaks
from bot.adapters.openai.reading.sent import Sent
from bot.adapters.openai.responses import streaming
from bot.adapters.openai.responses.api import ResponsesApi
from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.responses.request_builder import RequestBuilder
from bot.adapters.openai.responses.response_start import ResponseStart, StatelessStart
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import Client
from bot.adapters.openai.server.json_api import EventStream
from bot.adapters.openai.server.server_limits import limits_of
from bot.panel.checks.findings import Finding, bad, good, warning
from bot.panel.errors import ModelFault, ModelRefused, ModelUnavailable, PanelError
from bot.panel.language_model.exchange import ModelSaid, Prompt, Tool, UserSaid
from bot.panel.links import RouterLabels
from bot.panel.model import ConversationId, Effort, ThreadRef

_PARAMETERS = {"reason": "Why, in a word.", "brief": "What to look at, in a word."}
_EXPERTS = ("legal", "finance")
_TOOLS = tuple(Tool(f"consult_{name}", f"Ask {name}.", _PARAMETERS) for name in _EXPERTS)
_CALL = (
    "This tries the connection. Call consult_legal and consult_finance, both in this response, "
    "each with one word as reason and as brief. Write nothing else."
)
_SPEAK = "This tries the connection. Say hello in one word, and nothing else."
_INSTRUCTIONS = "You do exactly what you are told."
_NOWHERE = RouterLabels(ThreadRef("check", "check", "0.0"))
_AT_ONCE = RetryDelays(locked=(1, 2), busy=(1,))
_PARSER = (
    "Start the server with the parser for this model's calls (vLLM: --enable-auto-tool-choice "
    "--tool-call-parser …; llama.cpp: --jinja). Until then the bot reads them from the text."
)
_REMEDIES = {
    ModelFault.QUOTA: "Add credit, or raise the budget of the key.",
    ModelFault.ACCESS: "Use a key that may use the model.",
    ModelFault.MODEL: "Name a model that the server has.",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A model, the *setting* that names it, and with what the bot asks it."""

    setting: str
    model: str
    effort: Effort
    calls: bool = False  # whether it has to call experts


@dataclass(slots=True)
class _Seen:
    """What the model wrote, as it came over the wire."""

    began: float = field(default_factory=runtime.monotonic)
    first_after: float | None = None
    text: str = ""
    real_calls: int = 0  # not written as text

    async def note(self, stream: EventStream) -> AsyncIterator[object]:
        async for event in stream:
            sent = Sent(event, "event")
            kind = sent.optional_text("type")
            if kind == "response.output_text.delta":
                self.text += sent.text("delta")
            elif kind == "response.completed":
                items = sent.part("response").parts("output")
                self.real_calls = [i.optional_text("type") for i in items].count("function_call")
            is_first = kind in ("response.output_text.delta", "response.output_item.added")
            if is_first and self.first_after is None:
                self.first_after = runtime.monotonic() - self.began
            yield event


class ModelTrial:
    """Asks models on the *backend*, ``conversations`` or ``stateless``, as the bot does."""

    def __init__(self, client: Client, backend: str, *, salt: str, compact: int) -> None:
        self._client = client
        self._is_stateless = backend == "stateless"
        self._conversations = ConversationsModel(client, salt=salt, delays=_AT_ONCE)
        self._requests = RequestBuilder(
            salt, limits_of(client), 0 if self._is_stateless else compact
        )

    async def examine(self, tried: Tried) -> Finding:
        """Return what became of one response."""
        name = f"{tried.setting}: {tried.model}"
        try:
            prompt, seen = await self._ask(tried)
        except ModelRefused as refusal:
            remedy = _REMEDIES.get(refusal.fault, "Correct the setting, or the server.")
            return bad(f"{name} refuses a response: {refusal}", remedy)
        except ModelUnavailable as error:
            return warning(f"{name} gave no answer: {error}", "Run panelbot check again later.")
        except PanelError as error:
            return bad(f"{name} cannot be asked: {error}", "See the server's log.")
        return self._judged(name, prompt, seen)

    async def failure(self, tried: Tried) -> PanelError | None:
        """Return why the model gives no response; None if it does."""
        try:
            await self._ask(tried)
        except PanelError as error:
            return error
        return None

    async def _ask(self, tried: Tried) -> tuple[Prompt, _Seen]:
        async with self._conversation() as conversation:
            prompt = Prompt(
                conversation,
                tried.model,
                tried.effort,
                _INSTRUCTIONS,
                (UserSaid(_CALL if tried.calls else _SPEAK),),
                tools=_TOOLS if tried.calls else (),
                cache_key="check",
                user="check",
            )
            seen = _Seen()
            async with (
                errors.translated(),
                errors.opened(await self._begin(prompt)) as stream,
                aclosing(streaming.events(seen.note(stream))) as events,
            ):
                async for _ in events:
                    pass
            return prompt, seen

    async def _begin(self, prompt: Prompt) -> EventStream:
        given = (ResponsesApi(self._client.json), self._requests, _AT_ONCE, prompt)
        start = StatelessStart if self._is_stateless else ResponseStart
        return await start(*given).stream()

    @asynccontextmanager
    async def _conversation(self) -> AsyncIterator[ConversationId]:
        if self._is_stateless:
            yield ConversationId("check")
            return
        conversation = await self._conversations.open(_NOWHERE)
        try:
            yield conversation
        finally:
            with suppress(PanelError):
                await self._conversations.delete(conversation)

    def _judged(self, name: str, prompt: Prompt, seen: _Seen) -> Finding:
        what = f"{name} answers"
        if seen.first_after is not None:
            what += f", first after {seen.first_after:.1f} s"
        what += self._conceded(prompt)
        if prompt.tools and not seen.real_calls:
            if "consult_" in seen.text:
                return warning(f"{what}, but writes its calls of experts as text", _PARSER)
            remedy = "Take a model that supports function calls, or consult experts by name."
            return warning(f"{what}, but calls no expert when told to", remedy)
        if prompt.tools and seen.real_calls < len(_TOOLS):
            remedy = "Questions to several experts may take longer; a larger model may do better."
            return warning(f"{what}, but calls one expert at a time", remedy)
        if without_leaks(ModelSaid(seen.text)).text.strip() != seen.text.strip():
            remedy = "People do not see them. A reasoning parser (vLLM: --reasoning-parser) helps."
            return warning(f"{what}, but its text has thoughts or marks of its template", remedy)
        return good(f"{what}; its calls arrive as calls, several at once" if prompt.tools else what)

    def _conceded(self, prompt: Prompt) -> str:
        limits = self._requests.limits
        left_out = sorted(limits.refused(prompt.model) - {"reasoning"})
        said = f", without {', '.join(left_out)}" if left_out else ""
        effort = limits.effort(prompt)
        is_granted = effort == prompt.effort.value
        return said if is_granted else f"{said}, with {effort or 'its own'} effort"
