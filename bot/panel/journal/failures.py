"""Why experts did not answer."""

from enum import StrEnum


class Failure(StrEnum):
    """Why an expert did not answer; each has its own sentence for people."""

    SLOW = "slow"
    UNAVAILABLE = "unavailable"  # nothing came back
    BUSY = "busy"  # the model's side has too much to do, or takes no more of us for now
    ERROR = "error"  # the model's side answered, but with an error
    REJECTED = "rejected"  # the model's side did not accept what we sent
    QUOTA = "quota"
    BUDGET = "budget"  # a budget of ours does not allow it
    ACCESS = "access"
    FORBIDDEN = "forbidden"
    REGION = "region"
    MODEL = "model"
    FILTERED = "filtered"
    FILTERED_QUESTION = "filtered_question"
    FILTERED_BEFORE = "filtered_before"
    TOO_LONG = "too_long"
    WITHHELD = "withheld"  # a text may not go to a model
    UNCHECKED = "unchecked"  # whether it may, could not be found out
    BROKEN = "broken"
    DOCUMENTS = "documents"  # the expert's documents are gone
    TOOLS = "tools"  # a tool is unknown to the model's side
    TOOL_SERVER = "tool_server"
    NO_TOOLS = "no_tools"
    TOOLS_OFF = "tools_off"
    STOPPED = "stopped"  # by somebody
    LEFT = "left"  # the expert was removed from the panel meanwhile
    FUNCTION = "function"  # the function raised an error
    MISSING = "missing"  # no installed package has the function (any more)
    REFUSED = "refused"  # by the function, with a reason
    FORGOT = "forgot"  # the conversation with the request for approval is gone
    OTHER = "other"  # what a newer version writes, and this one does not know

    @classmethod
    def _missing_(cls, value: object) -> "Failure | None":
        return cls.OTHER if isinstance(value, str) else None
