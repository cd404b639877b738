"""Sentences to people about what did not work, and when it is tried again: Markdown."""

from collections.abc import Sequence

from bot.language import gettext, listing, ngettext
from bot.panel.errors import (
    ConversationGone,
    MessengerUnavailable,
    ModelOverloaded,
    ModelUnavailable,
    StoreUnavailable,
    TryLater,
)
from bot.panel.journal.failures import Failure
from bot.panel.names import in_code
from bot.panel.texts import refusal_sentences
from bot.panel.texts.refusal_sentences import named
from bot.panel.tools import FILE_SEARCH

_LASTING = 60.0  # seconds from which people are told how long they have to wait


def gave_up(reason: str) -> str:
    return gettext(
        "I could not answer this: {reason}. Nothing is lost: try again in a while.", reason=reason
    )


def gave_up_halfway(reason: str) -> str:
    return gettext(
        "I could not finish this: {reason}. Nothing is lost: try again in a while, and I go on "
        "from here.",
        reason=reason,
    )


def poisoned(deaths: int) -> str:
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
    return ngettext(
        "Before that, I was killed or restarted at least {count} time while I worked on it.",
        "Before that, I was killed or restarted at least {count} times while I worked on it.",
        deaths,
    )


def only_operators_retry() -> str:
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
                server=named(server),
                time=_duration(after),
            )
        case ModelOverloaded(server=server):
            return gettext(
                "the model service{server} had more requests than it accepts for too long",
                server=named(server),
            )
        case ModelUnavailable(answered=False, server=server):
            return gettext(
                "the model service{server} did not respond for too long", server=named(server)
            )
        case ModelUnavailable(server=server):
            return gettext(
                "the model service{server} answered with errors for too long", server=named(server)
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
    server = named(getattr(error, "server", ""))
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


def _duration(seconds: float) -> str:
    if round(seconds) < 60:
        count = max(1, round(seconds))
        return ngettext("{count} second", "{count} seconds", count)
    if seconds < 90 * 60:
        return ngettext("{count} minute", "{count} minutes", round(seconds / 60))
    return ngettext("{count} hour", "{count} hours", round(seconds / 3600))


def still_no_credit() -> str:
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
    reason = ngettext(
        "the server of {servers} could not be reached, or rejected us",
        "the servers of {servers} could not be reached, or rejected us",
        len(labels),
        servers=listing([f"`{in_code(label)}`" for label in labels]),
    )
    return _not_answered(reason, name)


def tools_hung(tools: Sequence[str], name: str, *, is_silent: bool) -> str:
    """*is_silent*: the model's side fell silent meanwhile, as often as it was asked."""
    documents = gettext("my documents")
    names = [documents if tool == FILE_SEARCH else f"`{in_code(tool)}`" for tool in tools]
    if is_silent:
        reason = gettext(
            "the model service did not respond any more while it used {tools}", tools=listing(names)
        )
    else:
        reason = gettext(
            "the answer took too long: I was still waiting for {tools}", tools=listing(names)
        )
    return _not_answered(reason, name)


def _not_answered(reason: str, name: str) -> str:
    return _to_try_again(gettext("I could not answer this time: {reason}.", reason=reason), name)


def _to_try_again(problem: str, name: str) -> str:
    again = gettext("To try again, write")
    return f"_{problem} {again}_ `{name}: …`"


def function_said_nothing(name: str) -> str:
    problem = gettext(
        "My function ended without an error, but answered with nothing. Perhaps it found nothing; "
        "whoever wrote it can let it say so."
    )
    return _to_try_again(problem, name)


def function_needs_asker(name: str) -> str:
    return gettext(
        "I have to know who is asking me, and here several people have a part in the question. "
        "Please ask me alone, in a message that begins with `{name}:`.",
        name=in_code(name, 40),
    )


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
