"""
Our errors, named by what the worker should do:

* PanelError
  + TryLater               a service is unavailable: retry
    - ModelUnavailable       ... the model
      . ModelOverloaded          it is overloaded; another model may not be
    - MessengerUnavailable   ... Slack
      . WorkspaceMoving          for as long as it moves the workspace into an organisation
    - StoreUnavailable       ... Redis
  + GiveUp                 a retry would fail the same way: tell people
    - ModelRefused           ... the model's side rejects the request; or a budget: OverBudget
      . NoDecisions               ... its server judges no statements
    - MessengerRefused       ... Slack rejects the request
    - FunctionFailed         ... a function that is an expert raised an error
      . FunctionNeedsAsker       it wants to know the one who asks, and several do
    - FunctionMissing        ... no such function is installed (any more)
    - FunctionOff            ... too many calls of the function have not ended
    - Poisoned               ... workers died with the turn, one after the other
    - TooNew                 ... a newer version wrote it: leave the turn to its workers
    - WrongWorkspace         ... something for one workspace was about to be sent to another
  + ConversationGone       the conversation does not exist on the model's side (any more)
  + ThreadGone             its thread was deleted, or cannot be posted in: end the turn silently
  + TurnLost               another worker has taken over the turn: stop at once, say nothing
  + Refused                a person asked for something that is not allowed or not possible
"""

from collections.abc import Iterator
from enum import StrEnum


class PanelError(Exception):
    """Base class of every error this package raises on purpose."""


class TryLater(PanelError):
    """A service is unavailable; *after* is the delay in seconds that it asked for, if any."""

    def __init__(self, what: str, *, after: float | None = None) -> None:
        super().__init__(what)
        self.after = after


class ModelUnavailable(TryLater):
    """The model is unavailable. It may or may not have stored what it was sent.

    *server* is the name of its server, where it is known; not *answered* if nothing came from there
    at all.
    """

    def __init__(
        self, what: str, *, after: float | None = None, server: str = "", answered: bool = True
    ) -> None:
        super().__init__(what, after=after)
        self.server = server
        self.answered = answered


class ModelOverloaded(ModelUnavailable):
    """The model is overloaded; another one may not be."""


class MessengerUnavailable(TryLater):
    """Slack could not be reached, or rate-limited us, for longer than we waited."""


class WorkspaceMoving(MessengerUnavailable):
    """The workspace is moved into an organisation, for as long as Slack takes for it."""


class StoreUnavailable(TryLater):
    """Redis cannot be reached, or does not do what it is asked; *code* is its word for why."""

    def __init__(self, what: str, *, code: str = "") -> None:
        super().__init__(what)
        self.code = code


class GiveUp(PanelError):
    """A retry would fail the same way."""


class ModelFault(StrEnum):
    """Why the model's side rejected a request; each has its own sentence for people."""

    QUOTA = "quota"  # no credit left, or a budget there is used up
    BUDGET = "budget"  # by ourselves, see OverBudget: one of our own budgets is used up
    ACCESS = "access"  # an invalid key
    FORBIDDEN = "forbidden"  # a valid key that may not do this
    REGION = "region"  # the place, or the address, where the bot runs is refused
    MODEL = "model"  # no such model
    FILTERED = "filtered"  # by a content filter; whose text it is about is unknown
    FILTERED_QUESTION = "filtered_question"  # the same, about the question or its answer
    FILTERED_BEFORE = "filtered_before"  # the same, about what was said before the question
    TOO_LONG = "too_long"  # more than the model can read
    CUT_SHORT = "cut_short"  # the answer is incomplete
    DOCUMENTS = "documents"  # a collection to be searched does not exist (any more)
    TOOLS = "tools"  # a tool is unknown there
    TOOL_SERVER = "tool_server"  # the server of a tool cannot be reached, or rejects us
    NO_TOOLS = "no_tools"  # the model cannot call any tool
    TOOLS_OFF = "tools_off"  # the model's server was started without tools
    BAD_REQUEST = "bad_request"  # our mistake
    WITHHELD = "withheld"  # by a redactor: the text may not go to a model
    UNCHECKED = "unchecked"  # a redactor failed, so nobody knows whether it may


class ModelRefused(GiveUp):
    """The model's side rejects the request; *server* is the name of it, where it is known.

    *about* names what of the prompt may be at fault: labels of MCP servers, or collections.
    """

    def __init__(
        self, fault: ModelFault, what: str, *, server: str = "", about: tuple[str, ...] = ()
    ) -> None:
        super().__init__(what)
        self.fault = fault
        self.server = server
        self.about = about


class NoDecisions(ModelRefused):
    """The server has no decisions, or what it has are none; responses do their work."""

    def __init__(self, what: str, *, server: str = "") -> None:
        super().__init__(ModelFault.BAD_REQUEST, what, server=server)


class MessengerRefused(GiveUp):
    """Slack rejects the request with *code*; *needed* is the permission that the app lacks."""

    def __init__(self, code: str, needed: str = "") -> None:
        super().__init__(f"{code}: {needed}" if needed else code)
        self.code = code
        self.needed = needed


class FunctionFailed(GiveUp):
    """A function that is an expert raised an error; the log says where."""


class FunctionNeedsAsker(FunctionFailed):
    """A function wants to know the one who asks, and several people have a part in the question."""


class FunctionMissing(GiveUp):
    """No installed package registers the function (any more)."""


class FunctionOff(GiveUp):
    """So many calls of the function have not ended that it is off until the next start."""


class Poisoned(GiveUp):
    """So many workers died with the turn that it may be what kills them."""

    def __init__(self, message: str, deaths: int = 0) -> None:
        super().__init__(message)
        self.deaths = deaths


class TooNew(GiveUp):
    """A newer version wrote something that this one does not understand, and may not pass over.

    A turn is left to its workers; whatever is no turn fails as with any other reason to give up.
    """


class ConversationGone(PanelError):
    """The conversation does not exist on the model's side."""


class ThreadGone(PanelError):
    """The thread was deleted: whatever is posted there would be seen by nobody, or by everybody."""


class TurnLost(PanelError):
    """Another worker has taken over the turn."""


class WrongWorkspace(GiveUp):
    """Something was about to be sent to one workspace for another: a fault of ours."""


class Refused(PanelError):
    """A person asked for something impossible or not allowed; the message is a sentence for them.

    *field* names the attribute of the expert that it is about, if there is one.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors in *error* if it is a group, at any depth; else *error* itself."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    else:
        yield error


def leading(error: BaseException) -> BaseException:
    """Return the one that decides what becomes of the turn, of the errors in *error*."""
    errors = list(leaves(error))
    kinds = (TurnLost, ThreadGone, StoreUnavailable, TooNew, MessengerUnavailable, TryLater)
    for kind in kinds:
        for leaf in errors:
            if isinstance(leaf, kind):
                return leaf
    return errors[0]
