"""What a request used, as its server tells it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.adapters.openai.reading.sent import Sent
from bot.panel.usage import Usage, of_request

_CALLS = {
    "web_search_call": "web_search",
    "file_search_call": "file_search",
    "image_generation_call": "image_generation",
}


def usage_of(response: Sent, output: Sequence[Sent] = ()) -> Usage:
    """Return what *response*, with its items *output*, used, as far as the server tells."""
    used = response.part("usage")
    details = _input_details(used)
    by_lifetime = details.part("cache_write_tokens_details")
    for_long, for_short = (by_lifetime.number(f"ttl_{time}_tokens") for time in ("12h", "30m"))
    written = details.number("cache_write_tokens", "cache_creation_tokens")
    return of_request(
        _tokens(used),
        written=max(written - for_long, for_short),
        written_12h=for_long,
        calls=Counter(_calls(output)),
    )


def usage_of_run(run: Sent) -> Usage:
    """Return what a run of the Assistants API used: several requests, of no known length."""
    return _tokens(run.part("usage"))


def _tokens(used: Sent) -> Usage:
    return Usage(
        used.number("input_tokens", "prompt_tokens"),
        _input_details(used).number("cached_tokens"),
        used.number("output_tokens", "completion_tokens"),
    )


def _input_details(used: Sent) -> Sent:
    return used.part("input_tokens_details", "prompt_tokens_details")


def _calls(output: Sequence[Sent]) -> Iterator[str]:
    """Yield the tools that cost by call, once for each call; a container counts once."""
    containers = set[str]()
    for item in output:
        kind = item.optional_text("type")
        if kind == "code_interpreter_call":
            containers.add(item.optional_text("container_id"))
        elif kind == "web_search_call":  # only searches cost; opening a page does not
            if item.part("action").optional_text("type") in ("", "search"):
                yield _CALLS[kind]
        elif kind in _CALLS:
            yield _CALLS[kind]
    yield from ["code_interpreter"] * len(containers)
