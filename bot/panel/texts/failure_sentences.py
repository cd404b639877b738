"""Sentences to people about what did not work, and when it is tried again: Markdown."""

from collections.abc import Sequence

from bot.language import gettext, listing, ngettext
from bot.panel.errors import ModelFault
from bot.panel.journal.events import Failure


def gave_up() -> str:
    """Return the message of a turn that is given up."""
    return gettext(
        "I could not answer this: a service that I need did not respond for too long. "
        "Nothing is lost: try again in a while."
    )


def gave_up_halfway() -> str:
    """Return the message of a turn that is given up with some of its answers posted."""
    return gettext(
        "I could not finish this: a service that I need did not respond for too long. "
        "Nothing is lost: try again in a while, and I go on from here."
    )


def poisoned() -> str:
    """Return the message of a turn that is put aside because workers died with it."""
    return gettext(
        "I have put this aside: the process that was answering it ended unexpectedly, several "
        "times. Whoever runs me finds it with `panelbot turns list`. Perhaps you can ask in "
        "another way, for example without a file."
    )


def only_operators_retry() -> str:
    """Return the answer to somebody who wants such a turn to be tried again."""
    return gettext(
        "This cannot be tried again from here: the process that was answering it ended "
        "unexpectedly, several times. Whoever runs me can do so with `panelbot turns retry`."
    )


def model_away(pauses: Sequence[float]) -> str:
    """Return the message while the model's side is away; *pauses* (seconds) are from now."""
    return gettext(
        "The model service is not responding, so this takes longer. Your question is kept: I try "
        "again in about {times}, and at once when the service answers somebody else.",
        times=listing([_duration(pause) for pause in pauses]),
    )


def _duration(seconds: float) -> str:
    if round(seconds) < 60:
        count = max(1, round(seconds))
        return ngettext("{count} second", "{count} seconds", count)
    return ngettext("{count} minute", "{count} minutes", round(seconds / 60))


def still_no_credit() -> str:
    """Return the message if people have been told before that there is no credit."""
    return gettext("There is still no credit on the model account. Try again when it is topped up.")


def expert_failed(failure: Failure, name: str) -> str:
    """Return the message of an expert that has no answer."""
    problem = gettext("I could not answer this time: {reason}.", reason=why_failed(failure))
    again = gettext("To try again, write")
    return f"_{problem} {again}_ `{name}: …`"


def why_failed(failure: Failure) -> str:
    """Return why an expert has no answer, for the end of a sentence."""
    return {
        Failure.SLOW: gettext("the answer took too long"),
        Failure.UNAVAILABLE: gettext("the model service did not respond"),
        Failure.QUOTA: gettext("the model account has no credit left"),
        Failure.ACCESS: gettext("the model service rejected our key"),
        Failure.MODEL: gettext("my model does not exist (any more)"),
        Failure.FILTERED: gettext("the model service refused the content"),
        Failure.TOO_LONG: gettext("this is more than I can read at once"),
        Failure.BROKEN: gettext("the model did not finish the answer"),
        Failure.DOCUMENTS: gettext("my documents are gone; `/experts teach` gives me new ones"),
        Failure.TOOLS: gettext(
            "the model service does not know one of my tools, or did not reach it"
        ),
        Failure.STOPPED: gettext("I was stopped"),
        Failure.LEFT: gettext("I was taken off the panel meanwhile"),
        Failure.FUNCTION: gettext("my function failed; whoever runs me finds the cause in the log"),
        Failure.MISSING: gettext(
            "my function is not installed (any more); `panelbot check` tells more"
        ),
        Failure.REFUSED: gettext("I cannot answer this as it was asked"),
        Failure.FORGOT: gettext("I no longer know what I wanted the tool for"),
    }[failure]


def router_failed(fault: ModelFault) -> str:
    """Return the message of a turn whose router failed."""
    return {
        ModelFault.QUOTA: gettext(
            "The model account has no credit left, so nobody here can answer. Whoever runs me has "
            "to top it up; then try again."
        ),
        ModelFault.ACCESS: gettext(
            "The model service rejected my key. Whoever runs me has to renew it: `panelbot check` "
            "tells more."
        ),
        ModelFault.MODEL: gettext(
            "The router's model does not exist (any more). Whoever runs me has to choose another: "
            "`panelbot check` tells more."
        ),
        ModelFault.FILTERED: gettext(
            "The model service refused to work on this message. Please put it differently."
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
            "The model service does not know one of my tools, or did not reach it. Whoever runs "
            "me finds more in the log."
        ),
        ModelFault.BAD_REQUEST: gettext(
            "The model service did not accept my request. Please tell whoever runs me; the log "
            "has the details."
        ),
    }[fault]
