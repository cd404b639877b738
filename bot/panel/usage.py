"""What requests to models used: the tokens, by price, and the calls of tools that cost by call."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that model responses took."""

    input: int = 0
    cached: int = 0
    output: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Return the sum."""
        return Usage(
            self.input + other.input, self.cached + other.cached, self.output + other.output
        )


NO_USAGE = Usage()
BY_FUNCTION = "function"  # in place of a model's name
