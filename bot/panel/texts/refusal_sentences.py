"""Why an expert has no answer where the model's side refused it: the ends of sentences."""

from bot.language import gettext
from bot.panel.journal.events import Failure


def why_refused(failure: Failure) -> str | None:
    """Return what the model's side has refused."""
    return {
        Failure.REJECTED: gettext(
            "the model service did not accept my request; whoever runs me finds the cause in the "
            "log"
        ),
        Failure.QUOTA: gettext("the model account has no credit left"),
        Failure.ACCESS: gettext("the model service rejected our key"),
        Failure.FORBIDDEN: gettext(
            "our key may not do this at the model service; `panelbot check` tells more"
        ),
        Failure.REGION: gettext(
            "the model service accepts no requests from where I run (its network or its country)"
        ),
        Failure.MODEL: gettext("my model does not exist (any more)"),
        Failure.FILTERED: gettext(
            "a content filter of the model service stopped it. Asking differently may help; if it "
            "does not, it is about what was said before, and a new thread helps"
        ),
        Failure.FILTERED_QUESTION: gettext(
            "a content filter of the model service stopped the question or its answer; asking "
            "differently may help"
        ),
        Failure.FILTERED_BEFORE: gettext(
            "a content filter of the model service stopped what was said here before; in a new "
            "thread I can answer"
        ),
        Failure.TOO_LONG: gettext("this is more than I can read at once"),
        Failure.DOCUMENTS: gettext("my documents are gone; `/experts teach` gives me new ones"),
        Failure.TOOLS: gettext("the model service does not know one of my tools"),
        Failure.TOOL_SERVER: gettext(
            "the server of one of my tools could not be reached, or rejected us"
        ),
        Failure.NO_TOOLS: gettext("my model cannot use tools; it needs another one"),
        Failure.TOOLS_OFF: gettext(
            "the model's server was started without tools; its documentation says how to switch "
            "them on"
        ),
    }.get(failure)
