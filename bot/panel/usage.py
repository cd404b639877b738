"""What requests to models used: the tokens, by price, and the calls of tools that cost by call."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

LONG_REQUEST = 272_000  # input tokens: above it, OpenAI charges all of a request otherwise


@dataclass(frozen=True, slots=True)
class Extras:
    """What else decides the price. All tokens are part of a usage's input or output."""

    written: int = 0  # into the cache, for half an hour
    written_12h: int = 0  # into the cache, for longer
    # Of all these, the tokens in long requests:
    long_input: int = 0
    long_cached: int = 0
    long_written: int = 0
    long_written_12h: int = 0
    long_output: int = 0
    calls: Mapping[str, int] = field(default_factory=dict)  # by tool: "web_search", …

    def __add__(self, other: "Extras") -> "Extras":
        if other == NO_EXTRAS:
            return self
        if self == NO_EXTRAS:
            return other
        names = [one.name for one in fields(self) if one.name != "calls"]
        counts = {name: getattr(self, name) + getattr(other, name) for name in names}
        return Extras(**counts, calls=Counter(self.calls) + Counter(other.calls))

    def __neg__(self) -> "Extras":
        """Return what takes it away from a sum that has it."""
        counts = {one.name: -getattr(self, one.name) for one in fields(self) if one.name != "calls"}
        return Extras(**counts, calls={tool: -count for tool, count in self.calls.items()})


NO_EXTRAS = Extras()


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that model responses took."""

    input: int = 0
    cached: int = 0
    output: int = 0
    extras: Extras = NO_EXTRAS

    def __add__(self, other: "Usage") -> "Usage":
        if other is NO_USAGE:
            return self
        return Usage(
            self.input + other.input,
            self.cached + other.cached,
            self.output + other.output,
            self.extras + other.extras,
        )

    def __neg__(self) -> "Usage":
        """Return what takes it away from a sum that has it."""
        return Usage(-self.input, -self.cached, -self.output, -self.extras)


NO_USAGE = Usage()
BY_FUNCTION = "function"  # in place of a model's name


def of_request(
    usage: Usage, *, written: int = 0, written_12h: int = 0, calls: Mapping[str, int] | None = None
) -> Usage:
    """Return the *usage* of a single request with what it wrote into the cache, and its calls."""
    long = {}
    if usage.input > LONG_REQUEST:
        long = {
            "long_input": usage.input,
            "long_cached": usage.cached,
            "long_written": written,
            "long_written_12h": written_12h,
            "long_output": usage.output,
        }
    extras = Extras(written, written_12h, **long, calls=calls or {})
    return Usage(usage.input, usage.cached, usage.output, extras)
