"""How many tokens are read, cached and written: about as many as OpenAI would count."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.json_types import Json
from bot.playground.openai.items.items import text_of

# What a model thinks before it writes, by effort.
THINKING: Mapping[str, int] = {
    "minimal": 16,
    "low": 64,
    "medium": 256,
    "high": 1024,
    "xhigh": 2048,
    "max": 4096,
}
_FEWEST_CACHED, _CACHED_STEP = 1024, 128
_MOST_PREFIXES = 100_000
_FRAME = 4  # tokens around each item


def count(text: str) -> int:
    """Return about how many tokens *text* has: one for four characters."""
    return (len(text) + 3) // 4


def segments(body: Json, seen: Iterable[Json]) -> Iterator[str]:
    """Yield what the model reads, in the order in which a cache compares it."""
    yield json.dumps(body.get("tools") or [])
    yield body.get("instructions") or ""
    yield from map(text_of, seen)


def read(body: Json, seen: Iterable[Json]) -> int:
    """Return how many tokens the model reads."""
    return sum(count(text) + _FRAME for text in segments(body, seen))


class PromptCache:
    """Remembers how prompts began, and so how much of the next one is cheap."""

    def __init__(self) -> None:
        self._prefixes: set[int] = set()

    def read(self, body: Json, seen: Iterable[Json]) -> tuple[int, int]:
        """Return how many tokens a prompt has, and how many of these began an earlier one."""
        if len(self._prefixes) > _MOST_PREFIXES:
            self._prefixes.clear()
        tokens, known = 0, 0
        prefix = hash((body["model"], body.get("prompt_cache_key")))
        for text in segments(body, seen):
            prefix = hash((prefix, text))
            tokens += count(text) + _FRAME
            if prefix in self._prefixes:
                known = tokens
            else:
                self._prefixes.add(prefix)
        cached = known // _CACHED_STEP * _CACHED_STEP if known >= _FEWEST_CACHED else 0
        return tokens, cached


def usage(read_tokens: int, cached: int, written: int, thought: int) -> dict[str, Any]:
    """Return what a response cost, as the API shows it: what is long enough goes into the cache."""
    cacheable = read_tokens // _CACHED_STEP * _CACHED_STEP if read_tokens >= _FEWEST_CACHED else 0
    kept = max(cacheable - cached, 0)
    return {
        "input_tokens": read_tokens,
        "input_tokens_details": {
            "cached_tokens": cached,
            "cache_write_tokens": kept,
            "cache_write_tokens_details": {"ttl_30m_tokens": kept, "ttl_12h_tokens": 0},
        },
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": thought},
        "total_tokens": read_tokens + written,
    }
