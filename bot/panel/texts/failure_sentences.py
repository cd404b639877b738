"""Sentences to people about what did not work, and when it is tried again: Markdown."""

from collections.abc import Sequence

from bot.language import gettext, listing, ngettext, number
from bot.panel.errors import (
    ConversationGone,
    MessengerUnavailable,
    ModelFault,
    ModelOverloaded,
    ModelUnavailable,
    StoreUnavailable,
    TryLater,
)
from bot.panel.journal.events import Failure
from bot.panel.names import in_code
from bot.panel.texts import refusal_sentences

_LASTING = 60.0  # seconds from which people are told how long they have to wait


def gave_up(reason: str) -> str:
    """Return the message of a turn that is given up; *reason* is one of those below."""
    return gettext(
        "I could not answer this: {reason}. Nothing is lost: try again in a while.", reason=reason
    )


def gave_up_halfway(reason: str) -> str:
    """Return the message of a turn that is given up with some of its answers posted."""
    return gettext(
        "I could not finish this: {reason}. Nothing is lost: try again in a while, and I go on "
        "from here.",
        reason=reason,
    )


def poisoned(deaths: int) -> str:
    """Return the message of a turn that is put aside because so many workers died with it."""
    return ngettext(
        "I have put this aside: I was killed or restarted at least {count} time while I worked on "
        "it. No service failed, and you did nothing wrong. Whoever runs me finds it with "
        "`panelbot turns list`, and the cause in the log. Perhaps you can ask in another way, for "
        "example without a file.",
        "I have put this aside: I was killed or restarted at least {count} times while I worked on "
        "it. No service failed, and you did nothing wrong. Whoever runs me finds it with "
        "`panelbot turns list`, and the cause in the log. Perhaps you can ask in another way, for "
        "example without a file.",
        deaths,
    )


def killed_before(deaths: int) -> str:
    """Return what else went wrong with a turn that is given up: so many workers died with it."""
    return ngettext(
        "Before that, I was killed or restarted at least {count} time while I worked on it.",
        "Before that, I was killed or restarted at least {count} times while I worked on it.",
        deaths,
    )


def only_operators_retry() -> str:
    """Return the answer to somebody who wants such a turn to be tried again."""
    return gettext(
        "This cannot be tried again from here: the process that was answering it ended "
        "unexpectedly, several times. Whoever runs me can do so with `panelbot turns retry`."
    )


def why_given_up(error: BaseException) -> str:
    """Return which service was missed, or what else failed, for the end of a sentence."""
    match error:
        case ModelOverloaded(after=after, server=server) if after and after >= _LASTING:
            return gettext(
                "the model service{server} accepts no more requests from us for now, and asks us "
                "to wait for about {time}",
                server=_named(server),
                time=_duration(after),
            )
        case ModelOverloaded(server=server):
            return gettext(
                "the model service{server} had more requests than it accepts for too long",
                server=_named(server),
            )
        case ModelUnavailable(answered=False, server=server):
            return gettext(
                "the model service{server} did not respond for too long", server=_named(server)
            )
        case ModelUnavailable(server=server):
            return gettext(
                "the model service{server} answered with errors for too long",
                server=_named(server),
            )
        case ConversationGone():
            return gettext("the model service did not find what was said in this thread")
        case MessengerUnavailable():
            return gettext("Slack did not respond for too long")
        case StoreUnavailable():
            return gettext("my memory (Redis) did not respond for too long")
        case _:
            return gettext("something in me failed; whoever runs me finds the cause in the log")


def model_away(error: TryLater, pauses: Sequence[float]) -> str:
    """Return the message while the model's side is away; *pauses* (seconds) are from now."""
    return gettext(
        "{problem}, so this takes longer. Your question is kept: I try again in about {times}, "
        "and at once when the service answers somebody else.",
        problem=problem(error),
        times=listing([_duration(pause) for pause in pauses]),
    )


