"""The bot's own words to people, in one place. Markdown, in the language that is spoken."""

from collections.abc import Sequence
from typing import assert_never

from bot.language import gettext, listing, ngettext
from bot.panel.errors import ModelFault
from bot.panel.journal.events import Failure
from bot.panel.model import Wish


def thinking() -> str:
    """Return the status of a turn that has begun."""
    return gettext("is reading…")


def closing() -> str:
    """Return the status while the router sums up."""
    return gettext("is summing up…")


def made() -> str:
    """Return what is said in place of an answer that is files alone."""
    return gettext("Here is what I made.")


def function_cut() -> str:
    """Return what stands where a function's answer was cut off."""
    said = gettext("The rest is left out: my answer was too long.")
    return f"_{said}_"


def sources() -> str:
    """Return the heading over what an answer relies on."""
    return gettext("Sources")


def usage() -> str:
    """Return what can be said to the bot in a thread. Its commands are English everywhere."""
    lead = gettext(
        "Ask me anything and I bring in the right experts; each answers here under its own name. "
        "Keep replying in the thread: no mention needed."
    )
    lines = (
        gettext(
            "`legal: …` or `@me legal …` asks one expert directly, `@me everyone …` asks them all"
        ),
        gettext(
            "`@me experts` shows who is on the panel, `@me add NAME` and `@me remove NAME` change "
            "it for this thread"
        ),
        gettext("`@me stop` ends what I am doing"),
        gettext("`@me mute` and I answer only when mentioned, `@me unmute` and I am back"),
        gettext("`/experts` in the channel changes the panel for everybody there"),
    )
    return "\n".join([lead, *(f"- {line}" for line in lines)])


def nothing_to_stop() -> str:
    """Return what is said where nothing is being done."""
    return gettext("I am not working on anything here any more.")


def muted() -> str:
    """Return what is said last in a thread that wants quiet."""
    return gettext(
        "I am quiet in this thread now: mention me when you want an answer, or say `unmute`."
    )


def unmuted() -> str:
    """Return what is said first after that."""
    return gettext("I am back: just reply.")


def nothing_said() -> str:
    """Return what is said in place of an empty answer."""
    return gettext("The model had nothing to say to this. Please put it differently.")


def gave_up() -> str:
    """Return what is said of a turn that is put aside."""
    return gettext(
        "I could not answer this: a service that I need did not respond for too long. "
        "Nothing is lost: try again in a while."
    )


def gave_up_halfway() -> str:
    """Return what is said of a turn that is put aside with a part of it answered."""
    return gettext(
        "I could not finish this: a service that I need did not respond for too long. "
        "Nothing is lost: try again in a while, and I go on from here."
    )


def still_no_credit() -> str:
    """Return what is said where people have read before that there is no credit."""
    return gettext("There is still no credit on the model account. Try again when it is topped up.")


def consulting(titles: Sequence[str]) -> str:
    """Return the status while *titles* are at work."""
    return gettext("is consulting {experts}…", experts=listed(titles))


def asking(title: str, asked: Sequence[str]) -> str:
    """Return who is at work while an expert consults others, as one of the names in a list."""
    return gettext("{expert} (who is asking {others})", expert=title, others=listed(asked))


def steered(wish: Wish, by: str, titles: Sequence[str]) -> str:
    """Return what the thread is told of a button that *by* pressed."""
    match wish:
        case Wish.AGAIN:
            said = gettext("{person} wants another answer.", person=by)
        case Wish.DEEPER:
            said = gettext(
                "{person} wants {experts} to go deeper.", person=by, experts=listed(titles)
            )
        case Wish.ANOTHER:
            said = gettext("{person} asks {experts} as well.", person=by, experts=listed(titles))
        case Wish.EVERYONE:
            said = gettext("{person} asks everybody.", person=by)
        case Wish.ASK:
            said = gettext("{person} asks the panel.", person=by)
        case _:
            assert_never(wish)
    return f"_{said}_"


def stopped(silent: Sequence[str]) -> str:
    """Return what is said of a turn that was stopped before the *silent* experts answered."""
    if not silent:
        return gettext("Stopped.")
    return ngettext(
        "Stopped. {experts} did not answer any more.",
        "Stopped. {experts} did not answer any more.",
        len(silent),
        experts=listed(silent),
    )


def in_line(ahead: int) -> str:
    """Return the status of a thread that waits for a worker, with so many *ahead* of it."""
    if not ahead:
        return gettext("is busy; you are next…")
    return ngettext("is busy; {count} before you…", "is busy; {count} before you…", ahead)


def plan_title(titles: Sequence[str]) -> str:
    """Return the title of the plan message."""
    return gettext("Asking {experts}", experts=listed(titles))


def listed(names: Sequence[str], most: int = 4) -> str:
    """Return *names* as people list them; a long list ends in a count."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(ngettext("{count} more", "{count} more", len(names) - most))
    return listing(shown)


def tools_missing(names: Sequence[str]) -> str:
    """Return what stands under an answer that was given without some of the expert's tools."""
    said = gettext("Answered without these tools, which are not allowed here any more:")
    return f":toolbox: _{said}_ {', '.join(map(quoted, names))}"


def expert_failed(failure: Failure, name: str) -> str:
    """Return the honest line of an expert that has no answer."""
    said = gettext("I could not answer this time: {reason}.", reason=why_failed(failure))
    again = gettext("To try again, write")
    return f"_{said} {again}_ `{name}: …`"


def function_sources(named: Sequence[tuple[str, str]]) -> str:
    """Return the list under an answer that tells where it comes from: titles and addresses."""
    lines = [f"- {' '.join(filter(None, one))}" for one in named]
    return "\n".join([f"**{sources()}**\n", *lines])


def why_failed(failure: Failure) -> str:
    """Return why an expert has no answer, as the end of a sentence."""
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
        Failure.FUNCTION: gettext("my function broke; whoever runs me finds where in the log"),
        Failure.MISSING: gettext(
            "my function is not installed (any more); `panelbot check` tells more"
        ),
        Failure.REFUSED: gettext("I cannot answer this as it was put"),
        Failure.FORGOT: gettext("I no longer know what I wanted the tool for"),
    }[failure]


def router_failed(fault: ModelFault) -> str:
    """Return what the thread is told when the router cannot work."""
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


def joined(expert: str, purpose: str) -> str:
    """Return what is said when an expert joins a thread."""
    return gettext(
        "{expert} joins this thread. Ask about: {purpose}", expert=expert, purpose=purpose
    )


def left(expert: str, *, stays_around: bool) -> str:
    """Return what is said when an expert leaves a thread; the channel may keep it."""
    if stays_around:
        return gettext(
            "{expert} has left this thread. The rest of the channel keeps it.", expert=expert
        )
    return gettext("{expert} has left this thread.", expert=expert)


def roster(experts: Sequence[tuple[str, str, str]]) -> str:
    """Return the panel as a list: each expert, its name and what it is for."""
    if not experts:
        return gettext(
            "There is nobody on this panel. `@me add NAME` or `/experts add` changes that."
        )
    lines = [f"- {expert} (`{name}`): {purpose}" for expert, name, purpose in experts]
    return "\n".join([gettext("On this panel:"), *lines])


def quoted(name: str) -> str:
    """Return *name* as it may stand in a sentence: as code, where nothing is live."""
    return "`" + " ".join(name.replace("`", "'").split())[:100] + "`"
