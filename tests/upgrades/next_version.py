"""Today's code as if it were the next version's: it adds a field to every record that it stores."""

from typing import Any

from bot.adapters.redis import codec

ADDED = "since_the_next_version"


def become_the_next_version() -> None:
    """Let this process add the field to whatever it writes."""
    written = codec._as_json
    codec._as_json = lambda plain: written(_with_more(plain))  # type: ignore[assignment]


def _with_more(plain: Any) -> Any:
    if isinstance(plain, dict):
        return plain | {ADDED: [1]}
    tag, record = plain  # one of a union
    return [tag, record | {ADDED: [1]}]
