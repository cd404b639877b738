"""
Our errors, named by what the worker should do:

* PanelError
  + TryLater               a neighbour cannot serve us now; worth another try
    - ModelUnavailable       ... the model
      . ModelOverloaded          because it has too much to do; another model may have time
    - MessengerUnavailable   ... Slack
    - StoreUnavailable       ... Redis
  + GiveUp                 another try would end the same; say so
    - ModelRefused           ... the model's side will not do it
    - MessengerRefused       ... Slack will not do it
    - FunctionFailed         ... a function that is an expert broke
    - FunctionMissing        ... there is no such function here (any more)
  + ConversationGone       the model's side does not know the conversation (any more)
  + TurnLost               another worker took the turn over: stop at once, say nothing
  + Refused                a person asked for something that is not allowed or not possible
"""

from collections.abc import Iterator
from enum import StrEnum


class PanelError(Exception):
    """Base class of every error this package raises on purpose."""


class TryLater(PanelError):
    """A neighbour cannot serve us now; worth another try after *after* seconds."""

    def __init__(self, what: str, *, after: float | None = None) -> None:
        super().__init__(what)
        self.after = after


class ModelUnavailable(TryLater):
    """The model cannot answer now. It may or may not have stored what it was sent."""


class ModelOverloaded(ModelUnavailable):
    """The model has too much to do; another one may have time."""


class MessengerUnavailable(TryLater):
    """Slack cannot be reached, or tells us to slow down, for longer than we waited."""


class StoreUnavailable(TryLater):
    """Redis cannot be reached."""


class GiveUp(PanelError):
    """Another try would end the same."""


class ModelFault(StrEnum):
    """Why the model's side will not answer: each has its own sentence for people."""

    QUOTA = "quota"  # no credit left
    ACCESS = "access"  # wrong key, or the key may not use the model
    MODEL = "model"  # no such model
    FILTERED = "filtered"  # the content was refused
    TOO_LONG = "too_long"  # more than the model can read
    CUT_SHORT = "cut_short"  # it stopped before the answer was whole
    DOCUMENTS = "documents"  # what was to be searched does not exist (any more)
    TOOLS = "tools"  # a tool is unknown there, or cannot be reached
    BAD_REQUEST = "bad_request"  # our mistake


class ModelRefused(GiveUp):
    """The model's side will not answer this."""

    def __init__(self, fault: ModelFault, what: str) -> None:
        super().__init__(what)
        self.fault = fault


class MessengerRefused(GiveUp):
    """Slack will not do this: not in the channel, archived, token revoked. *code* is Slack's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class FunctionFailed(GiveUp):
    """A function that is an expert broke; the log has where."""


class FunctionMissing(GiveUp):
    """No installed package registers the function (any more)."""


class ConversationGone(PanelError):
    """The model's side does not know the conversation."""


class TurnLost(PanelError):
    """Another worker took the turn over."""


class Refused(PanelError):
    """A person asked for something that cannot be; the message is one sentence for them.

    *field* names the attribute of the expert that it is about, if it is about one.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors that *error* is made of: itself, or those that its groups hold."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    else:
        yield error
