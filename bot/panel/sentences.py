"""The bot's own words to people, in one place. Markdown."""

from collections.abc import Sequence
from typing import assert_never

from bot.panel.errors import ModelFault
from bot.panel.events import Failure
from bot.panel.model import Wish

THINKING = "is reading…"
CLOSING = "is summing up…"
SOURCES = "Sources"
MADE = "Here is what I made."

FUNCTION_CUT = "_The rest is left out: my answer was too long._"

HELP = """\
Ask me anything and I bring in the right experts; each answers here under its own name. \
Keep replying in the thread: no mention needed.
- `legal: …` or `@me legal …` asks one expert directly, `@me everyone …` asks them all
- `@me experts` shows who is on the panel, `@me add NAME` and `@me remove NAME` change it \
for this thread
- `@me stop` ends what I am doing
- `@me mute` and I answer only when mentioned, `@me unmute` and I am back
- `/experts` in the channel changes the panel for everybody there"""

_EXPERT_FAILURES = {
    Failure.SLOW: "the answer took too long",
    Failure.UNAVAILABLE: "the model service did not respond",
    Failure.QUOTA: "the model account has no credit left",
    Failure.ACCESS: "the model service rejected our key",
    Failure.MODEL: "my model does not exist (any more)",
    Failure.FILTERED: "the model service refused the content",
    Failure.TOO_LONG: "this is more than I can read at once",
    Failure.BROKEN: "the model did not finish the answer",
    Failure.DOCUMENTS: "my documents are gone; `/experts teach` gives me new ones",
    Failure.TOOLS: "the model service does not know one of my tools, or did not reach it",
    Failure.STOPPED: "I was stopped",
    Failure.LEFT: "I was taken off the panel meanwhile",
    Failure.FUNCTION: "my function broke; whoever runs me finds where in the log",
    Failure.MISSING: "my function is not installed (any more); `panelbot check` tells more",
    Failure.REFUSED: "I cannot answer this as it was put",
    Failure.FORGOT: "I no longer know what I wanted the tool for",
}

_ROUTER_FAULTS = {
    ModelFault.QUOTA: "The model account has no credit left, so nobody here can answer. Whoever "
    "runs me has to top it up; then try again.",
    ModelFault.ACCESS: "The model service rejected my key. Whoever runs me has to renew it: "
    "`panelbot check` tells more.",
    ModelFault.MODEL: "The router's model does not exist (any more). Whoever runs me has to "
    "choose another: `panelbot check` tells more.",
    ModelFault.FILTERED: "The model service refused to work on this message. Please put it "
    "differently.",
    ModelFault.TOO_LONG: "This is more than I can read at once. Please send a shorter message, "
    "or start a new thread.",
    ModelFault.CUT_SHORT: "The model stopped in the middle of its answer. Please ask again, "
    "perhaps for less at a time.",
    ModelFault.DOCUMENTS: "Documents that I was to search are gone. Whoever looks after the "
    "panel has to add them again.",
    ModelFault.TOOLS: "The model service does not know one of my tools, or did not reach it. "
    "Whoever runs me finds more in the log.",
    ModelFault.BAD_REQUEST: "The model service did not accept my request. Please tell whoever "
    "runs me; the log has the details.",
}

STOPPED = "Stopped."
NOTHING_TO_STOP = "I am not working on anything here any more."

MUTED = "I am quiet in this thread now: mention me when you want an answer, or say `unmute`."
UNMUTED = "I am back: just reply."

NOTHING_SAID = "The model had nothing to say to this. Please put it differently."

GAVE_UP = (
    "I could not answer this: a service that I need did not respond for too long. "
    "Nothing is lost: try again in a while."
)

GAVE_UP_HALFWAY = (
    "I could not finish this: a service that I need did not respond for too long. "
    "Nothing is lost: try again in a while, and I go on from here."
)

STILL_NO_CREDIT = "There is still no credit on the model account. Try again when it is topped up."


def consulting(titles: Sequence[str]) -> str:
    """Return the status while *titles* are at work."""
    return f"is consulting {listed(titles)}…"


def asking(title: str, asked: Sequence[str]) -> str:
    """Return who is at work while an expert consults others, as one of the names in a list."""
    return f"{title} (who is asking {listed(asked)})"


def steered(wish: Wish, by: str, titles: Sequence[str]) -> str:
    """Return what the thread is told of a button that *by* pressed."""
    match wish:
        case Wish.AGAIN:
            return f"_{by} wants another answer._"
        case Wish.DEEPER:
            return f"_{by} wants {listed(titles)} to go deeper._"
        case Wish.ANOTHER:
            return f"_{by} asks {listed(titles)} as well._"
        case Wish.EVERYONE:
            return f"_{by} asks everybody._"
        case Wish.ASK:
            return f"_{by} asks the panel._"
        case _:
            assert_never(wish)


def stopped(silent: Sequence[str]) -> str:
    """Return what is said of a turn that was stopped before the *silent* experts answered."""
    who = f" {listed(silent)} did not answer any more." if silent else ""
    return f"{STOPPED}{who}"


def in_line(ahead: int) -> str:
    """Return the status of a thread that waits for a worker, with so many *ahead* of it."""
    return f"is busy; {ahead} before you…" if ahead else "is busy; you are next…"