def problem(error: TryLater) -> str:
    """Return how the model's side is away, for the beginning of a sentence."""
    server = _named(getattr(error, "server", ""))
    match error:
        case ModelOverloaded(after=after) if after and after >= _LASTING:
            return gettext(
                "The model service{server} accepts no more requests from us for about {time}",
                server=server,
                time=_duration(after),
            )
        case ModelOverloaded():
            return gettext(
                "The model service{server} has more requests than it accepts", server=server
            )
        case ModelUnavailable(answered=True):
            return gettext("The model service{server} answers with errors", server=server)
        case _:
            return gettext("The model service{server} is not responding", server=server)


def _named(server: str) -> str:
    """Return the name of a *server* in brackets, for after ``the model service``."""
    return f" ({server})" if server else ""


def _duration(seconds: float) -> str:
    if round(seconds) < 60:
        count = max(1, round(seconds))
        return ngettext("{count} second", "{count} seconds", count)
    if seconds < 90 * 60:
        return ngettext("{count} minute", "{count} minutes", round(seconds / 60))
    return ngettext("{count} hour", "{count} hours", round(seconds / 3600))


def still_no_credit() -> str:
    """Return the message if people have been told before that there is no credit."""
    return gettext("There is still no credit on the model account. Try again when it is topped up.")


def expert_failed(failure: Failure, name: str, *, wait: float = 0) -> str:
    """Return the message of an expert that has no answer; *wait* (seconds) may have been asked."""
    reason = why_failed(failure)
    if failure is Failure.BUSY and wait >= _LASTING:
        reason = gettext(
            "the model service accepts no more requests from us for about {time}",
            time=_duration(wait),
        )
    return _not_answered(reason, name)


def servers_failed(labels: Sequence[str], name: str) -> str:
    """Return the message of an expert that cannot answer without the MCP servers *labels*."""
    reason = ngettext(
        "the server of {servers} could not be reached, or rejected us",
        "the servers of {servers} could not be reached, or rejected us",
        len(labels),
        servers=listing([f"`{in_code(label)}`" for label in labels]),
    )
    return _not_answered(reason, name)


def _not_answered(reason: str, name: str) -> str:
    problem = gettext("I could not answer this time: {reason}.", reason=reason)
    again = gettext("To try again, write")
    return f"_{problem} {again}_ `{name}: …`"


def function_said_nothing(name: str) -> str:
    """Return the message of an expert whose function gave an empty answer."""
    problem = gettext(
        "My function ended without an error, but answered with nothing. Perhaps it found nothing; "
        "whoever wrote it can let it say so."
    )
    again = gettext("To try again, write")
    return f"_{problem} {again}_ `{name}: …`"


def why_failed(failure: Failure) -> str:
    """Return why an expert has no answer, for the end of a sentence."""
    return refusal_sentences.why_refused(failure) or _why_not_answered(failure)


def _why_not_answered(failure: Failure) -> str:
    return {
        Failure.SLOW: gettext("the answer took too long"),
        Failure.UNAVAILABLE: gettext("the model service did not respond"),
        Failure.BUSY: gettext("the model service has more requests than it accepts"),
        Failure.ERROR: gettext("the model service answered with an error"),
        Failure.BROKEN: gettext("the model did not finish the answer"),
        Failure.STOPPED: gettext("I was stopped"),
        Failure.LEFT: gettext("I was taken off the panel meanwhile"),
        Failure.FUNCTION: gettext("my function failed; whoever runs me finds the cause in the log"),
        Failure.MISSING: gettext(
            "my function is not installed (any more); `panelbot check` tells more"
        ),
        Failure.REFUSED: gettext("I cannot answer this as it was asked"),
        Failure.OTHER: gettext("something failed; whoever runs me finds the cause in the log"),
        Failure.FORGOT: gettext("I no longer know what I wanted the tool for"),
    }[failure]


