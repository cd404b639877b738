"""A response that no conversation keeps: the server gets all there is, and stores nothing."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.adapters.openai import errors
from bot.adapters.openai.leaks.filtered_stream import ThinkingModels, filtered
from bot.adapters.openai.responses import streaming
from bot.adapters.openai.responses.stateless_start import StatelessStart
from bot.panel.language_model.exchange import ModelEvent, Prompt


async def respond(
    start: StatelessStart, prompt: Prompt, thinking: ThinkingModels
) -> AsyncGenerator[ModelEvent, None]:
    """Yield what the model writes: see LanguageModel.respond_once."""
    async with (
        errors.translated(),
        errors.opened(await start.stream()) as stream,
        aclosing(filtered(streaming.events(aiter(stream)), prompt, thinking)) as events,
    ):
        async for event in events:
            yield event
