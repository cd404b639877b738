"""One request to a model, of which nothing is kept."""

from contextlib import aclosing

from bot.panel.language_model.exchange import Prompt, Responded, ToolCalled
from bot.panel.language_model.model_client import ModelClient, ResponseRestarted


async def asked_once(client: ModelClient, prompt: Prompt) -> tuple[list[ToolCalled], Responded]:
    """Return the calls and the end of the response. Raises ModelUnavailable or ModelRefused."""
    calls, last = list[ToolCalled](), Responded("")
    async with aclosing(client.ask(prompt, ref="", repeated=False)) as events:
        async for event in events:
            match event:
                case ToolCalled():
                    calls.append(event)
                case ResponseRestarted():
                    calls.clear()
                case Responded():
                    last = event
    return calls, last
