"""The bot's own sentences for people: Markdown, in the current language."""

from collections.abc import Sequence
from typing import assert_never

from bot.language import gettext, listing, ngettext, number
from bot.panel.model import Steer, Wish
from bot.panel.names import in_code

MOST_LISTED = 50  # experts of a large panel that people are shown at once


def thinking() -> str:
    return gettext("is reading…")


def closing() -> str:
    return gettext("is summing up…")


def made() -> str:
    return gettext("Here is what I made.")


def function_cut() -> str:
    note = gettext("The rest is left out: my answer was too long.")
    return f"_{note}_"


def answer_cut(characters: int) -> str:
    note = gettext(
        "The rest is left out: I use the first {count} characters of an answer.",
        count=f"{characters:,}",
    )
    return f"_{note}_"


def cut_off() -> str:
    note = gettext("My answer was cut off here.")
    return f"_{note}_"


def synthesis_missing(why: str = "") -> str:
    """Return the line in place of a synthesis that was wanted; *why* the model was not asked."""
    if why:
        note = gettext("There is no summary this time.")
        return f"{note} {why}"
    note = gettext("There is no summary this time: the model did not write it.")
    return f"_{note}_"


def messages_left_out(count: int) -> str:
    note = ngettext(
        "{count} more message of this answer is left out: it is too long for a thread.",
        "{count} more messages of this answer are left out: it is too long for a thread.",
        count,
    )
    return f"_{note}_"


def sources() -> str:
    return gettext("Sources")


def usage() -> str:
    """Return what people can write in a thread. Commands are in English in every language."""
    lead = gettext(
        "Ask me anything and I bring in the right experts; each answers here under its own name. "
        "Keep replying in the thread: no mention needed."
    )
    lines = (
        gettext("`NAME: …` asks one expert directly, `everyone: …` asks them all"),
        gettext("`/experts` in the channel changes the panel for everybody there"),
    )
    mentioned = (
        gettext(
            "`experts`, and I show who is on the panel; `add NAME` and `remove NAME` change it for "
            "this thread"
        ),
        gettext("`stop`, and I end what I am doing"),
        gettext("`mute`, and I answer only when mentioned; `unmute`, and I am back"),
        gettext("`forget this thread`, and I delete what I remember of it, after asking"),
    )
    by_mention = gettext("Mention me, and write one of these:")
    return "\n".join(
        [lead, *(f"- {line}" for line in lines), "", by_mention, *(f"- {one}" for one in mentioned)]
    )


def nothing_to_stop() -> str:
    return gettext("I am not working on anything here any more.")


def muted() -> str:
    return gettext(
        "I am quiet in this thread now: mention me when you want an answer, or say `unmute`."
    )


def unmuted() -> str:
    return gettext("I am back: just reply.")


def nothing_said() -> str:
    return gettext("The model returned an empty answer. Please put it differently.")


def consulting(titles: Sequence[str]) -> str:
    return gettext("is consulting {experts}…", experts=listed(titles))


def asking_others(title: str, asked: Sequence[str]) -> str:
    """Return the list entry for an expert who is consulting others."""
    return gettext("{expert} (who is asking {others})", expert=title, others=listed(asked))


def steered(steer: Steer, by: str, titles: Sequence[str]) -> str:
    if steer.goes_on:
        request = gettext("{person} wants to read on.", person=by)
        return f"_{request}_"
    match steer.wish:
        case Wish.AGAIN:
            request = gettext("{person} wants another answer.", person=by)
        case Wish.DEEPER:
            request = gettext(
                "{person} wants {experts} to go deeper.", person=by, experts=listed(titles)
            )
        case Wish.ANOTHER:
            request = gettext("{person} asks {experts} as well.", person=by, experts=listed(titles))
        case Wish.EVERYONE:
            request = gettext("{person} asks everybody.", person=by)
        case Wish.ASK:
            request = gettext("{person} asks the panel.", person=by)
        case _:
            assert_never(steer.wish)
    return f"_{request}_"


def whom_to_ask() -> str:
    return gettext("I am not sure whom to ask. Who is to answer this?")


