"""Notes under an answer: what it was written without."""

from collections.abc import Sequence

from bot.language import gettext
from bot.panel.texts.sentences import quoted


def tools_missing(names: Sequence[str]) -> str:
    note = gettext("Answered without these tools, which are not allowed here any more:")
    return f":toolbox: _{note}_ {', '.join(map(quoted, names))}"


def function_off() -> str:
    return gettext(
        "_I am switched off: too many of my earlier answers were still running long after they "
        "were stopped. Whoever runs me finds the cause in the log, and has to restart me._"
    )


def withheld_from_shared_channel() -> str:
    note = gettext(
        "Without the documents and tools of the default panel: this channel is shared with "
        "another organisation."
    )
    return f"_{note}_"


def servers_failed(labels: Sequence[str]) -> str:
    note = gettext(
        "Answered without these, whose servers could not be reached or did not do their part:"
    )
    return f":electric_plug: _{note}_ {', '.join(map(quoted, labels))}"


def documents_failed(*, all_of_them: bool) -> str:
    if all_of_them:
        note = gettext(
            "Answered without my documents: where they were kept is gone, or has expired. Whoever "
            "looks after the panel can have them read anew, or add them again."
        )
    else:
        note = gettext(
            "Answered without some of my documents: where they were kept is gone, or has expired. "
            "Whoever looks after the panel can have them read anew, or add them again."
        )
    return f":file_cabinet: _{note}_"


def search_failed() -> str:
    note = gettext("Answered without my documents: searching them failed this time.")
    return f":file_cabinet: _{note}_"


def needs_approval(labels: Sequence[str], name: str) -> str:
    note = gettext(
        "Answered without these, whose use people have to approve; for that, they have to ask "
        "{expert} directly:",
        expert=quoted(name),
    )
    return f":raised_hand: _{note}_ {', '.join(map(quoted, labels))}"
