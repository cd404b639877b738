"""What is said, as the conventions want it in spans: only where operators ask for it."""

import json

from bot.adapters.telemetry import conventions as names
from bot.panel.language_model.exchange import (
    Item,
    ModelSaid,
    Prompt,
    Responded,
    ToolCalled,
    UserSaid,
    in_words,
)


def said(prompt: Prompt, response: Responded | None) -> dict[str, str]:
    """Return the attributes with what was said in a request, and in the response to it."""
    attributes = {
        names.INSTRUCTIONS: json.dumps([_text(prompt.instructions)], ensure_ascii=False),
        names.INPUT_MESSAGES: json.dumps([*map(_message, prompt.items)], ensure_ascii=False),
    }
    if response:
        ended = "length" if response.cut else "stop"
        answer = {"role": "assistant", "parts": [_text(response.text)], "finish_reason": ended}
        attributes[names.OUTPUT_MESSAGES] = json.dumps([answer], ensure_ascii=False)
    return attributes


def _message(item: Item) -> dict[str, object]:
    is_models = isinstance(item, ModelSaid | ToolCalled)
    words = item.text if isinstance(item, UserSaid | ModelSaid) else in_words(item)
    return {"role": "assistant" if is_models else "user", "parts": [_text(words)]}


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "content": text}
