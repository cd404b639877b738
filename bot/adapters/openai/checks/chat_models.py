"""Which of a server's models can chat, as far as what it lists tells."""

import re
from collections.abc import Mapping

from openai.types import Model

# Parts of names of models for something else.
_OTHER = re.compile(
    r"embed|bge-|\be5-|gte-|minilm|rerank|\btts|whisper|transcri|dall-e|image|stable-diffusion|"
    r"\bsdxl|flux|sora|video|moderation|guard|realtime|audio|speech|voice|parakeet|piper|kokoro|"
    r"\bclip\b|\bvad\b|silero|davinci|babbage|computer-use|\bocr\b|diariz",
    re.IGNORECASE,
)
_KINDS = ("model_type", "type", "mode", "task")  # OGX, LM Studio, LiteLLM, others
_CHATTING = re.compile(r"llm|vlm|chat|text.generation|completion|responses", re.IGNORECASE)


def can_chat(model: Model) -> bool:
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