def plan_title(titles: Sequence[str]) -> str:
    """Return the title of the plan message."""
    return f"Asking {listed(titles)}"


def listed(names: Sequence[str], most: int = 4) -> str:
    """Return *names* as people list them; a long list ends in a count."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def file_empty(name: str) -> str:
    """Return why an attached file is not used."""
    return f"{_quoted(name)} is empty."


def file_kind(name: str) -> str:
    """Return why an attached file is not used."""
    return (
        f"{_quoted(name)} is of a kind that I cannot read: images (PNG, JPEG, GIF, WebP), PDF, "
        "office documents, and text in UTF-8 are fine."
    )


def file_too_large(name: str, limit: int) -> str:
    """Return why an attached file is not used."""
    return f"{_quoted(name)} is larger than {_megabytes(limit)}, the most that I take."


def files_too_large(name: str, limit: int) -> str:
    """Return why an attached file is not used beside others."""
    return f"With {_quoted(name)} the files would be larger than {_megabytes(limit)} together."


def file_too_many(name: str, most: int) -> str:
    """Return why an attached file is not used beside others."""
    return f"{_quoted(name)} is one too many: I take {most} files at once."


def file_withheld(name: str) -> str:
    """Return why an attached file is not used."""
    return f"Slack did not give me {_quoted(name)}; please attach it again."


def file_gone(name: str) -> str:
    """Return why an attached file is not used."""
    return f"{_quoted(name)} is not there any more."


def file_cut(name: str, limit: int) -> str:
    """Return what is not used of an attached file."""
    return f"{_quoted(name)} is long: the experts get its first {limit:,} characters."


def files_unused(problems: Sequence[str]) -> str:
    """Return what the thread is told of files that the experts did not get."""
    if len(problems) == 1:
        return f":paperclip: {problems[0]}"
    return "\n".join([":paperclip: About the attached files:", *(f"- {p}" for p in problems)])


def files_unopened(names: Sequence[str]) -> str:
    """Return what stands under an answer for which the model could not open the files."""
    return f":paperclip: _The model could not open_ {', '.join(map(_quoted, names))}."


def files_made(names: Sequence[str], problems: Sequence[str]) -> str:
    """Return what stands over the files that an expert made; some of them may not be there."""
    made = [f":paperclip: {listed([_quoted(name) for name in names], most=10)}"] if names else []
    return "\n\n".join([*made, *(f":warning: {problem}" for problem in problems)])


def made_too_many(name: str, most: int) -> str:
    """Return why a file that an expert made is not shown."""
    return f"{_quoted(name)} is one too many: I show {most} files of one answer."


def made_too_large(name: str, limit: int) -> str:
    """Return why a file that an expert made is not shown."""
    return f"{_quoted(name)} is larger than {_megabytes(limit)}, the most that I show."


def made_gone(name: str) -> str:
    """Return why a file that an expert made is not shown."""
    return f"{_quoted(name)} is not there any more; please ask for it again."


def made_slow(name: str) -> str:
    """Return why a file that an expert made is not shown."""
    return f"{_quoted(name)} took too long to get here; please ask for it again."


def made_unwanted(name: str, code: str) -> str:
    """Return why a file that an expert made is not shown."""
    return f"Slack did not take {_quoted(name)} (`{code}`); whoever runs me can find out why."


def tools_missing(names: Sequence[str]) -> str:
    """Return what stands under an answer that was given without some of the expert's tools."""
    listing = listed([_quoted(name) for name in names])
    return f":toolbox: _Answered without_ {listing}_, which is not allowed here any more._"


def expert_failed(failure: Failure, name: str) -> str:
    """Return the honest line of an expert that has no answer."""
    why = why_failed(failure)
    return f"_I could not answer this time: {why}. To try again, write_ `{name}: …`"


def function_sources(sources: Sequence[tuple[str, str]]) -> str:
    """Return the list under an answer that tells where it comes from: titles and addresses."""
    lines = [f"- {' '.join(filter(None, one))}" for one in sources]
    return "\n".join([f"**{SOURCES}**\n", *lines])


def why_failed(failure: Failure) -> str:
    """Return why an expert has no answer."""
    return _EXPERT_FAILURES[failure]


def router_failed(fault: ModelFault) -> str:
    """Return what the thread is told when the router cannot work."""
    return _ROUTER_FAULTS[fault]


def joined(expert: str, purpose: str) -> str:
    """Return what is said when an expert joins a thread."""
    return f"{expert} joins this thread. Ask about: {purpose}"


def left(expert: str, *, stays_around: bool) -> str:
    """Return what is said when an expert leaves a thread; the channel may keep it."""
    kept = " The rest of the channel keeps it." if stays_around else ""
    return f"{expert} has left this thread.{kept}"


def roster(experts: Sequence[tuple[str, str, str]]) -> str:
    """Return the panel as a list: each expert, its name and what it is for."""
    if not experts:
        return "There is nobody on this panel. `@me add NAME` or `/experts add` changes that."
    lines = [f"- {expert} (`{name}`): {purpose}" for expert, name, purpose in experts]
    return "\n".join(["On this panel:", *lines])


def _quoted(name: str) -> str:
    return "`" + " ".join(name.replace("`", "'").split())[:100] + "`"


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.3g} MB"
