"""A model of which a test says what it replies."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.playground.openai.stand_in.brain import ModelRequest, Reply, Status, Step, Text

Condition = Callable[[ModelRequest], bool]


@dataclass(slots=True)
class _Rule:
    condition: Condition
    reply: Reply
    times: int | None  # None: always


class ScriptedBrain:
    """Replies by what the request looks like, else in order, else *otherwise* or “Hello.”."""

    def __init__(self, otherwise: Callable[[ModelRequest], Reply] | None = None) -> None:
        self.asked: list[ModelRequest] = []
        self._queue: deque[Reply] = deque()
        self._rules: list[_Rule] = []
        self._otherwise = otherwise

    def then(self, *steps: Step | str) -> None:
        """Add a reply to the queue; a plain string is a text."""
        self._queue.append(_reply(steps))

    def when(self, condition: Condition, *steps: Step | str, times: int | None = 1) -> None:
        """Reply with *steps* to requests that fulfil *condition*: *times* times; None: always."""
        self._rules.append(_Rule(condition, _reply(steps), times))

    def reply(self, request: ModelRequest) -> Reply:
        self.asked.append(request)
        for rule in self._rules:
            if rule.times != 0 and rule.condition(request):
                rule.times = rule.times and rule.times - 1
                return rule.reply
        if self._queue:
            return self._queue.popleft()
        return self._otherwise(request) if self._otherwise else [Text("Hello.")]

    def assert_all_used(self) -> None:
        """Check that every scripted reply was asked for."""
        left = [*self._queue, *(rule.reply for rule in self._rules if rule.times)]
        assert not left, f"never used: {left}"


def by_instructions(words: str) -> Condition:
    """Return the condition that the instructions contain *words*: one expert's requests."""
    return lambda request: words in request.instructions


def by_message(words: str) -> Condition:
    """Return the condition that the newest message of the user's side contains *words*."""
    return lambda request: words in request.last_user_text


def _reply(steps: tuple[Step | str, ...]) -> Reply:
    reply = [Text(step) if isinstance(step, str) else step for step in steps]
    if any(isinstance(step, Status) for step in reply[1:]):
        raise ValueError("a status comes first or not at all: later, the answer has begun")
    return reply
