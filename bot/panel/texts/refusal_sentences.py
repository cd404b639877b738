"""Sentences to people about what the model's side refused, an expert or the router."""

from bot.language import gettext, number
from bot.panel.errors import ModelFault
from bot.panel.journal.failures import Failure

_MANY = 20  # experts, of whom a model has to read a good deal


def why_refused(failure: Failure) -> str | None:
    """Return what the model's side has refused an expert, for the end of a sentence."""
    return {
        Failure.REJECTED: gettext(
            "the model service did not accept my request; whoever runs me finds the cause in the "
            "log"
        ),
        Failure.QUOTA: gettext("the model account has no credit left"),
        Failure.BUDGET: gettext("a budget does not allow it"),
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
        Failure.WITHHELD: gettext(
            "something in this may not be sent to a model from here; please ask without it"
        ),
        Failure.UNCHECKED: gettext(
            "the check of what may be sent to a model failed; whoever runs me finds the cause in "
            "the log"
        ),
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


def router_failed(fault: ModelFault, server: str = "", experts: int = 0) -> str:
    """*server* is the name of the model's; *experts*: how many the router had to read about."""
    if fault is ModelFault.TOO_LONG and experts >= _MANY:
        return gettext(
            "This is more than my model can read at once, together with who the {count} experts "
            "here are. A shorter message or a new thread may help, or the name of an expert before "
            "the question. If not, whoever runs me has to choose a router model that reads more, "
            "and whoever looks after the panel can remove experts.",
            count=number(experts),
        )
    return repairable(fault, server) or _about_message(fault, named(server))


def repairable(fault: ModelFault, server: str = "") -> str | None:
    """Return what whoever runs the bot has to do, if that is what it takes."""
    server = named(server)
    return {
        ModelFault.QUOTA: gettext(
            "The model account{server} has no credit left, or its budget is used up, so nobody "
            "here can answer. Whoever runs me has to top it up; then try again.",
            server=server,
        ),
        ModelFault.BUDGET: gettext("A budget does not allow me to answer this."),
        ModelFault.ACCESS: gettext(
            "The model service{server} rejected my key. Whoever runs me has to renew it: "
            "`panelbot check` tells more.",
            server=server,
        ),
        ModelFault.FORBIDDEN: gettext(
            "The model service{server} does not allow this with my key. Whoever runs me has to "
            "look at the key's permissions, its project and its organization; the log has more.",
            server=server,
        ),
        ModelFault.REGION: gettext(
            "The model service{server} accepts no requests from where I run: its country or its "
            "network address is not allowed there. Whoever runs me has to have it allowed.",
            server=server,
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
            server=server,
        ),
    }.get(fault)


def _about_message(fault: ModelFault, server: str) -> str:
    return {
        ModelFault.FILTERED: gettext(
            "A content filter of the model service{server} stopped this. Please put it "
            "differently. If that does not help, it is about what was said in this thread before: "
            "then please start a new one.",
            server=server,
        ),
        ModelFault.FILTERED_QUESTION: gettext(
            "A content filter of the model service{server} stopped this message, or its answer. "
            "Please put it differently.",
            server=server,
        ),
        ModelFault.FILTERED_BEFORE: gettext(
            "A content filter of the model service{server} stopped what was said in this thread "
            "before, so putting it differently does not help. Please start a new thread.",
            server=server,
        ),
        ModelFault.TOO_LONG: gettext(
            "This is more than I can read at once. Please send a shorter message, or start a new "
            "thread."
        ),
        ModelFault.CUT_SHORT: gettext(
            "The model stopped in the middle of its answer. Please ask again, perhaps for less at "
            "a time."
        ),
        ModelFault.WITHHELD: gettext(
            "Something in this, or in a file, may not be sent to a model from here. Please ask "
            "without it."
        ),
        ModelFault.UNCHECKED: gettext(
            "The check of what may be sent to a model failed, so I have sent nothing. Whoever runs "
            "me finds the cause in the log."
        ),
    }.get(fault) or _about_request(fault, server)


def _about_request(fault: ModelFault, server: str) -> str:
    return {
        ModelFault.DOCUMENTS: gettext(
            "Documents that I was to search are gone. Whoever looks after the panel has to add "
            "them again."
        ),
        ModelFault.TOOLS: gettext(
            "The model service{server} does not know one of my tools. Whoever runs me finds more "
            "in the log.",
            server=server,
        ),
        ModelFault.TOOL_SERVER: gettext(
            "The server of one of my tools could not be reached, or rejected us. Whoever runs me "
            "finds more in the log."
        ),
        ModelFault.BAD_REQUEST: gettext(
            "The model service{server} did not accept my request. Please tell whoever runs me; "
            "the log has the details.",
            server=server,
        ),
    }[fault]


def named(server: str) -> str:
    """Return the name of a *server* in brackets, for after ``the model service``."""
    return f" ({server})" if server else ""