def chosen(titles: Sequence[str]) -> str:
    """Return the line in place of these buttons; it contains {by}. The router decides if nobody."""
    if titles:
        who = listed(titles).replace("{", "{{").replace("}", "}}")
        return gettext("{by} chose {experts}.", by="{by}", experts=who)
    return gettext("{by} left it to me.", by="{by}")


def passed_over() -> str:
    return gettext("Nobody chose before the thread went on.")


def stopped(unanswered: Sequence[str]) -> str:
    """Return the message of a stopped turn, with the experts that have not answered."""
    if not unanswered:
        return gettext("Stopped.")
    return ngettext(
        "Stopped. {experts} did not get to answer.",
        "Stopped. {experts} did not get to answer.",
        len(unanswered),
        experts=listed(unanswered),
    )


def in_line(ahead: int) -> str:
    """Return the status of a thread that waits for a worker, with *ahead* threads before it."""
    if not ahead:
        return gettext("is busy; you are next…")
    return ngettext("is busy; {count} ahead of you…", "is busy; {count} ahead of you…", ahead)


def asking(titles: Sequence[str]) -> str:
    return gettext("Asking {experts}", experts=listed(titles))


def asked(titles: Sequence[str]) -> str:
    return gettext("Asked {experts}", experts=listed(titles))


def asked_until_stopped(titles: Sequence[str]) -> str:
    return gettext("Stopped asking {experts}", experts=listed(titles))


def asked_in_part(titles: Sequence[str]) -> str:
    return gettext("Could not finish asking {experts}", experts=listed(titles))


def lost_track() -> str:
    return gettext("I was interrupted and have lost track of this: please ask again")


def listed(names: Sequence[str], limit: int = 4) -> str:
    """Return *names*, each once, as a list in a sentence; a long list ends with a count."""
    shown = list(dict.fromkeys(names))
    if (more := len(shown) - limit) > 0:
        shown[limit:] = [ngettext("{count} more", "{count} more", more)]
    return listing(shown)


def function_sources(titles_and_urls: Sequence[tuple[str, str]]) -> str:
    lines = [f"- {' '.join(filter(None, pair))}" for pair in titles_and_urls]
    return "\n".join([f"**{sources()}**\n", *lines])


def left_out(titles: Sequence[str], most: int) -> str:
    return ngettext(
        "Not asked: {experts}. I consult at most {count} expert for one question; mention others "
        "by name to ask them.",
        "Not asked: {experts}. I consult at most {count} experts for one question; mention others "
        "by name to ask them.",
        most,
        experts=listing(titles),
    )


def too_many(addressed: int, most: int) -> str:
    return gettext(
        "{count} experts are too many to ask at once: {most} is the most. So I choose those whose "
        "field it is; mention experts by name to ask them.",
        count=number(addressed),
        most=number(most),
    )


def joined(expert: str, purpose: str) -> str:
    return gettext(
        "{expert} joins this thread. Ask about: {purpose}", expert=expert, purpose=purpose
    )


def left(expert: str, *, stays_around: bool) -> str:
    if stays_around:
        return gettext(
            "{expert} has left this thread. The rest of the channel keeps it.", expert=expert
        )
    return gettext("{expert} has left this thread.", expert=expert)


def roster(experts: Sequence[tuple[str, str, str]]) -> str:
    """Return the panel as a list: each expert with its name and purpose."""
    if not experts:
        return gettext(
            "There is nobody on this panel. `/experts add`, or `add NAME` with a mention of me, "
            "changes that."
        )
    lines = [f"- {expert} (`{name}`): {purpose}" for expert, name, purpose in experts[:MOST_LISTED]]
    if (more := len(experts) - MOST_LISTED) > 0:
        lines.append(more_experts(more))
    return "\n".join([gettext("On this panel:"), *lines])


def more_experts(count: int) -> str:
    return ngettext(
        "And {count} more: `/experts find WORD` finds it by name and purpose.",
        "And {count} more: `/experts find WORD` finds them by name and purpose.",
        count,
    )


def quoted(name: str) -> str:
    """Return *name* as a code span, in which no markup takes effect."""
    return f"`{in_code(name)}`"