_MANY = 20  # experts, of whom a model has to read a good deal


def router_failed(fault: ModelFault, server: str = "", experts: int = 0) -> str:
    """Return the message of a turn whose router failed; *server* is the name of the model's.

    *experts*: how many it had to read about.
    """
    if fault is ModelFault.TOO_LONG and experts >= _MANY:
        return gettext(
            "This is more than my model can read at once, together with who the {count} experts "
            "here are. A shorter message or a new thread may help, or the name of an expert before "
            "the question. If not, whoever runs me has to choose a router model that reads more, "
            "and whoever looks after the panel can remove experts.",
            count=number(experts),
        )
    return repairable(fault, server) or _about_message(fault, _named(server))


def repairable(fault: ModelFault, server: str = "") -> str | None:
    """Return what whoever runs the bot has to do, if that is what it takes."""
    named = _named(server)
    return {
        ModelFault.QUOTA: gettext(
            "The model account{server} has no credit left, or its budget is used up, so nobody "
            "here can answer. Whoever runs me has to top it up; then try again.",
            server=named,
        ),
        ModelFault.ACCESS: gettext(
            "The model service{server} rejected my key. Whoever runs me has to renew it: "
            "`panelbot check` tells more.",
            server=named,
        ),
        ModelFault.FORBIDDEN: gettext(
            "The model service{server} does not allow this with my key. Whoever runs me has to "
            "look at the key's permissions, its project and its organization; the log has more.",
            server=named,
        ),
        ModelFault.REGION: gettext(
            "The model service{server} accepts no requests from where I run: its country or its "
            "network address is not allowed there. Whoever runs me has to have it allowed.",
            server=named,
        ),
        ModelFault.MODEL: gettext(
            "The router's model does not exist (any more). Whoever runs me has to choose another: "
            "`panelbot check` tells more."
        ),
        ModelFault.NO_TOOLS: gettext(
            "The router's model cannot use tools, and so cannot call an expert. Whoever runs me "
            "has to choose another."
        ),
        ModelFault.TOOLS_OFF: gettext(
            "The model's server{server} was started without tools, so no expert can be called. "
            "Whoever runs it has to switch them on; the log has its words.",
            server=named,
        ),
    }.get(fault)


def _about_message(fault: ModelFault, named: str) -> str:
    return {
        ModelFault.FILTERED: gettext(
            "A content filter of the model service{server} stopped this. Please put it "
            "differently. If that does not help, it is about what was said in this thread before: "
            "then please start a new one.",
            server=named,
        ),
        ModelFault.FILTERED_QUESTION: gettext(
            "A content filter of the model service{server} stopped this message, or its answer. "
            "Please put it differently.",
            server=named,
        ),
        ModelFault.FILTERED_BEFORE: gettext(
            "A content filter of the model service{server} stopped what was said in this thread "
            "before, so putting it differently does not help. Please start a new thread.",
            server=named,
        ),
        ModelFault.TOO_LONG: gettext(
            "This is more than I can read at once. Please send a shorter message, or start a new "
            "thread."
        ),
        ModelFault.CUT_SHORT: gettext(
            "The model stopped in the middle of its answer. Please ask again, perhaps for less at "
            "a time."
        ),
        ModelFault.DOCUMENTS: gettext(
            "Documents that I was to search are gone. Whoever looks after the panel has to add "
            "them again."
        ),
        ModelFault.TOOLS: gettext(
            "The model service{server} does not know one of my tools. Whoever runs me finds more "
            "in the log.",
            server=named,
        ),
        ModelFault.TOOL_SERVER: gettext(
            "The server of one of my tools could not be reached, or rejected us. Whoever runs me "
            "finds more in the log."
        ),
        ModelFault.BAD_REQUEST: gettext(
            "The model service{server} did not accept my request. Please tell whoever runs me; "
            "the log has the details.",
            server=named,
        ),
    }[fault]
